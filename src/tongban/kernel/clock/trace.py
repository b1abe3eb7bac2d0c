"""为什么是这一天: every day up to a date, counted or not, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongban.kernel.clock.acceptance import ACCEPTANCE_DAYS, Acceptance
from tongban.kernel.clock.bundle import BundleClock, BundleItem
from tongban.kernel.clock.decision import DecisionTerms, decision_clock
from tongban.kernel.clock.delivery import DELIVERY_DAYS
from tongban.kernel.clock.pauses import PauseSpan, covering_span, is_held_up, pause_spans
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import ONE_DAY, Calendar

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True)
class TraceRow:
    """One day: counted or not, its number in the count when counted, and the reason in words."""

    on: date
    counted: bool
    day_number: int | None
    reason: str


@dataclass(frozen=True)
class BundleTrace:
    """The days of one item on the bundle's critical path."""

    item_id: str
    rows: tuple[TraceRow, ...]


def trace_limit(
    calendar: Calendar,
    event_on: date,
    days: int,
    *,
    event_reason: str,
    spans: Sequence[PauseSpan] = (),
    until: date | None = None,
) -> tuple[TraceRow, ...]:
    """The rows from the day of the event to the last day of the limit.

    While an open pause holds the limit up there is no last day: the rows then end on ``until``.
    """
    if days == 0:
        return tuple(_same_day_rows(calendar, event_on))
    rows = [TraceRow(event_on, counted=False, day_number=None, reason=event_reason)]
    day = event_on
    number = 0
    while number < days:
        day += ONE_DAY
        span = covering_span(spans, day)
        if is_held_up(spans, day) and (until is None or day > until):
            break
        counted = span is None and calendar.works(day)
        if counted:
            number += 1
        reason = _reason(calendar, day) if span is None else _pause_reason(calendar, day, span)
        rows.append(TraceRow(day, counted=counted, day_number=number if counted else None, reason=reason))
    return tuple(rows)


def trace_acceptance(calendar: Calendar, acceptance: Acceptance) -> tuple[TraceRow, ...]:
    """Why the office has until that day to accept (行政许可法 §32); empty while no limit runs."""
    if acceptance.acceptance_due is None:
        return ()
    received = acceptance.counted_from == acceptance.first_received_on
    return trace_limit(
        calendar,
        acceptance.counted_from,
        ACCEPTANCE_DAYS,
        event_reason="收到申请当日不计" if received else "收到补正材料当日不计",
    )


def trace_statutory(calendar: Calendar, terms: DecisionTerms, as_of: datetime) -> tuple[TraceRow, ...]:
    """Why the statute's last day is that day (行政许可法 §42, §45, §82)."""
    clock = decision_clock(calendar, terms, as_of)
    return _trace_decision(calendar, terms, clock.limit_days, as_of)


def trace_promise(calendar: Calendar, terms: DecisionTerms, as_of: datetime) -> tuple[TraceRow, ...]:
    """Why the promised day is that day; empty when nothing was promised."""
    if terms.promise_days is None:
        return ()
    return _trace_decision(calendar, terms, terms.promise_days, as_of)


def trace_delivery(calendar: Calendar, decided_at: datetime) -> tuple[TraceRow, ...]:
    """Why a granted licence must be issued and delivered by that day (行政许可法 §44)."""
    return trace_limit(calendar, shanghai_date(decided_at), DELIVERY_DAYS, event_reason="作出决定当日不计")


def trace_bundle(
    calendar: Calendar, clock: BundleClock, items: Sequence[BundleItem]
) -> tuple[BundleTrace, ...]:
    """Why the bundle is done on that day: the days of each item on its critical path, in order."""
    by_id = {item.item_id: item for item in items}
    traces: list[BundleTrace] = []
    event_reason = "受理当日不计"
    for item_id in clock.critical:
        traces.append(BundleTrace(item_id, _item_rows(calendar, clock, by_id[item_id], event_reason)))
        event_reason = "前一事项办结当日不计"
    return tuple(traces)


def _item_rows(
    calendar: Calendar, clock: BundleClock, item: BundleItem, event_reason: str
) -> tuple[TraceRow, ...]:
    if item.decided_on is not None:
        return (TraceRow(item.decided_on, counted=False, day_number=None, reason="已于当日作出决定"),)
    event_on = clock.items[item.item_id].event_on
    return trace_limit(calendar, event_on, item.days, event_reason=event_reason)


def _trace_decision(
    calendar: Calendar, terms: DecisionTerms, days: int, as_of: datetime
) -> tuple[TraceRow, ...]:
    return trace_limit(
        calendar,
        terms.accepted_on,
        days,
        event_reason="受理当日不计",
        spans=pause_spans(calendar, terms.pauses),
        until=shanghai_date(as_of),
    )


def _same_day_rows(calendar: Calendar, event_on: date) -> Iterator[TraceRow]:
    """即办: done on the day itself, or on the next working day when that is a rest day."""
    day = event_on
    while not calendar.works(day):
        yield TraceRow(day, counted=False, day_number=None, reason=_reason(calendar, day))
        day += ONE_DAY
    reason = "即办，当日办结" if day == event_on else "即办，休息日后的第一个工作日办结"
    yield TraceRow(day, counted=False, day_number=None, reason=reason)


def _pause_reason(calendar: Calendar, day: date, span: PauseSpan) -> str:
    if calendar.works(day):
        return f"{span.reason.label}期间，不计入"
    return _reason(calendar, day)


def _reason(calendar: Calendar, day: date) -> str:
    weekday = _WEEKDAYS[day.weekday()]
    if calendar.is_provisional(day):
        if calendar.works(day):
            return "工作日（放假安排尚未公布，暂按星期推算）"
        return f"{weekday}（放假安排尚未公布，暂按星期推算）"
    if day in calendar.days_off:
        return f"法定节假日（{calendar.days_off[day]}）"
    if day in calendar.worked:
        return f"调休上班（{calendar.worked[day]}）"
    return "工作日" if calendar.works(day) else weekday
