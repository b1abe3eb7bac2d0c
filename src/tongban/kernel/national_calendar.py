"""The national calendar of rest days and worked weekends, from the package ``chinesecalendar``.

The plan for a year is announced by 国务院办公厅 in November of the year before, so the package's last year
is the last known one; a city loads another calendar as data when a holiday is moved.
"""

from datetime import date
from functools import lru_cache

from chinese_calendar.constants import Holiday, holidays, workdays

from tongban.kernel.workdays import Calendar

# Nothing this platform judges lies before 2024; older records are refused rather than judged by rules
# nobody has compared.
FIRST_KNOWN = date(2024, 1, 1)


@lru_cache(maxsize=1)
def national_calendar() -> Calendar:
    """The calendar from :data:`FIRST_KNOWN` to the end of the last year the package knows."""
    last = date(max(holidays).year, 12, 31)
    return Calendar(
        first=FIRST_KNOWN,
        last=last,
        days_off=_named(holidays),
        worked=_named(workdays),
    )


def _named(days: dict[date, str]) -> dict[date, str]:
    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    return {day: chinese[name] for day, name in days.items() if day >= FIRST_KNOWN}
