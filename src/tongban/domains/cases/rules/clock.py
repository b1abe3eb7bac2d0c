"""Which limit of a case runs, until when, and from when it is amber: facts in, dates out.

The kernel counts; this module says which of its limits the office is held to in each status. 行政许可法
binds licences; the platform holds every other power on application to the same clock as its own promise
(ours). Nothing here is remembered between two runs, so a worker that was down loses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop

from tongban.domains.cases.types import ClockStage, Due, Light, LimitKind, Outcome, TimeSpan, TraceLine
from tongban.kernel.clock import (
    Acceptance,
    AcceptanceEvent,
    AcceptanceEventType,
    DecisionClock,
    DecisionOutcome,
    DecisionTerms,
    Extension,
    Pause,
    PauseReason,
    Regime,
    TraceRow,
    acceptance_clock,
    decision_clock,
    delivery_due,
    trace_acceptance,
    trace_delivery,
    trace_promise,
    trace_statutory,
)
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import ONE_DAY, Calendar, DueDate, add_workdays, count_workdays

NO_LIMIT = date.max
"""Stands for "no limit runs" where a date must sort."""

# Ours: the light turns amber two working days before the last day.
AMBER_DAYS = 2

# 行政许可法 §42(1) and (2).
SINGLE_STATUTE_DAYS = 20
JOINT_STATUTE_DAYS = 45

ARTICLES = {
    LimitKind.ACCEPTANCE: "行政许可法第三十二条",
    LimitKind.DECISION: "行政许可法第四十二条",
    LimitKind.PROMISE: gettext_noop("承诺办理时限"),
    LimitKind.DELIVERY: "行政许可法第四十四条",
    LimitKind.SUPPLEMENT: "行政许可法第三十二条",
}


class ClockEventKind(StrEnum):
    """What the clock is computed from."""

    RECEIVED = "RECEIVED"
    NOTIFIED = "NOTIFIED"
    SUPPLEMENTED = "SUPPLEMENTED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    EXTENDED = "EXTENDED"
    DECIDED = "DECIDED"


@dataclass(frozen=True, slots=True)
class ClockFact:
    """One thing that happened to the clock; `days` is a pause's announced length, an extension's, or the calendar
    days given for a supplement.
    """

    kind: ClockEventKind
    at: datetime
    days: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits a case was received under, taken from its version of the guide."""

    regime: Regime
    statutory_days: int
    extension_max: int
    promised_days: int | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All the clock needs to know of one case."""

    stage: ClockStage
    terms: Terms
    accepted_on: date | None
    outcome: Outcome | None
    events: tuple[ClockFact, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that runs; `due` None while an open pause holds it up, and for the applicant's own."""

    kind: LimitKind
    due: DueDate | None
    amber_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the clock stands: the limit the office is held to, and both clocks of a decision."""

    limit: Limit | None
    statutory: DueDate | None = None
    promise: DueDate | None = None

    @property
    def due_on(self) -> date:
        return self.limit.due.due_on if self.limit is not None and self.limit.due is not None else NO_LIMIT

    @property
    def amber_on(self) -> date:
        return self.limit.amber_on if self.limit is not None else NO_LIMIT

    @property
    def is_provisional(self) -> bool:
        return self.limit is not None and self.limit.due is not None and self.limit.due.provisional


def regime_of(*, is_joint: bool, statutory_days: int) -> Regime:
    """行政许可法 §42: twenty days alone, forty-five jointly; any other limit stands in another law."""
    if is_joint and statutory_days == JOINT_STATUTE_DAYS:
        return Regime.JOINT
    if not is_joint and statutory_days == SINGLE_STATUTE_DAYS:
        return Regime.SINGLE
    return Regime.SPECIAL


def stand(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> Standing:
    """The limit that runs for a case in its status, from its facts alone."""
    if facts.stage is ClockStage.ACCEPTANCE:
        acceptance = acceptance_standing(calendar, facts, as_of)
        return Standing(limit=_limit(calendar, LimitKind.ACCEPTANCE, acceptance.acceptance_due))
    if facts.stage is ClockStage.DECISION:
        return _decision_standing(calendar, facts, as_of)
    if facts.stage is ClockStage.DELIVERY:
        due = delivery_due(calendar, _decided_at(facts), DecisionOutcome.GRANT)
        return Standing(limit=_limit(calendar, LimitKind.DELIVERY, due))
    if facts.stage is ClockStage.SUPPLEMENT:
        return Standing(limit=_supplement_limit(facts))
    return Standing(limit=None)


def _supplement_limit(facts: CaseFacts) -> Limit | None:
    """No limit of the office runs (§32); the light turns amber when the day given to the applicant has passed."""
    asked = [event for event in facts.events if event.kind is ClockEventKind.NOTIFIED]
    if not asked or asked[-1].days is None:
        return None
    answer_by = shanghai_date(asked[-1].at) + timedelta(days=asked[-1].days)
    return Limit(LimitKind.SUPPLEMENT, None, answer_by + ONE_DAY)


def acceptance_standing(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> Acceptance:
    """Acceptance by the kernel's reading of §32, silence included."""
    events = [
        AcceptanceEvent(
            event_type=AcceptanceEventType(event.kind.value),
            at=event.at,
            is_complete=event.kind is ClockEventKind.SUPPLEMENTED,
        )
        for event in facts.events
        if event.kind.value in AcceptanceEventType.__members__
    ]
    return acceptance_clock(calendar, events, as_of)


def decision_standing(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> DecisionClock:
    return decision_clock(calendar, decision_terms(facts), as_of)


def decision_terms(facts: CaseFacts) -> DecisionTerms:
    """What the kernel's decision clock is computed from; the case must have been accepted."""
    if facts.accepted_on is None:
        raise ValueError("a case that was never accepted has no decision clock")
    return DecisionTerms(
        accepted_on=facts.accepted_on,
        regime=facts.terms.regime,
        promise_days=facts.terms.promised_days,
        pauses=pauses_of(facts.events),
        extension=extension_of(facts.events),
        statutory_days=facts.terms.statutory_days,
        extension_max=facts.terms.extension_max,
    )


def pauses_of(events: Sequence[ClockFact]) -> tuple[Pause, ...]:
    """Each pause with the resumption that ended it, None for the one still open."""
    pauses: list[Pause] = []
    for event in sorted(events, key=lambda one: one.at):
        if event.kind is ClockEventKind.PAUSED:
            pauses.append(Pause(PauseReason(event.reason), event.at, None, event.days))
        elif event.kind is ClockEventKind.RESUMED and pauses:
            last = pauses[-1]
            pauses[-1] = Pause(last.reason, last.from_at, event.at, last.max_days)
    return tuple(pauses)


def spans_of(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> tuple[TimeSpan, ...]:
    """The special procedures, whose days are not counted (§45)."""
    today = shanghai_date(as_of)
    spans: list[TimeSpan] = []
    for pause in pauses_of(facts.events):
        began, ended = shanghai_date(pause.from_at), shanghai_date(pause.to_at) if pause.to_at else None
        days = count_workdays(calendar, began, ended or today).workdays
        spans.append(TimeSpan(PauseReason(pause.reason), began, ended, days, is_counted=False))
    return tuple(spans)


def used_days(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> int | None:
    """Working days that counted from acceptance until now or the decision; None before acceptance."""
    if facts.accepted_on is None:
        return None
    decided = [event.at for event in facts.events if event.kind is ClockEventKind.DECIDED]
    until = max(facts.accepted_on, shanghai_date(min([as_of, *decided])))
    standing = sum(span.workdays for span in spans_of(calendar, facts, as_of))
    return count_workdays(calendar, facts.accepted_on, until).workdays - standing


def extension_of(events: Sequence[ClockFact]) -> Extension | None:
    for event in events:
        if event.kind is ClockEventKind.EXTENDED and event.days is not None:
            # The notice that tells the reason is issued by the same act that extends.
            return Extension(days=event.days, approved_at=event.at, told_at=event.at)
    return None


def pause_has_run_out(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> bool:
    """Whether the announced length of the open pause is over, so that days count again (§45)."""
    pauses = pauses_of(facts.events)
    if not pauses or pauses[-1].to_at is not None or pauses[-1].max_days is None:
        return False
    ends = add_workdays(calendar, shanghai_date(pauses[-1].from_at), pauses[-1].max_days)
    return ends.has_passed(as_of)


def light(*, due_on: date, amber_on: date, today: date) -> Light:
    """绿灯, 黄灯 from the amber day, 红灯 after the last day."""
    if today > due_on:
        return Light.RED
    if today >= amber_on:
        return Light.AMBER
    return Light.NONE if due_on == NO_LIMIT else Light.GREEN


def describe(calendar: Calendar, kind: LimitKind, due: DueDate | None, today: date) -> Due:
    """A limit in the words of a page: days left while it runs, days over when it has passed."""
    if due is None:
        return Due(kind.value, None, None, 0, is_provisional=False, article=ARTICLES[kind])
    if today <= due.due_on:
        left, over = count_workdays(calendar, today, due.due_on).workdays, 0
    else:
        left, over = 0, count_workdays(calendar, due.due_on, today).workdays
    return Due(kind.value, due.due_on, left, over, is_provisional=due.provisional, article=ARTICLES[kind])


def trace(calendar: Calendar, facts: CaseFacts, kind: LimitKind, as_of: datetime) -> tuple[TraceLine, ...]:
    """Why the limit ends on its day: every day counted or skipped, with the reason."""
    rows: tuple[TraceRow, ...] = ()
    if kind is LimitKind.ACCEPTANCE:
        rows = trace_acceptance(calendar, acceptance_standing(calendar, facts, as_of))
    elif kind is LimitKind.DECISION:
        rows = trace_statutory(calendar, decision_terms(facts), as_of)
    elif kind is LimitKind.PROMISE:
        rows = trace_promise(calendar, decision_terms(facts), as_of)
    elif facts.outcome is Outcome.GRANT:
        rows = trace_delivery(calendar, _decided_at(facts))
    return tuple(TraceLine(row.on, row.counted, row.day_number, row.reason) for row in rows)


def _decision_standing(calendar: Calendar, facts: CaseFacts, as_of: datetime) -> Standing:
    clock = decision_standing(calendar, facts, as_of)
    kind, due = LimitKind.DECISION, clock.statutory
    # The promise is what the city told the applicant: it is the limit the office is measured by.
    if clock.promise is not None and (due is None or clock.promise.due_on <= due.due_on):
        kind, due = LimitKind.PROMISE, clock.promise
    return Standing(limit=_limit(calendar, kind, due), statutory=clock.statutory, promise=clock.promise)


def _limit(calendar: Calendar, kind: LimitKind, due: DueDate | None) -> Limit:
    return Limit(kind, due, NO_LIMIT if due is None else _amber_on(calendar, due.due_on))


def _amber_on(calendar: Calendar, due_on: date) -> date:
    """The day from which at most :data:`AMBER_DAYS` working days are left."""
    day, left = due_on, 0
    while day > calendar.first:
        if calendar.works(day):
            left += 1
        if left > AMBER_DAYS:
            return day
        day -= ONE_DAY
    return day


def _decided_at(facts: CaseFacts) -> datetime:
    decided = [event.at for event in facts.events if event.kind is ClockEventKind.DECIDED]
    if not decided:
        raise ValueError("a decided case has no event DECIDED")
    return decided[-1]
