"""What is told of people's data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AlarmsRaised:
    """Looks without a live case, or answers about another person, were found; for the privacy officer."""

    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ComplaintFiled:
    complaint_id: UUID
    ticket: str
    department: str
    at: datetime
