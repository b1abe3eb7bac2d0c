"""When a proceeding may be decided, and what the law wants before."""

from datetime import date

from tongban.domains.licences.types import LicenceAction, Proceeding, ProceedingStatus
from tongban.kernel.workdays import Calendar, add_workdays

# 行政处罚法 §64 (1): a hearing is asked for within five days of the notice; §85: those are working days. Statements of
# whoever has no right to a hearing get the same time, which no law names.
ANSWER_DAYS = 5
# 行政处罚法 §64 (2): time and place are told seven days before.
HEARING_NOTICE_DAYS = 7

ACTION_NAMES = {
    LicenceAction.SUSPEND: "暂停",
    LicenceAction.REVOKE: "吊销",
    LicenceAction.ANNUL: "撤销",
    LicenceAction.CANCEL: "注销",
}


def answer_by(calendar: Calendar, notified_on: date) -> date:
    """The last day for a statement or for asking for a hearing."""
    return add_workdays(calendar, notified_on, ANSWER_DAYS).due_on


def first_hearing_day(calendar: Calendar, announced_on: date) -> date:
    return add_workdays(calendar, announced_on, HEARING_NOTICE_DAYS).due_on


def may_ask_for_hearing(action: LicenceAction) -> bool:
    """行政处罚法 §63 (3): the revocation of a licence; the others are not penalties of that list."""
    return action is LicenceAction.REVOKE


def was_heard(proceeding: Proceeding, today: date) -> bool:
    """Whether it can be decided: the hearing was held, her time is over, or she has said what there is to say.

    Where she may still ask for a hearing, a statement alone does not end her time.
    """
    if proceeding.status is ProceedingStatus.HEARD:
        return True
    if proceeding.answer_by is None:
        return False
    is_over = today > proceeding.answer_by
    return is_over or (bool(proceeding.statement) and not proceeding.may_ask_for_hearing)
