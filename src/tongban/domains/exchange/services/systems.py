"""Keeping the register of systems (台账), and who tells which interfaces there really are."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models
from tongban.domains.exchange.selectors.systems import get_system
from tongban.domains.exchange.types import Grade, System, SystemKind, SystemState
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

Row = Mapping[str, Any]  # Any: parsed JSON; the columns and constraints check it
OBJECT = "exchange.System"


class FaultySystem(TongbanError):
    code: ClassVar[str] = "FAULTY_SYSTEM"
    default_sentence: ClassVar[str] = gettext_noop(
        "台账登记有误，没有保存。请核对编码、名称、所属部门、联系方式和接入程度。"
    )


class NotYourSystem(TongbanError):
    """Another department's system: only its owner or the data bureau changes it."""

    code: ClassVar[str] = "NOT_YOUR_SYSTEM"
    default_sentence: ClassVar[str] = gettext_noop("这个系统登记在别的部门名下，请由那个部门或者数据局修改。")


@transaction.atomic
def load_systems(rows: Iterable[Row], *, actor: Actor, at: datetime) -> int:
    """Write systems from their JSON form, all or none; how many there were.

    Raises `FaultySystem`, `directory.selectors.DepartmentNotFound`.
    """
    read = [_read(row, at) for row in rows]
    directory.get_departments({system.owner_id for system in read})
    models.System.objects.bulk_create(
        read,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind", "owner", "contact", "handles_cases", "grade", "note"],
    )
    audit.record(
        actor=actor,
        action="LOAD_SYSTEMS",
        at=at,
        object_type=OBJECT,
        object_id="",
        detail={"count": len(read)},
    )
    return len(read)


def export_systems() -> list[dict[str, Any]]:
    """Every system in the form that `load_systems` reads, by code."""
    columns = ("code", "name", "kind", "contact", "handles_cases", "grade", "state", "note")
    rows = models.System.objects.order_by("code").values("owner_id", *columns)
    return [{**{name: row[name] for name in columns}, "owner": row["owner_id"]} for row in rows]


@transaction.atomic
def register_system(
    *,
    code: str,
    name: str,
    kind: SystemKind,
    owner: str,
    contact: str,
    grade: Grade | None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> System:
    """Enter a system; `grade` None: it works its department's cases, and the directory says how it is connected.

    Raises `FaultySystem` for a code that is taken or a word that is missing, `directory.selectors.DepartmentNotFound`.
    """
    row = _read(
        {
            "code": code,
            "name": name,
            "kind": kind,
            "owner": owner,
            "contact": contact,
            "handles_cases": grade is None,
            "grade": grade or "",
            "note": note,
        },
        at,
    )
    directory.get_department(owner)
    if models.System.objects.filter(code=code).exists():
        raise FaultySystem(f"system {code} is there already")
    row.save(force_insert=True)
    _record(code, "REGISTER_SYSTEM", actor, at, {"owner": owner})
    return get_system(code)


@transaction.atomic
def stop_system(code: str, *, departments: frozenset[str] | None, actor: Actor, at: datetime) -> None:
    """Say that a system is no longer in use; its credentials stop working. `departments` None: whoever owns it.

    Raises `selectors.systems.SystemNotFound`, `NotYourSystem`.
    """
    system = get_system(code)
    if departments is not None and system.owner not in departments:
        raise NotYourSystem(f"system {code} is {system.owner}'s")
    models.System.objects.filter(code=code).exclude(state=SystemState.STOPPED).update(
        state=SystemState.STOPPED, stopped_at=at
    )
    _record(code, "STOP_SYSTEM", actor, at, {})


def _read(row: Row, at: datetime) -> models.System:
    try:
        handles_cases = bool(row.get("handles_cases", False))
        system = models.System(
            code=str(row["code"]).strip(),
            name=str(row["name"]).strip(),
            kind=SystemKind(row.get("kind", SystemKind.SYSTEM)),
            owner_id=row["owner"],
            contact=str(row["contact"]).strip(),
            handles_cases=handles_cases,
            grade="" if handles_cases else Grade(row["grade"]),
            state=SystemState(row.get("state", SystemState.IN_USE)),
            note=row.get("note", ""),
            registered_at=at,
        )
    except (KeyError, ValueError) as error:
        raise FaultySystem(f"system {row.get('code')!r}: {error}") from error
    if not system.code or not system.name or not system.contact or not system.owner_id:
        raise FaultySystem(f"system {system.code!r}: code, name, owner or contact is missing")
    return system


def _record(code: str, action: str, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, at=at, object_type=OBJECT, object_id=code, detail=detail)
