"""Setting how a resource is reached, and the ways as this process has compiled them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models, selectors
from tongban.domains.exchange.rules import ways as rules
from tongban.domains.exchange.types import Resource, Way, WayKind
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id


class FaultyWay(TongbanError):
    """The message says what does not fit: the mapping, the description, or the fields of the resource."""

    code: ClassVar[str] = "FAULTY_WAY"
    default_sentence: ClassVar[str] = gettext_noop("接入方式有误，没有保存。请核对接口描述、字段对应和地址。")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A way with what is compiled once a process and version."""

    version: UUID
    way: Way
    operation: rules.Operation | None


_compiled: dict[str, Compiled] = {}


@transaction.atomic
def set_way(way: Way, *, actor: Actor, at: datetime) -> None:
    """Let a resource be asked on this way from now on; raises `FaultyWay`, `selectors.ResourceNotFound`."""
    fault = rules.way_fault(way, selectors.get_resource(way.resource).fields)
    if fault:
        raise FaultyWay(f"way to {way.resource}: {fault}")
    values = {name: getattr(way, name) for name in Way.__slots__ if name != "resource"}
    models.Way.objects.update_or_create(
        resource_id=way.resource, defaults={**values, "version": new_id(), "updated_at": at}
    )
    _record("SET_WAY", way.resource, {"kind": way.kind.value, "address": way.address}, actor, at)


@transaction.atomic
def drop_way(resource: str, *, actor: Actor, at: datetime) -> None:
    """Let the register that the platform holds answer again; does nothing where it does already."""
    deleted, _ = models.Way.objects.filter(resource_id=resource).delete()
    if deleted:
        _record("DROP_WAY", resource, {}, actor, at)


def ways_to(resources: Iterable[Resource]) -> Mapping[str, Compiled]:
    """The ways of those resources that have one, by code; a query for each that has changed."""
    found: dict[str, Compiled] = {}
    for resource in resources:
        if resource.way is None:
            continue
        known = _compiled.get(resource.code)
        if known is None or known.version != resource.way:
            known = _compile(resource.code, resource.way)
        if known is not None:
            found[resource.code] = known
    return found


def _compile(code: str, version: UUID) -> Compiled | None:
    way = selectors.get_way(code)
    if way is None:
        return None
    operation = rules.operation(way) if way.kind is WayKind.HTTP else None
    _compiled[code] = Compiled(version, way, operation)
    return _compiled[code]


def _record(action: str, code: str, detail: dict[str, object], actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor, action=action, at=at, object_type="exchange.Resource", object_id=code, detail=detail
    )
