"""The life of an objection as one table; every list of statuses is derived from it."""

from types import MappingProxyType
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.registers.types import ObjectionAction, ObjectionStatus
from tongban.kernel.errors import TongbanError

TRANSITIONS = MappingProxyType(
    {
        (None, ObjectionAction.RAISE): ObjectionStatus.OPEN,
        (ObjectionStatus.OPEN, ObjectionAction.CORRECT): ObjectionStatus.CORRECTED,
        (ObjectionStatus.OPEN, ObjectionAction.UPHOLD): ObjectionStatus.UPHELD_AS_IS,
    }
)
DECISIONS = frozenset(action for status, action in TRANSITIONS if status is not None)


class ObjectionMoved(TongbanError):
    """It is decided already: two people decided, or the page is old."""

    code: ClassVar[str] = "OBJECTION_MOVED"
    default_sentence: ClassVar[str] = gettext_noop("这份异议已经有人答复了。请刷新页面看答复。")


def move(status: ObjectionStatus | None, action: ObjectionAction) -> ObjectionStatus:
    """Where an act leads; raises `ObjectionMoved` naming both."""
    to = TRANSITIONS.get((status, action))
    if to is None:
        raise ObjectionMoved(f"{action} of an objection that is {status}")
    return to
