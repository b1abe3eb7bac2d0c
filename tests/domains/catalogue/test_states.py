import pytest

from tongban.domains.catalogue.states import FROZEN, TRANSITIONS, IllegalMove, Move, next_status
from tongban.domains.catalogue.types import VersionStatus


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("status", list(VersionStatus))
def test_only_what_the_table_allows_is_a_move(status: VersionStatus, move: Move) -> None:
    if (status, move) in TRANSITIONS:
        assert next_status(status, move) == TRANSITIONS[status, move]
        return
    with pytest.raises(IllegalMove, match=f"{move} is not a move from {status}"):
        next_status(status, move)


def test_what_is_frozen_never_becomes_a_draft_again() -> None:
    assert {to for (begin, _), to in TRANSITIONS.items() if begin in FROZEN} <= FROZEN
