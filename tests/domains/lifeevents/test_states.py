"""The table of a branch's life."""

from itertools import product

import pytest

from tongban.domains.lifeevents.states import (
    OVER,
    STOPPABLE,
    TRANSITIONS,
    BranchAction,
    IllegalBranchMove,
    next_status,
)
from tongban.domains.lifeevents.types import BranchStatus

ILLEGAL = sorted(set(product(BranchStatus, BranchAction)) - set(TRANSITIONS))


@pytest.mark.parametrize(("status", "action"), ILLEGAL)
def test_every_other_move_is_refused_naming_both(status: BranchStatus, action: BranchAction) -> None:
    with pytest.raises(IllegalBranchMove, match=f"{action} is not a move from {status}"):
        next_status(status, action)


def test_what_a_department_has_is_never_stopped() -> None:
    assert frozenset({BranchStatus.UNSETTLED, BranchStatus.PLANNED}) == STOPPABLE


def test_four_statuses_are_ends() -> None:
    assert {BranchStatus.GRANTED, BranchStatus.ENDED, BranchStatus.STOPPED, BranchStatus.DROPPED} == OVER
