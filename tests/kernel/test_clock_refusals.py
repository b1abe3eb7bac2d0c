"""What the clock refuses to compute, and what bundles it cannot order."""

from datetime import date, datetime

import pytest

from kernel.strategies import noon
from tongban.kernel.clock import (
    AcceptanceEvent,
    AcceptanceEventType,
    BundleItem,
    DecisionTerms,
    EmptyBundle,
    LimitMissing,
    NotReceived,
    Pause,
    PauseReason,
    Regime,
    RepeatedItem,
    acceptance_clock,
    bundle_clock,
    decision_clock,
)
from tongban.kernel.instants import NaiveInstant
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import NegativeDays

CALENDAR = national_calendar()
DAY = date(2026, 3, 2)


def test_nothing_is_said_about_an_application_not_yet_received() -> None:
    received = AcceptanceEvent(AcceptanceEventType.RECEIVED, noon(date(2026, 3, 3)))

    with pytest.raises(NotReceived):
        acceptance_clock(CALENDAR, [received], noon(DAY))


def test_an_instant_without_an_offset_is_refused_everywhere() -> None:
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001  # the fault under test

    with pytest.raises(NaiveInstant):
        decision_clock(CALENDAR, DecisionTerms(DAY), naive)
    with pytest.raises(NaiveInstant):
        decision_clock(CALENDAR, DecisionTerms(DAY, pauses=(Pause(PauseReason.HEARING, naive),)), noon(DAY))


def test_a_special_regime_must_name_its_limit() -> None:
    with pytest.raises(LimitMissing):
        decision_clock(CALENDAR, DecisionTerms(DAY, Regime.SPECIAL), noon(DAY))


def test_negative_lengths_are_refused() -> None:
    with pytest.raises(NegativeDays):
        decision_clock(CALENDAR, DecisionTerms(DAY, Regime.SPECIAL, statutory_days=-1), noon(DAY))
    with pytest.raises(NegativeDays):
        decision_clock(
            CALENDAR,
            DecisionTerms(DAY, pauses=(Pause(PauseReason.HEARING, noon(DAY), max_days=-1),)),
            noon(DAY),
        )
    with pytest.raises(NegativeDays):
        decision_clock(CALENDAR, DecisionTerms(DAY, promise_days=-1), noon(DAY))


def test_a_bundle_needs_items_and_each_once() -> None:
    with pytest.raises(EmptyBundle):
        bundle_clock(CALENDAR, DAY, [])
    with pytest.raises(RepeatedItem, match="a is given twice"):
        bundle_clock(CALENDAR, DAY, [BundleItem("a", 1), BundleItem("a", 2)])
