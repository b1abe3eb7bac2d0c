"""The worked example in docs/clock.md is what the code says."""

from datetime import date, datetime, timedelta
from pathlib import Path

from tongban.kernel.clock import DecisionTerms, Pause, PauseReason, decision_clock, trace_promise
from tongban.kernel.instants import SHANGHAI
from tongban.kernel.national_calendar import national_calendar

CLOCK = Path(__file__).resolve().parents[2] / "docs" / "clock.md"
AS_OF = datetime(2026, 2, 12, 9, tzinfo=SHANGHAI)
TERMS = DecisionTerms(
    accepted_on=date(2026, 2, 12),
    promise_days=6,
    pauses=(
        Pause(
            PauseReason.EXPERT_REVIEW,
            datetime(2026, 2, 25, 9, tzinfo=SHANGHAI),
            datetime(2026, 2, 27, 17, tzinfo=SHANGHAI),
        ),
    ),
)


def test_the_example_lists_each_day_as_the_code_does() -> None:
    calendar = national_calendar()
    due = decision_clock(calendar, TERMS, AS_OF).promise
    assert due is not None

    rows = [
        f"| {row.on.isoformat()} | {row.day_number or '—'} | {row.reason} |"
        for row in trace_promise(calendar, TERMS, AS_OF)
    ]

    assert "\n".join(rows) in CLOCK.read_text(encoding="utf-8")
    assert rows[-1].startswith(f"| {due.due_on.isoformat()} | 6 |")
    assert len(rows) == (due.due_on - TERMS.accepted_on) // timedelta(days=1) + 1
