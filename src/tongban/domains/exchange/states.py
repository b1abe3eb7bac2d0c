"""The life of a demand as one table; every list of statuses is derived from it."""

from types import MappingProxyType
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.exchange.types import DemandAction, DemandStatus
from tongban.kernel.errors import TongbanError

TRANSITIONS = MappingProxyType(
    {
        (None, DemandAction.ASK): DemandStatus.ASKED,
        (DemandStatus.ASKED, DemandAction.NAME_PROVIDER): DemandStatus.ASKED,
        (DemandStatus.ASKED, DemandAction.GRANT): DemandStatus.GRANTED,
        (DemandStatus.ASKED, DemandAction.SUPPLY): DemandStatus.SUPPLIED,
        (DemandStatus.ASKED, DemandAction.REFUSE): DemandStatus.REFUSED,
        (DemandStatus.ASKED, DemandAction.ORDER): DemandStatus.GRANTED,
        (DemandStatus.ASKED, DemandAction.WITHDRAW): DemandStatus.WITHDRAWN,
        (DemandStatus.REFUSED, DemandAction.DISPUTE): DemandStatus.DISPUTED,
        (DemandStatus.DISPUTED, DemandAction.UPHOLD): DemandStatus.UPHELD,
        (DemandStatus.DISPUTED, DemandAction.ORDER): DemandStatus.GRANTED,
        (DemandStatus.DISPUTED, DemandAction.WITHDRAW): DemandStatus.WITHDRAWN,
    }
)
WAITING = frozenset(
    status for status, action in TRANSITIONS if status is not None and action is DemandAction.ORDER
)
"""Somebody still has to decide."""
ENDED = frozenset(DemandStatus) - {status for status, _action in TRANSITIONS}


class DemandMoved(TongbanError):
    """The demand is no longer where this act begins: two people decided, or the page is old."""

    code: ClassVar[str] = "DEMAND_MOVED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这项需求已经有人处理过了，不能再这样办。请刷新页面看最新情况。"
    )


def move(status: DemandStatus | None, action: DemandAction) -> DemandStatus:
    """Where an act leads; raises `DemandMoved` naming both."""
    to = TRANSITIONS.get((status, action))
    if to is None:
        raise DemandMoved(f"{action} of a demand that is {status}")
    return to
