import pytest

from tongban.domains.licences import states
from tongban.domains.licences.types import LicenceAction, LicenceStatus


def test_what_is_over_stays_over() -> None:
    assert {
        LicenceStatus.REVOKED,
        LicenceStatus.CANCELLED,
        LicenceStatus.ANNULLED,
        LicenceStatus.SUPERSEDED,
    } == states.FINAL


def test_every_status_can_be_reached() -> None:
    assert set(states.TRANSITIONS.values()) == set(LicenceStatus)


def test_an_illegal_move_names_both_ends() -> None:
    with pytest.raises(states.IllegalTransition, match="REINSTATE of a licence that is CANCELLED"):
        states.next_status(LicenceStatus.CANCELLED, LicenceAction.REINSTATE)
