"""What happened in the catalogue."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GuidePublished:
    """A version of a power's substance came into force."""

    power_id: UUID
    version_id: UUID
    basic_code: str
    department: str
    at: datetime
