"""An officer's queue over a million cases: keyset pages from indexes, counts from tallies."""

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case
from tongban.domains.cases.models import SavedView as SavedViewRow
from tongban.domains.cases.rules.access import departments_of
from tongban.domains.cases.rules.clock import NO_LIMIT, light
from tongban.domains.cases.rules.numbers import APPLICATION_PREFIX
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.states import DECIDED, ENDED, OPEN
from tongban.domains.cases.types import (
    QueueFilters,
    QueuePage,
    QueueRow,
    QueueView,
    SavedView,
    Status,
)
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar, count_workdays

PAGE_SIZE = 50
COUNTED_AT_MOST = 1_000
"""A personal list beyond this is shown as 「999+」: counting further tells nobody anything."""

_STATUSES = {
    QueueView.TO_ACCEPT: (Status.RECEIVED,),
    QueueView.SUPPLEMENTING: (Status.SUPPLEMENTING,),
    QueueView.TO_EXAMINE: (Status.ACCEPTED,),
    QueueView.TO_DECIDE: (Status.EXAMINED,),
    QueueView.SUSPENDED: (Status.SUSPENDED,),
    QueueView.TO_SERVE: tuple(sorted(DECIDED)),
    QueueView.ENDED: tuple(sorted(ENDED)),
}
_COLUMNS = (
    "id",
    "number",
    "item_name",
    "applicant_name",
    "status",
    "received_at",
    "due_on",
    "amber_on",
    "assignee_name",
    "package_title",
    "revision",
    "is_provisional",
    "application__number",
    "department",
    "is_flagged",
)
# Numbers are longer than any name begins.
_SHORTEST_NUMBER = 12


class BadCursor(TongbanError):
    code: ClassVar[str] = "BAD_CURSOR"
    default_sentence: ClassVar[str] = gettext_noop("翻页位置已失效，请从第一页开始。")


def list_queue(
    *,
    actor: Actor,
    view: QueueView,
    filters: QueueFilters | None = None,
    cursor: str | None = None,
    at: datetime | None = None,
    limit: int = PAGE_SIZE,
) -> QueuePage:
    """One page of the cases of the actor's departments, the most urgent first; ended ones newest first.

    Two queries, however many cases there are. Raises :class:`BadCursor`.
    """
    today = shanghai_date(clock.now() if at is None else at)
    is_newest_first = view is QueueView.ENDED
    order = ("-due_on", "-id") if is_newest_first else ("due_on", "id")
    arms = [
        arm.filter(_after(cursor, is_newest_first)).order_by(*order).values_list(*_COLUMNS)[: limit + 1]
        for arm in _arms(actor, view, filters or QueueFilters(), today)
    ]
    if not arms:
        return QueuePage((), None)
    # Each arm reads one index in order; together they never sort more than a page each.
    found = arms[0] if len(arms) == 1 else arms[0].union(*arms[1:], all=True).order_by(*order)[: limit + 1]
    rows = list(found)
    calendar = get_calendar()
    page = tuple(_row(row, calendar, today) for row in rows[:limit])
    next_cursor = _cursor(rows[limit - 1][6], rows[limit - 1][0]) if len(rows) > limit else None
    return QueuePage(page, next_cursor)


def queue_counts(*, actor: Actor, at: datetime | None = None) -> Mapping[QueueView, int]:
    """How many cases each view holds; two queries, from tallies kept with every change of a case.

    「我的办件」 is counted up to :data:`COUNTED_AT_MOST`.
    """
    today = shanghai_date(clock.now() if at is None else at)
    departments = sorted(departments_of(actor))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"today": today, "departments": departments, "none": NO_LIMIT})
        rows = cursor.fetchall()
    by_status = {Status(status): int(total) for status, total, _overdue, _amber in rows}
    open_rows = [row for row in rows if Status(row[0]) in OPEN]
    counts = {
        view: sum(by_status.get(status, 0) for status in statuses) for view, statuses in _STATUSES.items()
    }
    counts[QueueView.OVERDUE] = sum(int(row[2]) for row in open_rows)
    counts[QueueView.DUE_SOON] = sum(int(row[3]) for row in open_rows)
    counts[QueueView.OPEN] = sum(int(row[1]) for row in open_rows)
    counts[QueueView.MINE] = _mine(actor, departments)[:COUNTED_AT_MOST].count() if departments else 0
    return counts


def list_saved_views(*, actor: Actor) -> tuple[SavedView, ...]:
    """The officer's own views by name."""
    if actor.account_id is None:
        return ()
    rows = SavedViewRow.objects.filter(owner_id=actor.account_id).order_by("name")
    return tuple(SavedView(row.id, row.name, QueueView(row.view), _read_filters(row.filters)) for row in rows)


_COUNTS = """
SELECT status, sum(n),
       coalesce(sum(n) FILTER (WHERE due_on < %(today)s), 0),
       coalesce(sum(n) FILTER (WHERE amber_on <= %(today)s AND due_on >= %(today)s AND due_on < %(none)s), 0)
FROM (
    SELECT department, status, due_on, amber_on, count AS n FROM cases_tally
    WHERE department = ANY(%(departments)s)
    UNION ALL
    SELECT department, status, due_on, amber_on, change FROM cases_tallychange
    WHERE department = ANY(%(departments)s)
) AS counted
GROUP BY status
"""


def _arms(actor: Actor, view: QueueView, filters: QueueFilters, today: date) -> list[QuerySet[Case]]:
    departments = sorted(departments_of(actor))
    if view is QueueView.MINE:
        return [_narrow(_mine(actor, departments), filters)] if departments else []
    arms: list[QuerySet[Case]] = []
    for department in departments:
        own = Case.objects.filter(department=department)
        statuses = _STATUSES.get(view)
        if statuses is not None:
            arms.extend(_narrow(own.filter(status=status), filters) for status in statuses)
        else:
            arms.append(_narrow(own.filter(_open_in(view, today)), filters))
    return arms


def _mine(actor: Actor, departments: list[str]) -> QuerySet[Case]:
    return Case.objects.filter(
        assignee_id=actor.account_id, department__in=departments, status__in=sorted(OPEN)
    )


def _open_in(view: QueueView, today: date) -> Q:
    is_open = Q(status__in=sorted(OPEN))
    if view is QueueView.OVERDUE:
        return is_open & Q(due_on__lt=today)
    if view is QueueView.DUE_SOON:
        return is_open & Q(due_on__gte=today, due_on__lt=NO_LIMIT, amber_on__lte=today)
    return is_open


def _narrow(rows: QuerySet[Case], filters: QueueFilters) -> QuerySet[Case]:
    if filters.basic_code:
        rows = rows.filter(basic_code=filters.basic_code)
    if filters.purpose:
        rows = rows.filter(purpose=filters.purpose)
    if filters.assignee_id is not None:
        rows = rows.filter(assignee_id=filters.assignee_id)
    if filters.unassigned_only:
        rows = rows.filter(assignee_id__isnull=True)
    text = filters.text.strip()
    if text.startswith(APPLICATION_PREFIX):
        return rows.filter(application__number=text)
    if text.isascii() and len(text) >= _SHORTEST_NUMBER:
        return rows.filter(number=text)
    if text:
        return rows.filter(applicant_name__startswith=text)
    return rows


def _after(cursor: str | None, is_newest_first: bool) -> Q:
    if not cursor:
        return Q()
    due_on, case_id = _read_cursor(cursor)
    if is_newest_first:
        return Q(due_on__lte=due_on) & (Q(due_on__lt=due_on) | Q(id__lt=case_id))
    # The first half bounds the index scan; the second settles equal days.
    return Q(due_on__gte=due_on) & (Q(due_on__gt=due_on) | Q(id__gt=case_id))


def _cursor(due_on: date, case_id: UUID) -> str:
    return base64.urlsafe_b64encode(f"{due_on.isoformat()}|{case_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[date, UUID]:
    try:
        due_on, _bar, case_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return date.fromisoformat(due_on), UUID(case_id)
    except (ValueError, binascii.Error) as error:
        raise BadCursor(f"cursor of {len(cursor)} characters does not read") from error


def _row(row: tuple[object, ...], calendar: Calendar, today: date) -> QueueRow:
    (case_id, number, item_name, applicant_name, status, received_at, due_on, amber_on) = row[:8]
    (assignee_name, package_title, revision, is_provisional, application_number, department, is_flagged) = (
        row[8:]
    )
    assert isinstance(case_id, UUID)
    assert isinstance(due_on, date)
    assert isinstance(amber_on, date)
    assert isinstance(received_at, datetime)
    assert isinstance(revision, int)
    return QueueRow(
        case_id=case_id,
        number=str(number),
        item_name=str(item_name),
        applicant_name=str(applicant_name),
        status=Status(str(status)),
        light=light(due_on=due_on, amber_on=amber_on, today=today),
        received_at=received_at,
        due_on=None if due_on == NO_LIMIT else due_on,
        days_left=_days_left(calendar, due_on, today),
        assignee_name=str(assignee_name),
        package_title=str(package_title),
        revision=revision,
        is_provisional=is_provisional is True,
        application_number=str(application_number),
        department=str(department),
        is_flagged=is_flagged is True,
    )


def _days_left(calendar: Calendar, due_on: date, today: date) -> int | None:
    if due_on == NO_LIMIT:
        return None
    if due_on >= today:
        return count_workdays(calendar, today, due_on).workdays
    return -count_workdays(calendar, due_on, today).workdays


def _read_filters(stored: Mapping[str, object]) -> QueueFilters:
    assignee = stored.get("assignee_id")
    return QueueFilters(
        basic_code=str(stored.get("basic_code", "")),
        purpose=str(stored.get("purpose", "")),
        assignee_id=UUID(str(assignee)) if assignee else None,
        unassigned_only=stored.get("unassigned_only") is True,
        text=str(stored.get("text", "")),
    )
