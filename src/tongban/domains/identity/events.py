"""What happened to mandates, for whoever ranks above."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MandateEvent:
    mandate_id: UUID
    principal_id: UUID
    agent_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class MandateGranted(MandateEvent):
    """Somebody may act for somebody; `valid_to` None means without an end."""

    scope: tuple[str, ...]
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class MandateRevoked(MandateEvent):
    """And may not any more."""
