"""Instants and the calendar day they fall on in Shanghai, the civil time of the whole country."""

from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NaiveInstant(TongbanError):
    """An instant without an offset could be any of twenty-four hours."""

    code: ClassVar[str] = "NAIVE_INSTANT"
    default_sentence: ClassVar[str] = gettext_noop("时间缺少时区，无法计算期限。")


def require_aware(instant: datetime) -> datetime:
    """The instant itself; raises :class:`NaiveInstant` when it has no offset."""
    if instant.utcoffset() is None:
        raise NaiveInstant(f"{instant.isoformat()} has no offset")
    return instant


def shanghai_date(instant: datetime) -> date:
    """The day on which the instant falls in Shanghai; raises :class:`NaiveInstant`."""
    return require_aware(instant).astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The first instant of the day in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
