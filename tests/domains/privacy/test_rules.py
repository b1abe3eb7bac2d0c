from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tongban.domains.cases.types import CaseFacts
from tongban.domains.privacy import rules, states
from tongban.domains.privacy.types import ComplaintAction, ComplaintStatus
from tongban.kernel.actors import ActorKind

RUNNING = CaseFacts("SQ1", "食品经营许可", UUID(int=1), None)
ENDED = CaseFacts("SQ1", "食品经营许可", UUID(int=1), datetime(2026, 3, 2, tzinfo=UTC))


def judge(**changes: Any) -> bool:
    look: dict[str, Any] = {
        "action": "DOSSIER_OPENED",
        "actor_kind": ActorKind.OFFICER,
        "department": "SCJG-310115",
        "case_number": "1",
        "outcome": "",
        "is_hers": True,
        "case": RUNNING,
        "age": None,
    }
    return rules.is_without_case(**{**look, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"case": ENDED, "age": timedelta(hours=3)},
        {"actor_kind": ActorKind.CITIZEN, "case": None},
        {"actor_kind": ActorKind.PLATFORM, "department": "", "case": None},
        {"action": "LOOK_AT_LICENCE", "case": None, "case_number": ""},
        {"action": "PULL_LICENCES", "case": None, "case_number": ""},
        {"action": "FETCH_LICENCE", "case": None, "case_number": "", "outcome": "FOUND"},
        {"action": "LOOK_UP", "outcome": "NOT_ALLOWED"},
    ],
)
def test_a_look_with_a_case_a_code_or_a_consent_gives_no_alarm(changes: dict[str, Any]) -> None:
    assert not judge(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"case": None},
        {"case": ENDED, "age": timedelta(days=2)},
        {"action": "LOOK_UP", "actor_kind": ActorKind.DEPARTMENT_SYSTEM, "case": None, "case_number": ""},
        {"action": "LOOK_UP", "is_hers": False, "outcome": "NOT_ALLOWED"},
        {"action": "FETCH_LICENCE", "case": None, "case_number": "", "outcome": "NOT_ALLOWED"},
        {"action": "LOOK_UP", "actor_kind": ActorKind.PLATFORM, "case": None},
    ],
)
def test_a_look_without_a_live_case_gives_alarm(changes: dict[str, Any]) -> None:
    assert judge(**changes)


def test_nothing_is_said_after_the_last_word() -> None:
    for action in ComplaintAction:
        with pytest.raises(states.IllegalComplaintStep):
            states.after(ComplaintStatus.REVIEWED, action)
