"""Working days: a calendar as data, and counting on it.

行政许可法 §82: time limits are working days, statutory holidays excluded. Rest days that are worked (调休)
count. The day of the event is not counted (民法典 §201); a limit ends at 24:00 of its last day (民法典 §203).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import start_of_day
from tongban.kernel.sentences import gettext_noop

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class CalendarUnknown(TongbanError):
    """A day before the calendar's first day had to be judged; that is refused, never guessed."""

    code: ClassVar[str] = "CALENDAR_UNKNOWN"
    default_sentence: ClassVar[str] = gettext_noop("该日期早于已载入的工作日历，无法计算工作日。")


class NegativeDays(TongbanError):
    code: ClassVar[str] = "NEGATIVE_DAYS"
    default_sentence: ClassVar[str] = gettext_noop("天数不能为负数。")


class ReversedRange(TongbanError):
    code: ClassVar[str] = "REVERSED"
    default_sentence: ClassVar[str] = gettext_noop("结束日期早于开始日期。")


@dataclass(frozen=True)
class Calendar:
    """Which days are worked: exceptions from first to last, and the weekday rule for every other day.

    ``days_off`` and ``worked`` map a date to the holiday's name. After ``last`` the weekday rule alone
    holds and answers are provisional; before ``first`` nothing is answered.
    """

    first: date
    last: date
    days_off: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ReversedRange(f"calendar from {self.first} to {self.last}")
        object.__setattr__(self, "days_off", MappingProxyType(dict(self.days_off)))
        object.__setattr__(self, "worked", MappingProxyType(dict(self.worked)))

    def works(self, day: date) -> bool:
        """Whether the day is worked; raises :class:`CalendarUnknown` before the first known day."""
        if day < self.first:
            raise CalendarUnknown(f"{day} is before {self.first}, the first day of the calendar")
        if day <= self.last:
            if day in self.days_off:
                return False
            if day in self.worked:
                return True
        return day.weekday() < SATURDAY

    def is_provisional(self, day: date) -> bool:
        return day > self.last


@dataclass(frozen=True)
class Workday:
    workday: bool
    provisional: bool


@dataclass(frozen=True)
class DueDate:
    """The last day of a limit. An act is in time when its instant is before ``due_at``.

    A provisional date rests on a calendar not yet announced: show it as such, never print it on a paper.
    """

    due_on: date
    provisional: bool

    @property
    def due_at(self) -> datetime:
        return start_of_day(self.due_on + ONE_DAY)

    def has_passed(self, instant: datetime) -> bool:
        return instant >= self.due_at


@dataclass(frozen=True)
class WorkdayCount:
    workdays: int
    provisional: bool


def is_workday(calendar: Calendar, day: date) -> Workday:
    return Workday(workday=calendar.works(day), provisional=calendar.is_provisional(day))


def due_date(calendar: Calendar, due_on: date) -> DueDate:
    return DueDate(due_on=due_on, provisional=calendar.is_provisional(due_on))


def next_workday(calendar: Calendar, day: date) -> date:
    """The day itself when it is worked, otherwise the first working day after it."""
    while not calendar.works(day):
        day += ONE_DAY
    return day


def add_workdays(calendar: Calendar, day: date, days: int) -> DueDate:
    """The last day of a limit of so many working days after an event on the given day.

    0 days: the day itself, or the next working day when it is a rest day. Raises :class:`NegativeDays`.
    """
    if days < 0:
        raise NegativeDays(f"{days} working days after {day}")
    if days == 0:
        return due_date(calendar, next_workday(calendar, day))
    while days:
        day += ONE_DAY
        if calendar.works(day):
            days -= 1
    return due_date(calendar, day)


def count_workdays(calendar: Calendar, start: date, end: date) -> WorkdayCount:
    """How many working days d have start < d <= end; raises :class:`ReversedRange`."""
    if end < start:
        raise ReversedRange(f"from {start} to {end}")
    workdays = 0
    day = start
    while day < end:
        day += ONE_DAY
        if calendar.works(day):
            workdays += 1
    return WorkdayCount(workdays=workdays, provisional=end > start and calendar.is_provisional(end))
