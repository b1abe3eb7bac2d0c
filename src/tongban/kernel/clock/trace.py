"""为什么是这一天: every day up to a date, counted or not, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from tongban.kernel.clock.acceptance import ACCEPTANCE_DAYS, Acceptance
from tongban.kernel.clock.bundle import BundleClock, BundleItem
from tongban.kernel.clock.decision import DecisionTerms, decision_clock
from tongban.kernel.clock.delivery import DELIVERY_DAYS
from tongban.kernel.clock.pauses import PauseSpan, covering_span, is_held_up, pause_spans
from tongban.kernel.instants import shanghai_date
from tongban.kernel.sentences import gettext_noop
from tongban.kernel.workdays import ONE_DAY, Calendar

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class Reason(str):
    """Why a day counts or does not, in Chinese; `phrase` and `name` are its parts, for whoever translates it."""

    __slots__ = ("name", "phrase")
    phrase: str
    name: str

    def __new__(cls, phrase: str, name: str = "") -> Self:
        reason = super().__new__(cls, phrase % {"name": name})
        reason.phrase, reason.name = phrase, name
        return reason


_RECEIVED = Reason(gettext_noop("收到申请当日不计"))
_SUPPLEMENTED = Reason(gettext_noop("收到补正材料当日不计"))
_ACCEPTED = Reason(gettext_noop("受理当日不计"))
_DECIDED = Reason(gettext_noop("作出决定当日不计"))
_FOLLOWS = Reason(gettext_noop("前一事项办结当日不计"))
_DONE = Reason(gettext_noop("已于当日作出决定"))
_AT_ONCE = Reason(gettext_noop("即办，当日办结"))
_AT_ONCE_AFTER_REST = Reason(gettext_noop("即办，休息日后的第一个工作日办结"))
_WORKS = Reason(gettext_noop("工作日"))
_WORKS_FOR_ALL_WE_KNOW = Reason(gettext_noop("工作日（放假安排尚未公布，暂按星期推算）"))
_RESTS_FOR_ALL_WE_KNOW = gettext_noop("%(name)s（放假安排尚未公布，暂按星期推算）")
_HOLIDAY = gettext_noop("法定节假日（%(name)s）")
_MADE_UP = gettext_noop("调休上班（%(name)s）")
_PAUSED = gettext_noop("%(name)s期间，不计入")


@dataclass(frozen=True)
class TraceRow:
    """One day: counted or not, its number in the count when counted, and the reason in words."""

    on: date
    counted: bool
    day_number: int | None
    reason: Reason


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
    event_reason: Reason,
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
        event_reason=_RECEIVED if received else _SUPPLEMENTED,
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
    return trace_limit(calendar, shanghai_date(decided_at), DELIVERY_DAYS, event_reason=_DECIDED)


def trace_bundle(
    calendar: Calendar, clock: BundleClock, items: Sequence[BundleItem]
) -> tuple[BundleTrace, ...]:
    """Why the bundle is done on that day: the days of each item on its critical path, in order."""
    by_id = {item.item_id: item for item in items}
    traces: list[BundleTrace] = []
    event_reason = _ACCEPTED
    for item_id in clock.critical:
        traces.append(BundleTrace(item_id, _item_rows(calendar, clock, by_id[item_id], event_reason)))
        event_reason = _FOLLOWS
    return tuple(traces)


def _item_rows(
    calendar: Calendar, clock: BundleClock, item: BundleItem, event_reason: Reason
) -> tuple[TraceRow, ...]:
    if item.decided_on is not None:
        return (TraceRow(item.decided_on, counted=False, day_number=None, reason=_DONE),)
    event_on = clock.items[item.item_id].event_on
    return trace_limit(calendar, event_on, item.days, event_reason=event_reason)


def _trace_decision(
    calendar: Calendar, terms: DecisionTerms, days: int, as_of: datetime
) -> tuple[TraceRow, ...]:
    return trace_limit(
        calendar,
        terms.accepted_on,
        days,
        event_reason=_ACCEPTED,
        spans=pause_spans(calendar, terms.pauses),
        until=shanghai_date(as_of),
    )


def _same_day_rows(calendar: Calendar, event_on: date) -> Iterator[TraceRow]:
    """即办: done on the day itself, or on the next working day when that is a rest day."""
    day = event_on
    while not calendar.works(day):
        yield TraceRow(day, counted=False, day_number=None, reason=_reason(calendar, day))
        day += ONE_DAY
    reason = _AT_ONCE if day == event_on else _AT_ONCE_AFTER_REST
    yield TraceRow(day, counted=False, day_number=None, reason=reason)


def _pause_reason(calendar: Calendar, day: date, span: PauseSpan) -> Reason:
    return Reason(_PAUSED, span.reason.label) if calendar.works(day) else _reason(calendar, day)


def _reason(calendar: Calendar, day: date) -> Reason:
    weekday = _WEEKDAYS[day.weekday()]
    if calendar.is_provisional(day):
        return _WORKS_FOR_ALL_WE_KNOW if calendar.works(day) else Reason(_RESTS_FOR_ALL_WE_KNOW, weekday)
    if day in calendar.days_off:
        return Reason(_HOLIDAY, calendar.days_off[day])
    if day in calendar.worked:
        return Reason(_MADE_UP, calendar.worked[day])
    return _WORKS if calendar.works(day) else Reason(weekday)
