"""Reads of the register of systems, beside what is really there."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.db.models import Count, Max
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Connection
from tongban.domains.exchange import models
from tongban.domains.exchange.selectors.interfaces import list_interfaces
from tongban.domains.exchange.types import (
    Grade,
    LedgerLine,
    Reconciliation,
    System,
    SystemKind,
    SystemState,
)
from tongban.kernel.errors import TongbanError

IDLE_DAYS = 30
_BY_CONNECTION: Mapping[str, Grade] = {
    Connection.CONSOLE: Grade.RUNS_HERE,
    Connection.OWN_SYSTEM: Grade.CONNECTED_BOTH_WAYS,
    Connection.LINKED_ONLY: Grade.LINKED_ONLY,
}


class SystemNotFound(TongbanError):
    code: ClassVar[str] = "SYSTEM_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("台账里没有这个系统。请先登记系统，再申请接口凭据。")


def get_system(code: str) -> System:
    """One system; raises `SystemNotFound`."""
    row = models.System.objects.select_related("owner").filter(code=code).first()
    if row is None:
        raise SystemNotFound(f"system {code}")
    return as_system(row)


def list_systems(departments: Iterable[str] | None = None) -> tuple[System, ...]:
    """The systems of these departments, or all of them, by code."""
    rows = models.System.objects.select_related("owner").order_by("code")
    if departments is not None:
        rows = rows.filter(owner_id__in=set(departments))
    return tuple(as_system(row) for row in rows)


def ledger(departments: Iterable[str] | None, *, at: datetime) -> tuple[LedgerLine, ...]:
    """台账: each system with what it really does; three queries and those of the interfaces' keepers."""
    systems = list_systems(departments)
    resources: dict[str, list[str]] = {}
    of_systems = models.Resource.objects.filter(system__in=[one.code for one in systems])
    for system, code in of_systems.order_by("code").values_list("system_id", "code"):
        resources.setdefault(system, []).append(code)
    calls = calls_of_resources(at=at)
    interfaces = [one for one in list_interfaces() if one.system and one.is_active]
    return tuple(
        _line(
            system,
            tuple(resources.get(system.code, ())),
            [one.last_call_at for one in interfaces if one.system == system.code],
            calls,
            at - timedelta(days=IDLE_DAYS),
        )
        for system in systems
    )


def _line(
    system: System,
    resources: tuple[str, ...],
    clients: list[datetime | None],
    calls: Mapping[str, tuple[int, datetime | None]],
    since: datetime,
) -> LedgerLine:
    asked = [calls[code] for code in resources if code in calls]
    instants = [one for one in (*clients, *(last for _count, last in asked)) if one is not None]
    last = max(instants, default=None)
    has_doors = bool(resources or clients) and system.grade is not Grade.LINKED_ONLY
    return LedgerLine(
        system=system,
        resources=resources,
        interfaces=len(clients) + len(resources),
        calls=sum(count for count, _last in asked),
        last_call_at=last,
        is_idle=has_doors and system.state is SystemState.IN_USE and (last is None or last < since),
    )


def calls_of_resources(*, at: datetime) -> Mapping[str, tuple[int, datetime | None]]:
    """By resource, how often it was asked in the last 30 days, whatever the outcome, and when last; one query."""
    rows = models.ExchangeLog.objects.filter(at__gt=at - timedelta(days=IDLE_DAYS), at__lte=at)
    counted = rows.values_list("resource_id").annotate(calls=Count("id"), last=Max("at"))
    return {code: (calls, last) for code, calls, last in counted}


def reconcile(*, at: datetime) -> Reconciliation:
    """Where the register and what is really there disagree, over the whole city."""
    lines = ledger(None, at=at)
    known = {line.system.code for line in lines}
    own = directory.list_departments()
    registered = {line.system.owner for line in lines if line.system.handles_cases}
    unassigned = models.Resource.objects.filter(system__isnull=True).order_by("code")
    return Reconciliation(
        clients_without_system=tuple(
            one for one in list_interfaces() if one.is_active and one.system not in known
        ),
        resources_without_system=tuple(unassigned.values_list("code", flat=True)),
        systems_without_interface=tuple(
            line.system
            for line in lines
            if not line.interfaces
            and line.system.state is SystemState.IN_USE
            and line.system.grade is Grade.CONNECTED_BOTH_WAYS
        ),
        departments_without_system=tuple(
            one.code
            for one in own
            if one.connection is Connection.OWN_SYSTEM
            and not registered & {one.code, *([one.guided_by] if one.guided_by else [])}
        ),
    )


def as_system(row: models.System) -> System:
    return System(
        code=row.code,
        name=row.name,
        kind=SystemKind(row.kind),
        owner=row.owner_id,
        contact=row.contact,
        grade=Grade(row.grade) if row.grade else _BY_CONNECTION[row.owner.connection],
        state=SystemState(row.state),
        handles_cases=row.handles_cases,
        note=row.note,
        owner_name=row.owner.name,
        registered_at=row.registered_at,
    )
