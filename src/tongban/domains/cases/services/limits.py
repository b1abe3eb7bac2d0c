"""Keep every limit right from facts: silence, warnings, overdue marks, a changed calendar."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Prefetch, QuerySet

from tongban.domains.cases.events import CalendarEnding, CaseLimitNoticed
from tongban.domains.cases.models import CalendarDay, CalendarNotice, Case, ClockEvent, LimitMark
from tongban.domains.cases.rules.clock import light, stand
from tongban.domains.cases.selectors.calendar import get_calendar, get_calendar_reach
from tongban.domains.cases.selectors.facts import facts_of
from tongban.domains.cases.services.acceptance import let_silence_accept
from tongban.domains.cases.services.examination import resume_elapsed
from tongban.domains.cases.services.promises import note_overdue_materials
from tongban.domains.cases.services.transition import apply_standing, event_fields, mark_of
from tongban.domains.cases.states import OPEN
from tongban.domains.cases.types import CalendarChange, Light, Status
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date

BATCH = 500
CALENDAR_QUEUE = "calendar"
_CLOCK_COLUMNS = ["limit_kind", "due_on", "amber_on", "is_provisional"]


def accept_by_silence(*, at: datetime) -> int:
    """Accept every case whose five days have passed in silence (§32(4)); how many there were."""
    today = shanghai_date(at)
    numbers = (
        Case.objects.filter(status=Status.RECEIVED, due_on__lt=today)
        .order_by("id")
        .values_list("number", flat=True)
    )
    return sum(let_silence_accept(case_number=number, at=at) is not None for number in list(numbers))


def resume_elapsed_pauses(*, at: datetime) -> int:
    """Every special procedure past its announced length; how many cases resumed (§45)."""
    numbers = Case.objects.filter(status=Status.SUSPENDED).order_by("id").values_list("number", flat=True)
    return sum(resume_elapsed(case_number=number, at=at) is not None for number in list(numbers))


def mark_limits(*, at: datetime) -> tuple[int, int]:
    """Note every limit that is amber or red now and was not noted yet: (warnings, overdue).

    A day that passed without the applicant's supplement is a warning to the office.

    What is noted follows from the dates on the row and the day asked about, so a worker that was down
    writes the same marks later, with the day on which each began.
    """
    today = shanghai_date(at)
    amber = red = 0
    for batch in _batches(Case.objects.filter(status__in=sorted(OPEN), amber_on__lte=today)):
        marks = [
            mark_of(case, light(due_on=case.due_on, amber_on=case.amber_on, today=today), at)
            for case in batch
        ]
        known = set(
            LimitMark.objects.filter(case__in=batch).values_list("case_id", "kind", "light", "due_on")
        )
        fresh = [mark for mark in marks if (mark.case_id, mark.kind, mark.light, mark.due_on) not in known]
        _announce(fresh, at)
        amber += sum(mark.light == Light.AMBER for mark in fresh)
        red += sum(mark.light == Light.RED for mark in fresh)
    return amber, red


def _announce(marks: Sequence[LimitMark], at: datetime) -> None:
    with transaction.atomic():
        LimitMark.objects.bulk_create(marks, ignore_conflicts=True)
        outbox.publish_many(
            (
                CaseLimitNoticed(
                    **event_fields(mark.case, at),
                    limit_kind=mark.kind,
                    light=mark.light,
                    due_on=mark.due_on,
                    since_on=mark.since_on,
                ),
                mark.case.department,
            )
            for mark in marks
        )


def recompute_open(*, at: datetime) -> int:
    """Every open case's dates computed anew from its facts and today's calendar; how many changed."""
    calendar = get_calendar()
    changed = 0
    for numbers in _batches(Case.objects.filter(status__in=sorted(OPEN))):
        with transaction.atomic():
            cases = list(
                Case.objects.select_for_update(of=("self",))
                .filter(id__in=[case.id for case in numbers], status__in=sorted(OPEN))
                .prefetch_related(Prefetch("clock_events", ClockEvent.objects.order_by("at", "id")))
                .order_by("id")
            )
            moved = [
                case
                for case in cases
                if apply_standing(case, stand(calendar, facts_of(case, case.clock_events.all()), at))
            ]
            Case.objects.bulk_update(moved, _CLOCK_COLUMNS)
            changed += len(moved)
    return changed


def change_calendar(*, changes: Sequence[CalendarChange], actor: Actor, at: datetime) -> int:
    """Record moved holidays or a new year's plan, and recompute all that is open; how many cases changed."""
    with transaction.atomic():
        CalendarDay.objects.bulk_create(
            [
                CalendarDay(
                    on=change.on,
                    works=change.works,
                    name=change.name,
                    recorded_at=at,
                    recorded_by_id=actor.account_id,
                )
                for change in changes
            ],
            update_conflicts=True,
            unique_fields=["on"],
            update_fields=["works", "name", "recorded_at", "recorded_by_id"],
        )
        audit.record(
            actor=actor,
            action="CALENDAR_CHANGED",
            at=at,
            object_type="calendar",
            object_id=changes[0].on.isoformat() if changes else "",
            detail={"days": [change.on.isoformat() for change in changes]},
        )
    return recompute_open(at=at)


def tell_calendar_ends(*, at: datetime) -> bool:
    """Let the editors of the calendar know, once, that it is about to end; whether they were told now."""
    reach = get_calendar_reach(at)
    if not reach.is_ending:
        return False
    with transaction.atomic():
        _notice, is_new = CalendarNotice.objects.get_or_create(
            last_known=reach.last_known, defaults={"told_at": at}
        )
        if is_new:
            outbox.publish(CalendarEnding(reach.last_known, reach.days_left, at), queue=CALENDAR_QUEUE)
    return is_new


def keep_limits(*, at: datetime) -> None:
    """All that time alone brings about, by the business clock; safe to run twice, late, and after a jump."""
    accept_by_silence(at=at)
    resume_elapsed_pauses(at=at)
    mark_limits(at=at)
    note_overdue_materials(at=at)
    tell_calendar_ends(at=at)


def fold_tallies() -> int:
    """Fold the changes of the queue counts into the counts; how many rows were folded.

    Readers sum both tables in one statement, so they never see a case twice or not at all.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FOLD)
        folded = cursor.fetchone()
        assert folded is not None
        return int(folded[0])


_FOLD = """
WITH gone AS (
    DELETE FROM cases_tallychange
    WHERE id IN (SELECT id FROM cases_tallychange ORDER BY id LIMIT 50000 FOR UPDATE SKIP LOCKED)
    RETURNING department, status, due_on, amber_on, change
), summed AS (
    SELECT department, status, due_on, amber_on, sum(change) AS change
    FROM gone GROUP BY department, status, due_on, amber_on HAVING sum(change) <> 0
), folded AS (
    INSERT INTO cases_tally (department, status, due_on, amber_on, count)
    SELECT department, status, due_on, amber_on, change FROM summed
    ORDER BY department, status, due_on, amber_on
    ON CONFLICT (department, status, due_on, amber_on)
    DO UPDATE SET count = cases_tally.count + excluded.count
)
SELECT count(*) FROM gone
"""


def _batches(queryset: QuerySet[Case]) -> Iterator[list[Case]]:
    last = None
    while True:
        page = list(
            (queryset.filter(id__gt=last) if last else queryset)
            .select_related("application")
            .order_by("id")[:BATCH]
        )
        if not page:
            return
        yield page
        last = page[-1].id
