"""Acceptance 受理: five working days, told once, and what silence means (行政许可法 §32).

§32(4): incomplete papers are told once, all of them, within five days; otherwise the application counts as
accepted on the day it was received. That silence to complete papers, and silence after a complete
supplement, mean acceptance too is our reading, kept in this module alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import require_aware, shanghai_date
from tongban.kernel.sentences import gettext_noop
from tongban.kernel.workdays import Calendar, DueDate, add_workdays

# 行政许可法 §32(4)
ACCEPTANCE_DAYS = 5


class AcceptanceEventType(StrEnum):
    RECEIVED = "RECEIVED"
    NOTIFIED = "NOTIFIED"
    SUPPLEMENTED = "SUPPLEMENTED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class AcceptanceState(StrEnum):
    PENDING = "PENDING"
    SUPPLEMENTING = "SUPPLEMENTING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class AcceptanceFlag(StrEnum):
    """What was done without effect; shown to supervision, never silently dropped."""

    SECOND_NOTICE = "SECOND_NOTICE"
    LATE_NOTICE = "LATE_NOTICE"
    LATE_ACCEPTANCE = "LATE_ACCEPTANCE"
    LATE_REFUSAL = "LATE_REFUSAL"


class NotReceived(TongbanError):
    """Nothing had been received at the instant asked about."""

    code: ClassVar[str] = "NOT_RECEIVED"
    default_sentence: ClassVar[str] = gettext_noop("申请尚未收到，无法计算受理期限。")


@dataclass(frozen=True)
class AcceptanceEvent:
    """What happened, and when. ``is_complete`` matters for a supplement only."""

    event_type: AcceptanceEventType
    at: datetime
    is_complete: bool = False


@dataclass(frozen=True)
class Acceptance:
    """Where acceptance stands: ``acceptance_due`` is the last limit that ran, None while none does.

    ``counted_from`` is the day that limit counts from (not itself counted): the receipt, or the last
    complete supplement.
    """

    state: AcceptanceState
    first_received_on: date
    counted_from: date
    acceptance_due: DueDate | None
    accepted_on: date | None
    is_deemed: bool
    flags: tuple[AcceptanceFlag, ...]


def acceptance_clock(calendar: Calendar, events: Sequence[AcceptanceEvent], as_of: datetime) -> Acceptance:
    """Acceptance as it stands at an instant, from the events up to and including it (§32).

    Raises :class:`NotReceived` before the receipt and ``NaiveInstant`` for an instant without an offset.
    """
    require_aware(as_of)
    known = sorted(
        (event for event in events if require_aware(event.at) <= as_of), key=lambda event: event.at
    )
    receipts = [event for event in known if event.event_type is AcceptanceEventType.RECEIVED]
    if not receipts:
        raise NotReceived(f"nothing received up to {as_of.isoformat()}")
    course = _Course(calendar, shanghai_date(receipts[0].at))
    for event in known:
        course.let_silence_accept(event.at)
        course.take(event)
    course.let_silence_accept(as_of)
    return course.outcome()


class _Course:
    """The course of one acceptance, event by event."""

    def __init__(self, calendar: Calendar, received_on: date) -> None:
        self._calendar = calendar
        self._first_received_on = received_on
        self._state = AcceptanceState.PENDING
        self._was_notified = False
        self._accepted_on: date | None = None
        self._is_deemed = False
        self._flags: list[AcceptanceFlag] = []
        self._counted_from = received_on
        self._due: DueDate | None = add_workdays(calendar, received_on, ACCEPTANCE_DAYS)

    def let_silence_accept(self, instant: datetime) -> None:
        """§32(4): accepted from the day the papers came when the limit has passed in silence."""
        if self._state is not AcceptanceState.PENDING:
            return
        if self._due is not None and self._due.has_passed(instant):
            self._state = AcceptanceState.ACCEPTED
            self._accepted_on = self._counted_from
            self._is_deemed = True

    def take(self, event: AcceptanceEvent) -> None:
        if event.event_type is AcceptanceEventType.NOTIFIED:
            self._notify()
        elif event.event_type is AcceptanceEventType.SUPPLEMENTED:
            self._supplement(event)
        elif event.event_type is AcceptanceEventType.ACCEPTED:
            self._accept(event)
        elif event.event_type is AcceptanceEventType.REFUSED:
            self._refuse()

    def outcome(self) -> Acceptance:
        return Acceptance(
            state=self._state,
            first_received_on=self._first_received_on,
            counted_from=self._counted_from,
            acceptance_due=self._due,
            accepted_on=self._accepted_on,
            is_deemed=self._is_deemed,
            flags=tuple(self._flags),
        )

    def _notify(self) -> None:
        if self._was_notified:
            # §32(4): everything is told at once, so a further notice has no effect.
            self._flag(AcceptanceFlag.SECOND_NOTICE)
        elif self._state is AcceptanceState.PENDING:
            self._state = AcceptanceState.SUPPLEMENTING
            self._was_notified = True
            self._due = None
        else:
            self._flag(AcceptanceFlag.LATE_NOTICE)

    def _supplement(self, event: AcceptanceEvent) -> None:
        if self._state is not AcceptanceState.SUPPLEMENTING or not event.is_complete:
            return
        self._state = AcceptanceState.PENDING
        self._counted_from = shanghai_date(event.at)
        self._due = add_workdays(self._calendar, self._counted_from, ACCEPTANCE_DAYS)

    def _accept(self, event: AcceptanceEvent) -> None:
        if self._state in (AcceptanceState.PENDING, AcceptanceState.SUPPLEMENTING):
            self._state = AcceptanceState.ACCEPTED
            self._accepted_on = shanghai_date(event.at)
        elif self._is_deemed:
            self._flag(AcceptanceFlag.LATE_ACCEPTANCE)

    def _refuse(self) -> None:
        if self._state in (AcceptanceState.PENDING, AcceptanceState.SUPPLEMENTING):
            self._state = AcceptanceState.REFUSED
        elif self._is_deemed:
            self._flag(AcceptanceFlag.LATE_REFUSAL)

    def _flag(self, flag: AcceptanceFlag) -> None:
        if flag not in self._flags:
            self._flags.append(flag)
