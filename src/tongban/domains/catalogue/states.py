"""The life of a version of the catalogue."""

from enum import StrEnum
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.catalogue.types import VersionStatus as Status
from tongban.kernel.errors import TongbanError


class Move(StrEnum):
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    PUBLISH = "PUBLISH"
    RETIRE = "RETIRE"


TRANSITIONS: dict[tuple[Status, Move], Status] = {
    (Status.DRAFT, Move.SUBMIT): Status.IN_REVIEW,
    (Status.IN_REVIEW, Move.RETURN): Status.DRAFT,
    (Status.IN_REVIEW, Move.PUBLISH): Status.PUBLISHED,
    (Status.PUBLISHED, Move.RETIRE): Status.RETIRED,
}
FROZEN = frozenset({Status.PUBLISHED, Status.RETIRED})


class IllegalMove(TongbanError):
    """The version does not stand where this move begins."""

    code: ClassVar[str] = "ILLEGAL_MOVE"
    default_sentence: ClassVar[str] = gettext_noop("这个版本的状态已经变了，不能这样操作。请刷新页面后再看。")


def next_status(status: Status, move: Move) -> Status:
    """Where `move` leads; raises IllegalMove naming both."""
    try:
        return TRANSITIONS[status, move]
    except KeyError:
        raise IllegalMove(f"{move} is not a move from {status}") from None
