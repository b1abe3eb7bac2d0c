"""The life of a complaint as one table."""

from types import MappingProxyType
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.privacy.types import ComplaintAction, ComplaintStatus
from tongban.kernel.errors import TongbanError

TRANSITIONS = MappingProxyType(
    {
        (ComplaintStatus.FILED, ComplaintAction.ANSWER): ComplaintStatus.ANSWERED,
        # Nobody may let a complaint lie: the privacy officer can decide before the department has answered.
        (ComplaintStatus.FILED, ComplaintAction.REVIEW): ComplaintStatus.REVIEWED,
        (ComplaintStatus.ANSWERED, ComplaintAction.REVIEW): ComplaintStatus.REVIEWED,
    }
)
OPEN = frozenset(status for status, _action in TRANSITIONS)


class IllegalComplaintStep(TongbanError):
    code: ClassVar[str] = "ILLEGAL_COMPLAINT_STEP"
    default_sentence: ClassVar[str] = gettext_noop("这件投诉已经处理过了。请刷新页面查看结果。")


def after(status: ComplaintStatus, action: ComplaintAction) -> ComplaintStatus:
    """Raises `IllegalComplaintStep`."""
    to = TRANSITIONS.get((status, action))
    if to is None:
        raise IllegalComplaintStep(f"{action} in {status}")
    return to
