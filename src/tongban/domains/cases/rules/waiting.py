"""Waiting for another department's data.

What a register supplies is no part of what the applicant hands in (行政许可法 §31), so a case is accepted without it: completeness is
judged by §32(4) from her own papers alone, and the five days run on. The data belong to the examination (§34). Waiting for them stops no
limit either: §45 lists what does, and it is not there. So a register that does not answer costs the office its time, never the applicant
hers. After `WAIT_DAYS` the office tells her, with an apology, what it could not get; from her it then comes as 补交, not as 补正.
"""

from datetime import date

from tongban.domains.cases.types import NewWaiver, WaivedState
from tongban.domains.catalogue.types import Rule
from tongban.kernel.workdays import Calendar, add_workdays

WAIT_DAYS = 3
"""Ours, in working days from receipt: within the five of §32(4), so that most of the time for the decision is still ahead."""

HAND_IN_DAYS = 10
"""Ours, in working days: what the applicant is given for what the office could not get."""

FINDING_DAYS = 5
"""Ours, in working days: in which a provider says why it did not answer."""


def first_state(waiver: NewWaiver) -> WaivedState:
    """Where a waived material stands when the case is received; nobody can be asked about a person not known."""
    if waiver.rule is not Rule.SHAREABLE:
        return WaivedState.SETTLED
    return WaivedState.WAITING if waiver.subject_id is not None else WaivedState.NOT_FOUND


def wait_until(calendar: Calendar, received_on: date) -> date:
    """The last day on which a case received on a day waits."""
    return add_workdays(calendar, received_on, WAIT_DAYS).due_on
