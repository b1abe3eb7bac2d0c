"""Delivery 送达: ten working days after a grant (行政许可法 §44)."""

from datetime import datetime
from enum import StrEnum

from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar, DueDate, add_workdays

# 行政许可法 §44
DELIVERY_DAYS = 10


class DecisionOutcome(StrEnum):
    GRANT = "GRANT"
    REFUSE = "REFUSE"


def delivery_due(calendar: Calendar, decided_at: datetime, outcome: DecisionOutcome) -> DueDate | None:
    """The last day to issue and deliver; None for a refusal, of which §44 does not speak."""
    decided_on = shanghai_date(decided_at)
    if outcome is DecisionOutcome.REFUSE:
        return None
    return add_workdays(calendar, decided_on, DELIVERY_DAYS)
