"""为什么是这一天: the trace and the date are computed apart and must agree."""

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from kernel.strategies import DAYS, noon, pauses
from tongban.kernel.clock import (
    AcceptanceEvent,
    AcceptanceEventType,
    BundleItem,
    DecisionOutcome,
    DecisionTerms,
    Extension,
    Pause,
    PauseReason,
    TraceRow,
    acceptance_clock,
    bundle_clock,
    decision_clock,
    delivery_due,
    trace_acceptance,
    trace_bundle,
    trace_delivery,
    trace_promise,
    trace_statutory,
)
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import ONE_DAY, DueDate

CALENDAR = national_calendar()
ACCEPTED_ON = date(2026, 3, 2)


def check_rows(rows: tuple[TraceRow, ...], event_on: date, due: DueDate | None, days: int) -> None:
    """Every day once, in order, from the event; the counted ones numbered; the last one is the due date."""
    assert rows[0].on == event_on
    assert [row.on for row in rows] == [event_on + ONE_DAY * offset for offset in range(len(rows))]
    numbers = [row.day_number for row in rows if row.counted]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(row.day_number is None for row in rows if not row.counted)
    assert all(CALENDAR.works(row.on) for row in rows if row.counted)
    assert all(row.reason for row in rows)
    if due is None:
        assert len(numbers) < days
    else:
        assert rows[-1].on == due.due_on
        assert len(numbers) == days


@given(DAYS)
def test_acceptance_trace_ends_on_the_acceptance_date(received_on: date) -> None:
    received = AcceptanceEvent(AcceptanceEventType.RECEIVED, noon(received_on))
    acceptance = acceptance_clock(CALENDAR, [received], noon(received_on))

    rows = trace_acceptance(CALENDAR, acceptance)

    check_rows(rows, received_on, acceptance.acceptance_due, 5)


@given(
    st.lists(pauses(may_be_open=True), max_size=3),
    st.none() | st.integers(1, 10),
    st.none() | st.integers(0, 20),
)
def test_both_decision_traces_end_on_their_dates(
    given_pauses: list[Pause], extension_days: int | None, promise_days: int | None
) -> None:
    approved_at = noon(ACCEPTED_ON)
    terms = DecisionTerms(
        accepted_on=ACCEPTED_ON,
        promise_days=promise_days,
        pauses=tuple(given_pauses),
        extension=Extension(extension_days, approved_at, approved_at) if extension_days else None,
    )
    as_of = noon(date(2026, 3, 20))
    clock = decision_clock(CALENDAR, terms, as_of)

    statutory = trace_statutory(CALENDAR, terms, as_of)
    promise = trace_promise(CALENDAR, terms, as_of)

    check_rows(statutory, ACCEPTED_ON, clock.statutory, clock.limit_days)
    if promise_days is None:
        assert promise == ()
    else:
        check_rows(promise, ACCEPTED_ON, clock.promise, promise_days)


@given(
    st.lists(pauses(may_be_open=True), max_size=3),
    st.dates(date(2026, 3, 2), date(2026, 6, 30)),
)
def test_used_days_are_the_counted_rows_up_to_today(given_pauses: list[Pause], today: date) -> None:
    terms = DecisionTerms(accepted_on=ACCEPTED_ON, pauses=tuple(given_pauses))
    clock = decision_clock(CALENDAR, terms, noon(today))

    rows = trace_statutory(CALENDAR, terms, noon(today))

    counted = sum(row.counted and row.on <= today for row in rows)
    assert min(clock.days_used, clock.limit_days) == counted
    assert clock.days_left == clock.limit_days - counted


@given(st.lists(pauses(may_be_open=False), max_size=3), pauses(may_be_open=False))
def test_one_more_pause_never_brings_the_date_forward(given_pauses: list[Pause], more: Pause) -> None:
    as_of = noon(ACCEPTED_ON)
    before = decision_clock(CALENDAR, DecisionTerms(ACCEPTED_ON, pauses=tuple(given_pauses)), as_of)
    after = decision_clock(CALENDAR, DecisionTerms(ACCEPTED_ON, pauses=(*given_pauses, more)), as_of)

    assert before.statutory is not None
    assert after.statutory is not None
    assert after.statutory.due_on >= before.statutory.due_on


@given(DAYS)
def test_delivery_trace_ends_on_the_delivery_date(decided_on: date) -> None:
    due = delivery_due(CALENDAR, noon(decided_on), DecisionOutcome.GRANT)

    check_rows(trace_delivery(CALENDAR, noon(decided_on)), decided_on, due, 10)


@st.composite
def bundles(draw: st.DrawFn) -> list[BundleItem]:
    items: list[BundleItem] = []
    for number in range(draw(st.integers(1, 6))):
        earlier = [item.item_id for item in items]
        after = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
        items.append(BundleItem(f"i{number}", draw(st.integers(0, 8)), tuple(after)))
    return items


@given(DAYS, bundles())
def test_bundle_trace_runs_without_a_gap_to_the_bundle_date(
    accepted_on: date, items: list[BundleItem]
) -> None:
    clock = bundle_clock(CALENDAR, accepted_on, items)
    days = {item.item_id: item.days for item in items}

    traces = trace_bundle(CALENDAR, clock, items)

    assert [trace.item_id for trace in traces] == list(clock.critical)
    event_on = accepted_on
    for trace in traces:
        due = DueDate(clock.items[trace.item_id].due_on, provisional=False)
        check_rows(trace.rows, event_on, due, days[trace.item_id])
        event_on = due.due_on
    assert event_on == clock.bundle.due_on


def reasons(rows: tuple[TraceRow, ...]) -> dict[date, str]:
    return {row.on: row.reason for row in rows}


def test_every_kind_of_day_is_named_for_what_it_is() -> None:
    hearing = Pause(PauseReason.HEARING, noon(date(2026, 3, 4)), noon(date(2026, 3, 9)))
    terms = DecisionTerms(accepted_on=date(2026, 2, 13), pauses=(hearing,))

    named = reasons(trace_statutory(CALENDAR, terms, noon(date(2026, 2, 13))))

    assert named[date(2026, 2, 13)] == "受理当日不计"
    assert named[date(2026, 2, 14)] == "调休上班（春节）"
    assert named[date(2026, 2, 17)] == "法定节假日（春节）"
    assert named[date(2026, 3, 1)] == "周日"
    assert named[date(2026, 3, 2)] == "工作日"
    assert named[date(2026, 3, 5)] == "听证期间，不计入"
    assert named[date(2026, 3, 7)] == "周六"


def test_days_beyond_the_calendar_say_that_they_are_reckoned() -> None:
    received = AcceptanceEvent(AcceptanceEventType.RECEIVED, noon(date(2026, 12, 28)))
    acceptance = acceptance_clock(CALENDAR, [received], received.at)

    named = reasons(trace_acceptance(CALENDAR, acceptance))

    assert named[date(2027, 1, 1)] == "工作日（放假安排尚未公布，暂按星期推算）"
    assert named[date(2027, 1, 2)] == "周六（放假安排尚未公布，暂按星期推算）"


def test_an_open_pause_is_traced_up_to_today() -> None:
    terms = DecisionTerms(
        accepted_on=ACCEPTED_ON, pauses=(Pause(PauseReason.TESTING, noon(date(2026, 3, 6)), None),)
    )

    rows = trace_statutory(CALENDAR, terms, noon(date(2026, 3, 11)))

    assert rows[-1] == TraceRow(date(2026, 3, 11), counted=False, day_number=None, reason="检测期间，不计入")
    assert sum(row.counted for row in rows) == 4


def test_the_trace_starts_anew_from_a_complete_supplement() -> None:
    def at(day: int) -> datetime:
        return noon(date(2026, 3, day))

    events = [
        AcceptanceEvent(AcceptanceEventType.RECEIVED, at(2)),
        AcceptanceEvent(AcceptanceEventType.NOTIFIED, at(4)),
        AcceptanceEvent(AcceptanceEventType.SUPPLEMENTED, at(13), is_complete=True),
    ]

    rows = trace_acceptance(CALENDAR, acceptance_clock(CALENDAR, events, at(16)))
    while_waiting = trace_acceptance(CALENDAR, acceptance_clock(CALENDAR, events[:2], at(16)))

    assert (rows[0].on, rows[0].reason) == (date(2026, 3, 13), "收到补正材料当日不计")
    assert rows[-1].on == date(2026, 3, 20)
    assert while_waiting == ()
