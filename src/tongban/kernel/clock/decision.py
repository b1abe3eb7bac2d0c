"""Decision 决定: the statutory limit with its extension and pauses, and the promise (行政许可法 §42, §45).

Ours, where the law is silent: the joint limit runs from acceptance (§42 names no start); an extension whose
reason was not told still counts and is flagged; the promise (承诺时限) pauses like the statute and is never
extended.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from tongban.kernel.clock.pauses import (
    Pause,
    count_with_pauses,
    due_with_pauses,
    has_legal_reason,
    pause_spans,
)
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import require_aware, shanghai_date
from tongban.kernel.sentences import gettext_noop
from tongban.kernel.workdays import Calendar, DueDate, NegativeDays, add_workdays, count_workdays

# 行政许可法 §42(1): twenty days, ten more by leave of the head of the office.
SINGLE_DAYS = 20
SINGLE_EXTENSION_MAX = 10
# 行政许可法 §42(2): forty-five days, fifteen more by leave of the head of the government at that level.
JOINT_DAYS = 45
JOINT_EXTENSION_MAX = 15


class Regime(StrEnum):
    SINGLE = "SINGLE"
    JOINT = "JOINT"
    SPECIAL = "SPECIAL"


class DecisionFlag(StrEnum):
    LATE_EXTENSION = "LATE_EXTENSION"
    EXTENSION_NOT_TOLD = "EXTENSION_NOT_TOLD"
    EXTENSION_TOLD_LATE = "EXTENSION_TOLD_LATE"
    PAUSE_REASON = "PAUSE_REASON"


class ExtensionTooLong(TongbanError):
    code: ClassVar[str] = "EXTENSION_TOO_LONG"
    default_sentence: ClassVar[str] = gettext_noop("延长的天数超过法律允许的上限（行政许可法第四十二条）。")


class PromiseLonger(TongbanError):
    code: ClassVar[str] = "PROMISE_LONGER"
    default_sentence: ClassVar[str] = gettext_noop("承诺时限不得长于法定时限。")


class LimitMissing(TongbanError):
    """A special regime names its own limit; without it there is nothing to count."""

    code: ClassVar[str] = "LIMIT_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("适用特别规定的事项须写明法定时限。")


@dataclass(frozen=True)
class Extension:
    """Days added by leave; ``told_at`` is when the applicant was told the reason (§42)."""

    days: int
    approved_at: datetime
    told_at: datetime | None


@dataclass(frozen=True)
class DecisionTerms:
    """What the decision's clock is computed from, all of it given.

    ``statutory_days`` and ``extension_max`` are read for :attr:`Regime.SPECIAL` only.
    """

    accepted_on: date
    regime: Regime = Regime.SINGLE
    promise_days: int | None = None
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    statutory_days: int | None = None
    extension_max: int = 0


@dataclass(frozen=True)
class DecisionClock:
    """Two clocks: the statute (``statutory``) and the promise; None while an open pause holds them up."""

    limit_days: int
    statutory: DueDate | None
    promise: DueDate | None
    days_used: int
    days_left: int
    overdue_days: int
    flags: tuple[DecisionFlag, ...]


@dataclass(frozen=True)
class _ExtensionEffect:
    days: int
    flag: DecisionFlag | None


def decision_clock(calendar: Calendar, terms: DecisionTerms, as_of: datetime) -> DecisionClock:
    """Both clocks of a decision at an instant (行政许可法 §42, §45).

    Raises :class:`ExtensionTooLong`, :class:`PromiseLonger`, :class:`LimitMissing`, ``PauseReversed``,
    ``NegativeDays``, ``CalendarUnknown`` or ``NaiveInstant``.
    """
    today = shanghai_date(as_of)
    spans = pause_spans(calendar, terms.pauses)
    base_days, extension_max = _limit(terms)
    base_due = due_with_pauses(calendar, terms.accepted_on, base_days, spans)
    effect = _extend(terms.extension, extension_max, base_due)
    limit_days = base_days + effect.days
    statutory = base_due
    if effect.days:
        statutory = due_with_pauses(calendar, terms.accepted_on, limit_days, spans)
    used = count_with_pauses(calendar, terms.accepted_on, today, spans)
    overdue = 0
    if statutory is not None and today > statutory.due_on:
        overdue = count_workdays(calendar, statutory.due_on, today).workdays
    return DecisionClock(
        limit_days=limit_days,
        statutory=statutory,
        promise=_promise(calendar, terms, base_days),
        days_used=used,
        days_left=max(0, limit_days - used),
        overdue_days=overdue,
        flags=_flags(terms, effect),
    )


def _limit(terms: DecisionTerms) -> tuple[int, int]:
    if terms.regime is Regime.SINGLE:
        return SINGLE_DAYS, SINGLE_EXTENSION_MAX
    if terms.regime is Regime.JOINT:
        return JOINT_DAYS, JOINT_EXTENSION_MAX
    if terms.statutory_days is None:
        raise LimitMissing("a special regime without statutory_days")
    if terms.statutory_days < 0:
        raise NegativeDays(f"statutory limit {terms.statutory_days}")
    return terms.statutory_days, terms.extension_max


def _extend(extension: Extension | None, maximum: int, base_due: DueDate | None) -> _ExtensionEffect:
    if extension is None:
        return _ExtensionEffect(0, None)
    if not 1 <= extension.days <= maximum:
        raise ExtensionTooLong(f"extension of {extension.days} days, at most {maximum}")
    if base_due is not None and base_due.has_passed(require_aware(extension.approved_at)):
        return _ExtensionEffect(0, DecisionFlag.LATE_EXTENSION)
    if extension.told_at is None:
        return _ExtensionEffect(extension.days, DecisionFlag.EXTENSION_NOT_TOLD)
    if base_due is not None and base_due.has_passed(require_aware(extension.told_at)):
        return _ExtensionEffect(extension.days, DecisionFlag.EXTENSION_TOLD_LATE)
    return _ExtensionEffect(extension.days, None)


def _promise(calendar: Calendar, terms: DecisionTerms, base_days: int) -> DueDate | None:
    if terms.promise_days is None:
        return None
    if terms.promise_days > base_days:
        raise PromiseLonger(f"promise of {terms.promise_days} days, statute {base_days}")
    if terms.promise_days == 0:
        return add_workdays(calendar, terms.accepted_on, 0)
    spans = pause_spans(calendar, terms.pauses)
    return due_with_pauses(calendar, terms.accepted_on, terms.promise_days, spans)


def _flags(terms: DecisionTerms, effect: _ExtensionEffect) -> tuple[DecisionFlag, ...]:
    flags: list[DecisionFlag] = []
    if effect.flag is not None:
        flags.append(effect.flag)
    if not all(has_legal_reason(pause) for pause in terms.pauses):
        # §45 is a closed list: any other reason leaves the clock running.
        flags.append(DecisionFlag.PAUSE_REASON)
    return tuple(flags)
