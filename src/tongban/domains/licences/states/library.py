"""The life of a licence as one table; every list of statuses is derived from it."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.licences.types import LicenceAction, LicenceStatus
from tongban.kernel.errors import TongbanError

# None: not in the library yet. 行政许可法 §69 (annulment), §70 (cancellation).
TRANSITIONS: Mapping[tuple[LicenceStatus | None, LicenceAction], LicenceStatus] = {
    (None, LicenceAction.ISSUE): LicenceStatus.VALID,
    (None, LicenceAction.COLLECT): LicenceStatus.VALID,
    (None, LicenceAction.RENEW): LicenceStatus.VALID,
    (None, LicenceAction.CHANGE): LicenceStatus.VALID,
    (LicenceStatus.VALID, LicenceAction.UPDATE): LicenceStatus.VALID,
    (LicenceStatus.SUSPENDED, LicenceAction.UPDATE): LicenceStatus.SUSPENDED,
    (LicenceStatus.EXPIRED, LicenceAction.UPDATE): LicenceStatus.EXPIRED,
    (LicenceStatus.VALID, LicenceAction.SUSPEND): LicenceStatus.SUSPENDED,
    (LicenceStatus.SUSPENDED, LicenceAction.REINSTATE): LicenceStatus.VALID,
    (LicenceStatus.VALID, LicenceAction.EXPIRE): LicenceStatus.EXPIRED,
    (LicenceStatus.SUSPENDED, LicenceAction.EXPIRE): LicenceStatus.EXPIRED,
    (LicenceStatus.VALID, LicenceAction.CANCEL): LicenceStatus.CANCELLED,
    (LicenceStatus.SUSPENDED, LicenceAction.CANCEL): LicenceStatus.CANCELLED,
    # §70 (1): a licence whose term has run out is cancelled in form as well.
    (LicenceStatus.EXPIRED, LicenceAction.CANCEL): LicenceStatus.CANCELLED,
    (LicenceStatus.VALID, LicenceAction.REVOKE): LicenceStatus.REVOKED,
    (LicenceStatus.SUSPENDED, LicenceAction.REVOKE): LicenceStatus.REVOKED,
    (LicenceStatus.VALID, LicenceAction.ANNUL): LicenceStatus.ANNULLED,
    (LicenceStatus.SUSPENDED, LicenceAction.ANNUL): LicenceStatus.ANNULLED,
    (LicenceStatus.EXPIRED, LicenceAction.ANNUL): LicenceStatus.ANNULLED,
    (LicenceStatus.VALID, LicenceAction.SUPERSEDE): LicenceStatus.SUPERSEDED,
    (LicenceStatus.EXPIRED, LicenceAction.SUPERSEDE): LicenceStatus.SUPERSEDED,
}
FINAL = frozenset(LicenceStatus) - {status for status, _action in TRANSITIONS if status is not None}
IN_LIFE = frozenset({LicenceStatus.VALID, LicenceStatus.SUSPENDED})
"""What may still be relied on, now or after a suspension: two of one kind and holder do not overlap."""
MAY_EXPIRE = frozenset(
    status for status, action in TRANSITIONS if status is not None and action is LicenceAction.EXPIRE
)


class IllegalTransition(TongbanError):
    """A licence can't go that way; the message names both ends."""

    code: ClassVar[str] = "ILLEGAL_LICENCE_TRANSITION"
    default_sentence: ClassVar[str] = gettext_noop("这张证照的当前状态不允许这样处理。请先查看它的变更记录。")


def next_status(status: LicenceStatus | None, action: LicenceAction) -> LicenceStatus:
    """Where an action leads; raises `IllegalTransition`."""
    found = TRANSITIONS.get((status, action))
    if found is None:
        raise IllegalTransition(f"{action} of a licence that is {status or 'not issued'}")
    return found
