"""The working calendar of the city: the national plan and what was changed after it was announced."""

from datetime import date, datetime
from functools import lru_cache

from django.db.models import QuerySet

from tongban.domains.cases.models import CalendarDay, Case
from tongban.domains.cases.states import OPEN
from tongban.domains.cases.types import CalendarChange, CalendarReach, CalendarStatus
from tongban.foundation.prepared import prepared
from tongban.kernel.instants import shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import Calendar

# The plan for a year is announced in November of the year before; a limit of 45 days with an extension of
# 15 reaches about three months ahead.
WARN_DAYS = 100


def get_calendar() -> Calendar:
    """The calendar every limit is counted on; one query, merged once for each state of the changes."""
    return _merge(tuple(_changes()))


def list_calendar_changes() -> tuple[CalendarChange, ...]:
    return tuple(CalendarChange(*row) for row in _changes())


@prepared
def _changes() -> QuerySet[CalendarDay, tuple[date, bool, str]]:
    return CalendarDay.objects.order_by("on").values_list("on", "works", "name")


def get_calendar_reach(at: datetime) -> CalendarReach:
    """How far the announced calendar reaches from this day; one query."""
    last = get_calendar().last
    days_left = (last - shanghai_date(at)).days
    return CalendarReach(last, days_left, is_ending=days_left < WARN_DAYS)


def get_calendar_status(at: datetime) -> CalendarStatus:
    """The same with the open cases whose dates are provisional."""
    provisional = Case.objects.filter(status__in=sorted(OPEN), is_provisional=True).count()
    return CalendarStatus(get_calendar_reach(at), provisional)


@lru_cache(maxsize=8)
def _merge(changes: tuple[tuple[date, bool, str], ...]) -> Calendar:
    base = national_calendar()
    days_off, worked, last = dict(base.days_off), dict(base.worked), base.last
    for on, works, name in changes:
        days_off.pop(on, None)
        worked.pop(on, None)
        (worked if works else days_off)[on] = name
        # A change beyond the end means that the year's plan has been announced: it is loaded whole.
        last = max(last, date(on.year, 12, 31))
    return Calendar(first=base.first, last=last, days_off=days_off, worked=worked)
