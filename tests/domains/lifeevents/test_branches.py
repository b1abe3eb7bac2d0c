"""What one item's outcome means for the others; no database."""

import pytest

from tongban.domains.lifeevents.rules.branches import Node, outcome, ready, stops, waits_for
from tongban.domains.lifeevents.states import OVER, STOPPABLE
from tongban.domains.lifeevents.types import BranchStatus, OnRefusal

S = BranchStatus


def nodes(*rows: tuple[str, BranchStatus, tuple[str, ...], OnRefusal]) -> dict[str, Node]:
    return {
        code: Node(code, f"事项{code}", status, status in STOPPABLE, status in OVER, needs, on_refusal)
        for code, status, needs, on_refusal in rows
    }


def chain(first: BranchStatus, on_refusal: OnRefusal) -> dict[str, Node]:
    """A feeds B, B feeds C; D stands alone and waits for an answer; E is with its department."""
    return nodes(
        ("A", first, (), on_refusal),
        ("B", S.PLANNED, ("A",), OnRefusal.CONTINUE),
        ("C", S.PLANNED, ("B",), OnRefusal.CONTINUE),
        ("D", S.UNSETTLED, (), OnRefusal.CONTINUE),
        ("E", S.STARTED, (), OnRefusal.CONTINUE),
    )


def test_an_item_starts_when_what_it_needs_is_granted() -> None:
    assert ready(chain(S.STARTED, OnRefusal.STOP_DEPENDENTS)) == ()
    assert ready(chain(S.GRANTED, OnRefusal.STOP_DEPENDENTS)) == ("B",)


def test_an_item_needs_all_it_waits_for() -> None:
    found = nodes(
        ("A", S.GRANTED, (), OnRefusal.CONTINUE),
        ("B", S.STARTED, (), OnRefusal.CONTINUE),
        ("C", S.PLANNED, ("A", "B"), OnRefusal.CONTINUE),
    )

    assert ready(found) == ()
    assert waits_for(found["C"], found) == ("事项B",)


def test_a_dropped_item_clears_the_way() -> None:
    assert ready(chain(S.DROPPED, OnRefusal.STOP_DEPENDENTS)) == ("B",)


@pytest.mark.parametrize(
    ("on_refusal", "stopped", "starts"),
    [
        (OnRefusal.STOP_DEPENDENTS, ["B", "C"], ()),
        (OnRefusal.STOP_ALL, ["B", "C", "D"], ()),
        (OnRefusal.CONTINUE, [], ("B",)),
    ],
)
def test_a_refusal_has_the_effect_the_package_names(
    on_refusal: OnRefusal, stopped: list[str], starts: tuple[str, ...]
) -> None:
    found = chain(S.ENDED, on_refusal)

    effects = stops(found["A"], "材料不实。", found)

    assert [stop.basic_code for stop in effects] == stopped
    assert all("事项A" in stop.reason and "材料不实" in stop.reason for stop in effects)
    assert ready(found) == starts


def test_one_that_is_under_way_waits_for_nothing() -> None:
    found = chain(S.STARTED, OnRefusal.CONTINUE)

    assert waits_for(found["E"], found) == ()


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ((S.GRANTED, S.GRANTED, S.DROPPED), "2 件全部办成"),
        ((S.GRANTED, S.ENDED, S.STOPPED), "1 件办成，2 件没有办成"),
        ((S.GRANTED, S.STARTED), ""),
        ((S.GRANTED, S.PLANNED), ""),
        ((S.GRANTED, S.UNSETTLED), ""),
        ((S.ENDED, S.STOPPED), ""),
    ],
)
def test_a_package_has_an_outcome_once_nothing_is_to_come(
    statuses: tuple[BranchStatus, ...], words: str
) -> None:
    found = nodes(*((str(number), status, (), OnRefusal.CONTINUE) for number, status in enumerate(statuses)))

    assert outcome(found) == words
