"""The lifecycle table: nothing outside it, every list derived from it."""

import re
from pathlib import Path

import pytest
from django.utils import translation

import tongban
from tongban.domains.cases import states
from tongban.domains.cases.states import IllegalTransition, next_status
from tongban.domains.cases.types import Action, Status


def test_every_status_can_be_reached_from_receipt() -> None:
    reached = {Status.RECEIVED}
    while True:
        more = {to for (origin, _action), to in states.TRANSITIONS.items() if origin in reached} | reached
        if more == reached:
            break
        reached = more

    assert reached == set(Status)


def test_every_action_stands_in_the_table() -> None:
    assert {action for _origin, action in states.TRANSITIONS} == set(Action)


def test_ended_statuses_allow_nothing_but_correction() -> None:
    for status in states.ENDED:
        assert states.actions_from(status) == {Action.CORRECT}


def test_lists_follow_from_the_table() -> None:
    assert {Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.TERMINATED, Status.CLOSED} == states.ENDED
    assert {Status.RECEIVED, Status.SUPPLEMENTING} == states.BEFORE_ACCEPTANCE
    assert {Status.ACCEPTED, Status.EXAMINED, Status.SUSPENDED} == states.IN_PROGRESS
    assert {Status.GRANTED, Status.REFUSED} == states.DECIDED
    assert set(Status) - states.ENDED == states.OPEN


def test_nothing_decided_can_be_withdrawn() -> None:
    assert states.WITHDRAWABLE == states.BEFORE_ACCEPTANCE | states.IN_PROGRESS


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", list(Action))
def test_a_move_outside_the_table_names_both_states(status: Status, action: Action) -> None:
    if (status, action) in states.TRANSITIONS:
        assert next_status(status, action) is states.TRANSITIONS[status, action]
        return

    with pytest.raises(IllegalTransition) as refusal:
        next_status(status, action)

    assert status in str(refusal.value)
    assert refusal.value.goals
    assert all(goal in str(refusal.value) for goal in refusal.value.goals)
    assert states.words(status) in refusal.value.sentence


def test_one_refusal_is_read_in_each_readers_language() -> None:
    with translation.override("en"), pytest.raises(IllegalTransition) as refusal:
        next_status(Status.RECEIVED, Action.GRANT)

    with translation.override("zh-hans"):
        assert refusal.value.sentence == "办件现为“待受理”，不能准予。请刷新页面，查看最新进展。"
    with translation.override("en"):
        assert "“To accept”" in refusal.value.sentence
        assert "Grant" in refusal.value.sentence


WRITES_STATUS = re.compile(
    r"\bcase\.status\s*=[^=]|(?<!\w)Case\(\n|\bCase\.objects[^=]*\.update\([^)]*\bstatus="
    r"|UPDATE cases_case\b[^;]*\bstatus\s*="
)


def test_a_case_s_status_is_written_at_its_receipt_and_by_the_transition_only() -> None:
    package = Path(tongban.__file__).parent
    files = [path for path in package.rglob("*.py") if "migrations" not in path.parts]

    writers = {path.stem for path in files if WRITES_STATUS.search(path.read_text(encoding="utf-8"))}

    assert writers == {"submission", "transition"}
