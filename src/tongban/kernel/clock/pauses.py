"""What is outside the count: the eight reasons of 行政许可法 §45, as spans of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import require_aware, shanghai_date
from tongban.kernel.sentences import gettext_noop
from tongban.kernel.workdays import ONE_DAY, Calendar, DueDate, NegativeDays, add_workdays, due_date


class PauseReason(StrEnum):
    """The closed list of 行政许可法 §45; an on-site check 现场核查 is not in it."""

    HEARING = "HEARING"
    BIDDING = "BIDDING"
    AUCTION = "AUCTION"
    INSPECTION = "INSPECTION"
    TESTING = "TESTING"
    QUARANTINE = "QUARANTINE"
    APPRAISAL = "APPRAISAL"
    EXPERT_REVIEW = "EXPERT_REVIEW"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    PauseReason.HEARING: gettext_noop("听证"),
    PauseReason.BIDDING: gettext_noop("招标"),
    PauseReason.AUCTION: gettext_noop("拍卖"),
    PauseReason.INSPECTION: gettext_noop("检验"),
    PauseReason.TESTING: gettext_noop("检测"),
    PauseReason.QUARANTINE: gettext_noop("检疫"),
    PauseReason.APPRAISAL: gettext_noop("鉴定"),
    PauseReason.EXPERT_REVIEW: gettext_noop("专家评审"),
}


class PauseReversed(TongbanError):
    code: ClassVar[str] = "PAUSE_REVERSED"
    default_sentence: ClassVar[str] = gettext_noop("特别程序的结束时间早于开始时间。")


@dataclass(frozen=True)
class Pause:
    """A special procedure: from the written notice to its result, None while it is open.

    ``max_days`` is the length announced in the notice, in working days; beyond it counting resumes.
    """

    reason: str
    from_at: datetime
    to_at: datetime | None = None
    max_days: int | None = None


@dataclass(frozen=True)
class PauseSpan:
    """The days d with after < d <= until that are not counted; ``until`` is None for an open end."""

    reason: PauseReason
    after: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.after < day and (self.until is None or day <= self.until)


def pause_spans(calendar: Calendar, pauses: Sequence[Pause]) -> tuple[PauseSpan, ...]:
    """The spans of the pauses whose reason §45 knows; the others are left out.

    Raises :class:`PauseReversed`, ``NegativeDays`` or ``NaiveInstant``.
    """
    spans: list[PauseSpan] = []
    for pause in pauses:
        _check(pause)
        if not has_legal_reason(pause):
            continue
        after = shanghai_date(pause.from_at)
        spans.append(PauseSpan(PauseReason(pause.reason), after, _last_day(calendar, pause, after)))
    return tuple(spans)


def has_legal_reason(pause: Pause) -> bool:
    return pause.reason in PauseReason.__members__


def covering_span(spans: Sequence[PauseSpan], day: date) -> PauseSpan | None:
    """The first span that covers the day, so that overlapping pauses count once."""
    for span in spans:
        if span.covers(day):
            return span
    return None


def is_held_up(spans: Sequence[PauseSpan], day: date) -> bool:
    """Whether the day lies in an open span, after which nothing counts until it is closed."""
    return any(span.until is None and span.covers(day) for span in spans)


def due_with_pauses(
    calendar: Calendar, event_on: date, days: int, spans: Sequence[PauseSpan]
) -> DueDate | None:
    """The last day of a limit that skips the spans; None while an open span holds it up.

    0 days fall under the rule for 即办 and know no pauses.
    """
    if days <= 0:
        return add_workdays(calendar, event_on, days)
    day = event_on
    while days:
        day += ONE_DAY
        span = covering_span(spans, day)
        if is_held_up(spans, day):
            return None
        if span is None and calendar.works(day):
            days -= 1
    return due_date(calendar, day)


def count_with_pauses(calendar: Calendar, start: date, end: date, spans: Sequence[PauseSpan]) -> int:
    """How many working days d with start < d <= end no span covers; 0 when end is before start."""
    counted = 0
    day = start
    while day < end:
        day += ONE_DAY
        if covering_span(spans, day) is None and calendar.works(day):
            counted += 1
    return counted


def _check(pause: Pause) -> None:
    require_aware(pause.from_at)
    if pause.to_at is not None and require_aware(pause.to_at) < pause.from_at:
        raise PauseReversed(f"pause from {pause.from_at.isoformat()} to {pause.to_at.isoformat()}")
    if pause.max_days is not None and pause.max_days < 0:
        raise NegativeDays(f"announced length {pause.max_days}")


def _last_day(calendar: Calendar, pause: Pause, after: date) -> date | None:
    ended_on = shanghai_date(pause.to_at) if pause.to_at is not None else None
    if pause.max_days is None:
        return ended_on
    announced = add_workdays(calendar, after, pause.max_days).due_on if pause.max_days else after
    return announced if ended_on is None else min(announced, ended_on)
