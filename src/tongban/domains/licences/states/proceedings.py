"""The course of a proceeding as one table: nothing happens to a licence but by its last step."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.licences.types import LicenceAction, ProceedingAction, ProceedingStatus
from tongban.kernel.errors import TongbanError

# 行政处罚法 §44, §45: told before it is decided, and heard; §63, §64: a hearing where she asks for it in time.
PROCEEDING_TRANSITIONS: Mapping[tuple[ProceedingStatus | None, ProceedingAction], ProceedingStatus] = {
    (None, ProceedingAction.OPEN): ProceedingStatus.OPEN,
    (ProceedingStatus.OPEN, ProceedingAction.NOTIFY): ProceedingStatus.NOTIFIED,
    (ProceedingStatus.OPEN, ProceedingAction.DISMISS): ProceedingStatus.DISMISSED,
    (ProceedingStatus.NOTIFIED, ProceedingAction.STATE): ProceedingStatus.NOTIFIED,
    (ProceedingStatus.NOTIFIED, ProceedingAction.ASK_FOR_HEARING): ProceedingStatus.HEARING,
    (ProceedingStatus.HEARING, ProceedingAction.STATE): ProceedingStatus.HEARING,
    (ProceedingStatus.HEARING, ProceedingAction.ANNOUNCE_HEARING): ProceedingStatus.HEARING,
    (ProceedingStatus.HEARING, ProceedingAction.RECORD_HEARING): ProceedingStatus.HEARD,
    (ProceedingStatus.NOTIFIED, ProceedingAction.DECIDE): ProceedingStatus.DECIDED,
    (ProceedingStatus.HEARD, ProceedingAction.DECIDE): ProceedingStatus.DECIDED,
    (ProceedingStatus.NOTIFIED, ProceedingAction.DROP): ProceedingStatus.DISMISSED,
    (ProceedingStatus.HEARING, ProceedingAction.DROP): ProceedingStatus.DISMISSED,
    (ProceedingStatus.HEARD, ProceedingAction.DROP): ProceedingStatus.DISMISSED,
}
RUNNING = frozenset(status for status, _action in PROCEEDING_TRANSITIONS if status is not None)
WAITING_FOR_HOLDER = frozenset(
    status
    for status, action in PROCEEDING_TRANSITIONS
    if status is not None and action is ProceedingAction.STATE
)
TO_DECIDE = frozenset(
    status
    for status, action in PROCEEDING_TRANSITIONS
    if status is not None and action is ProceedingAction.DECIDE
)
BY_PROCEEDING = frozenset(
    {LicenceAction.SUSPEND, LicenceAction.REVOKE, LicenceAction.ANNUL, LicenceAction.CANCEL}
)
"""What a proceeding can end in."""


class IllegalStep(TongbanError):
    """A proceeding can't go that way; the message names both ends."""

    code: ClassVar[str] = "ILLEGAL_PROCEEDING_STEP"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个程序现在不能走这一步。请刷新页面，看过最新进展后再操作。"
    )


def next_proceeding_status(status: ProceedingStatus | None, action: ProceedingAction) -> ProceedingStatus:
    """Where a step leads; raises `IllegalStep`."""
    found = PROCEEDING_TRANSITIONS.get((status, action))
    if found is None:
        raise IllegalStep(f"{action} of a proceeding that is {status or 'not open'}")
    return found
