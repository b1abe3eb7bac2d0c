"""What a head of office watches: limits that passed, by the department they are charged to, and overridden findings."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import QuerySet

from tongban.domains.cases.models import Decision, LimitMark
from tongban.domains.cases.types import Light, LimitKind, OverdueLimit, Override, Status

MOST_SHOWN = 200


def list_overdue(*, departments: Collection[str], since: date) -> tuple[OverdueLimit, ...]:
    """The limits of the departments' own cases that passed since a day, the latest first."""
    return _limits(LimitMark.objects.filter(case__department__in=sorted(departments)), since)


def list_overdue_of_packages(
    *, purposes: Collection[str], division: str, since: date
) -> tuple[OverdueLimit, ...]:
    """The same of every department's cases in the packages, applied for in a division or below it."""
    rows = LimitMark.objects.filter(
        case__purpose__in=sorted(purposes), case__application__division__startswith=division
    )
    return _limits(rows, since)


def list_overrides(*, departments: Collection[str], since: datetime) -> tuple[Override, ...]:
    """Grants over a finding of an officer or the machine, the latest first."""
    rows = Decision.objects.filter(
        is_override=True, decided_at__gte=since, case__department__in=sorted(departments)
    ).select_related("case")
    return tuple(
        Override(row.case.number, row.case.item_name, row.officer_name, row.decided_at, row.reason)
        for row in rows.order_by("-decided_at", "-case_id")[:MOST_SHOWN]
    )


def _limits(rows: QuerySet[LimitMark], since: date) -> tuple[OverdueLimit, ...]:
    passed = rows.filter(light=Light.RED.value, since_on__gte=since).select_related("case__application")
    return tuple(_overdue(mark) for mark in passed.order_by("-since_on", "-id")[:MOST_SHOWN])


def _overdue(mark: LimitMark) -> OverdueLimit:
    case = mark.case
    return OverdueLimit(
        case_number=case.number,
        application_number=case.application.number,
        package_title=case.package_title,
        item_name=case.item_name,
        department=case.department,
        department_name=case.department_name,
        kind=LimitKind(mark.kind),
        due_on=mark.due_on,
        status=Status(case.status),
        is_running=(case.limit_kind, case.due_on) == (mark.kind, mark.due_on),
    )
