"""The life of one branch of a submitted package."""

from enum import StrEnum
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.lifeevents.types import BranchStatus as Status
from tongban.kernel.errors import TongbanError


class BranchAction(StrEnum):
    CONFIRM = "CONFIRM"  # the open question was answered: the item is wanted
    DROP = "DROP"  # … it is not
    START = "START"
    STOP = "STOP"
    GRANT = "GRANT"
    END = "END"


TRANSITIONS: dict[tuple[Status, BranchAction], Status] = {
    (Status.UNSETTLED, BranchAction.CONFIRM): Status.PLANNED,
    (Status.UNSETTLED, BranchAction.DROP): Status.DROPPED,
    (Status.UNSETTLED, BranchAction.STOP): Status.STOPPED,
    (Status.PLANNED, BranchAction.START): Status.STARTED,
    (Status.PLANNED, BranchAction.STOP): Status.STOPPED,
    (Status.STARTED, BranchAction.GRANT): Status.GRANTED,
    (Status.STARTED, BranchAction.END): Status.ENDED,
}
# Not yet with a department: only these can be stopped; nothing handed in is ever taken back by a sibling.
STOPPABLE = frozenset(origin for (origin, action) in TRANSITIONS if action is BranchAction.STOP)
OVER = frozenset(TRANSITIONS.values()) - frozenset(origin for origin, _action in TRANSITIONS)


class IllegalBranchMove(TongbanError):
    code: ClassVar[str] = "ILLEGAL_BRANCH_MOVE"
    default_sentence: ClassVar[str] = gettext_noop("这一步现在不能做，请刷新页面查看最新进展。")


def next_status(status: Status, action: BranchAction) -> Status:
    """Where the action leads; raises :class:`IllegalBranchMove` naming both."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise IllegalBranchMove(f"{action} is not a move from {status}") from None
