"""How long a provider has to answer a demand, and what an answer must hold (政务数据共享条例 2025)."""

from collections.abc import Collection
from datetime import date

from tongban.domains.exchange.types import Demand
from tongban.kernel.workdays import Calendar, DueDate, add_workdays

DAYS_TO_DECIDE = 10
"""Working days for conditional sharing (政务数据共享条例)."""


def decision_due(calendar: Calendar, asked_on: date) -> DueDate:
    """The last day on which the provider decides."""
    return add_workdays(calendar, asked_on, DAYS_TO_DECIDE)


def is_overdue(demand: Demand, waiting: Collection[str], today: date) -> bool:
    """Whether somebody should have decided by now."""
    return demand.status in waiting and today > demand.due_on
