from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.strategies import DAYS
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import (
    Calendar,
    CalendarUnknown,
    NegativeDays,
    ReversedRange,
    add_workdays,
    count_workdays,
    is_workday,
)
from vectors.sources import shared_document

CALENDAR = national_calendar()


def test_national_calendar_agrees_with_the_published_plan_on_every_date() -> None:
    listed = {
        date.fromisoformat(entry["date"]): entry["kind"]
        for entry in shared_document("workdays/cn_holidays.json")["days"]
    }

    day = date(2024, 1, 1)
    differing = []
    while day <= date(2026, 12, 31):
        expected = listed[day] == "workday" if day in listed else day.weekday() < 5
        if is_workday(CALENDAR, day).workday is not expected:
            differing.append(day)
        day += timedelta(days=1)

    assert differing == []
    assert day == date(2027, 1, 1)


def test_national_calendar_names_the_holiday_and_the_worked_weekend() -> None:
    assert CALENDAR.days_off[date(2026, 2, 17)] == "春节"
    assert CALENDAR.worked[date(2026, 2, 28)] == "春节"
    assert (CALENDAR.first, CALENDAR.last.month, CALENDAR.last.day) == (date(2024, 1, 1), 12, 31)


@given(DAYS, st.integers(1, 60))
def test_counting_up_to_a_due_date_gives_back_its_days(day: date, days: int) -> None:
    due = add_workdays(CALENDAR, day, days)

    assert count_workdays(CALENDAR, day, due.due_on).workdays == days
    assert CALENDAR.works(due.due_on)


@given(DAYS, st.integers(0, 30), st.integers(1, 30))
def test_a_longer_limit_ends_later(day: date, days: int, more: int) -> None:
    shorter = add_workdays(CALENDAR, day, days)
    longer = add_workdays(CALENDAR, day, days + more)

    assert longer.due_on > shorter.due_on or (days == 0 and longer.due_on == shorter.due_on)


def test_a_moved_holiday_moves_the_due_date_and_nothing_else() -> None:
    moved = Calendar(
        first=CALENDAR.first,
        last=CALENDAR.last,
        days_off={**CALENDAR.days_off, date(2026, 3, 4): "临时放假"},
        worked=CALENDAR.worked,
    )

    assert add_workdays(CALENDAR, date(2026, 3, 2), 5).due_on == date(2026, 3, 9)
    assert add_workdays(moved, date(2026, 3, 2), 5).due_on == date(2026, 3, 10)


def test_a_newly_loaded_year_makes_a_provisional_date_firm() -> None:
    extended = Calendar(
        first=date(2024, 1, 1),
        last=date(2027, 12, 31),
        days_off={**CALENDAR.days_off, date(2027, 1, 1): "元旦"},
        worked=CALENDAR.worked,
    )
    known = Calendar(date(2024, 1, 1), date(2026, 12, 31), CALENDAR.days_off, CALENDAR.worked)

    before = add_workdays(known, date(2026, 12, 4), 20)
    after = add_workdays(extended, date(2026, 12, 4), 20)

    assert (before.due_on, before.provisional) == (date(2027, 1, 1), True)
    assert (after.due_on, after.provisional) == (date(2027, 1, 4), False)


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(CalendarUnknown, match="2023-12-31"):
        is_workday(CALENDAR, date(2023, 12, 31))
    with pytest.raises(NegativeDays):
        add_workdays(CALENDAR, date(2026, 3, 2), -1)
    with pytest.raises(ReversedRange):
        count_workdays(CALENDAR, date(2026, 3, 3), date(2026, 3, 2))


def test_a_limit_ends_at_midnight_in_shanghai() -> None:
    due = add_workdays(CALENDAR, date(2026, 3, 2), 5)

    assert due.due_at.isoformat() == "2026-03-10T00:00:00+08:00"
    assert not due.has_passed(due.due_at - timedelta(microseconds=1))
    assert due.has_passed(due.due_at)
