"""A resource of the police, a register of ours that answers for it, and what the tests of the exchange begin with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domains.identity import cast
from tongban.domains.exchange import services
from tongban.domains.exchange.types import Grant, LookupRequest, LookupResult
from tongban.kernel.actors import PLATFORM, Actor

FIELDS = ("name", "sex")
FOOD, FIRE = "310131001001", "310138001001"
ROW = {"code": "T-PERSON", "name": "人口信息", "provider": "GA", "sharing": "2", "fields": list(FIELDS)}


class FakeRegister:
    """A register we own: answers from memory and remembers what it was asked."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Mapping[str, object]] = {}
        self.asked: list[tuple[str, ...]] = []

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        self.asked.append(fields)
        return self.rows.get(subject_id)


def grant(**changes: Any) -> Grant:
    """The market supervision office may read the name for food licences, from now on."""
    values: dict[str, Any] = {
        "resource": "T-PERSON",
        "department": "SCJG",
        "fields": ("name",),
        "purpose": "食品经营许可",
        "items": (FOOD,),
        "valid_from": cast.NOW,
        "valid_to": None,
    }
    return services.grant_access(Grant(**{**values, **changes}), actor=PLATFORM, at=cast.NOW)


def ask(subject_id: UUID, actor: Actor, **changes: Any) -> LookupResult:
    values: dict[str, Any] = {
        "resource": "T-PERSON",
        "subject_id": subject_id,
        "fields": ("name",),
        "purpose": FOOD,
        "cause": "SQ1",
        "item": FOOD,
    }
    at = changes.pop("at", cast.NOW)
    return services.look_up(LookupRequest(**{**values, **changes}), actor=actor, at=at)
