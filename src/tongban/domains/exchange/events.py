"""What the exchange tells the ranks above."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AnotherPersonAnswered:
    """A provider answered with another person's record; nothing of it was used. For the privacy officer."""

    exchange_id: UUID
    resource: str
    provider: str
    subject_id: UUID
    cause: str
    at: datetime
