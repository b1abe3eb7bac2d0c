"""What the registers tell the ranks above."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ObjectionDecided:
    """A department answered an objection to one of its values."""

    objection_id: UUID
    at: datetime
