"""Every vector of the statutory clock, one test case each."""

from datetime import date, datetime
from typing import Any

import pytest

from tongban.kernel.clock import (
    AcceptanceEvent,
    AcceptanceEventType,
    BundleItem,
    DecisionOutcome,
    DecisionTerms,
    Extension,
    Pause,
    Regime,
    acceptance_clock,
    bundle_clock,
    decision_clock,
    delivery_due,
)
from tongban.kernel.errors import TongbanError
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import Calendar, DueDate, add_workdays, count_workdays, is_workday
from vectors.sources import cases, read_document, require

AREA = "clock"


def known_calendar() -> Calendar:
    """The national calendar cut to the range the vectors say is known."""
    document = read_document(AREA)
    assert document is not None
    bounds = document["calendar"]
    national = national_calendar()
    first, last = date.fromisoformat(bounds["first"]), date.fromisoformat(bounds["last"])
    assert national.first <= first
    assert last <= national.last
    return Calendar(first=first, last=last, days_off=national.days_off, worked=national.worked)


def day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value is not None else None


def instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value is not None else None


def due(answer: DueDate | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "due_on": answer.due_on.isoformat(),
        "due_at": answer.due_at.isoformat(),
        "provisional": answer.provisional,
    }


def flags(answer: tuple[str, ...]) -> list[str]:
    return [flag.lower() for flag in answer]


def answer_is_workday(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any]:
    answer = is_workday(calendar, date.fromisoformat(given["date"]))
    return {"workday": answer.workday, "provisional": answer.provisional}


def answer_add_workdays(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any] | None:
    return due(add_workdays(calendar, date.fromisoformat(given["date"]), given["days"]))


def answer_count_workdays(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any]:
    answer = count_workdays(calendar, date.fromisoformat(given["from"]), date.fromisoformat(given["to"]))
    return {"workdays": answer.workdays, "provisional": answer.provisional}


def answer_acceptance(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any]:
    events = [
        AcceptanceEvent(
            AcceptanceEventType(event["type"].upper()),
            datetime.fromisoformat(event["at"]),
            is_complete=event.get("complete", False),
        )
        for event in given["events"]
    ]
    answer = acceptance_clock(calendar, events, datetime.fromisoformat(given["as_of"]))
    return {
        "state": answer.state.lower(),
        "first_received_on": answer.first_received_on.isoformat(),
        "acceptance_due": due(answer.acceptance_due),
        "accepted_on": answer.accepted_on.isoformat() if answer.accepted_on else None,
        "deemed": answer.is_deemed,
        "flags": flags(answer.flags),
    }


def decision_terms(given: dict[str, Any]) -> DecisionTerms:
    extension = given["extension"]
    return DecisionTerms(
        accepted_on=date.fromisoformat(given["accepted_on"]),
        regime=Regime(given["regime"].upper()),
        promise_days=given["promise_days"],
        pauses=tuple(
            Pause(
                reason=pause["reason"].upper(),
                from_at=datetime.fromisoformat(pause["from"]),
                to_at=instant(pause["to"]),
                max_days=pause.get("max_days"),
            )
            for pause in given["pauses"]
        ),
        extension=extension
        and Extension(
            days=extension["days"],
            approved_at=datetime.fromisoformat(extension["approved_at"]),
            told_at=instant(extension["told_at"]),
        ),
        statutory_days=given.get("statutory_days"),
        extension_max=given.get("extension_max", 0),
    )


def answer_decision(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any]:
    answer = decision_clock(calendar, decision_terms(given), datetime.fromisoformat(given["as_of"]))
    return {
        "limit_days": answer.limit_days,
        "statutory": due(answer.statutory),
        "promise": due(answer.promise),
        "days_used": answer.days_used,
        "days_left": answer.days_left,
        "overdue_days": answer.overdue_days,
        "flags": flags(answer.flags),
    }


def answer_delivery(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any]:
    outcome = DecisionOutcome(given["outcome"].upper())
    return {"delivery": due(delivery_due(calendar, datetime.fromisoformat(given["decided_at"]), outcome))}


def answer_bundle(calendar: Calendar, given: dict[str, Any]) -> dict[str, Any]:
    items = [
        BundleItem(item["id"], item["days"], tuple(item["after"]), day(item.get("decided_on")))
        for item in given["items"]
    ]
    answer = bundle_clock(calendar, date.fromisoformat(given["accepted_on"]), items)
    return {
        "items": {
            item_id: {"event_on": dates.event_on.isoformat(), "due_on": dates.due_on.isoformat()}
            for item_id, dates in answer.items.items()
        },
        "bundle": due(answer.bundle),
        "critical": list(answer.critical),
    }


ANSWERS = {
    "is_workday": answer_is_workday,
    "add_workdays": answer_add_workdays,
    "count_workdays": answer_count_workdays,
    "acceptance": answer_acceptance,
    "decision": answer_decision,
    "delivery": answer_delivery,
    "bundle": answer_bundle,
}


@pytest.mark.parametrize("given_vector", cases(AREA))
def test_answer_is_the_expected_one(given_vector: dict[str, Any] | None) -> None:
    vector = require(given_vector, AREA)

    try:
        answer = ANSWERS[vector["kind"]](known_calendar(), vector["input"])
    except TongbanError as error:
        answer = {"error": error.code.lower()}

    assert answer == vector["expected"], vector["why"]
