"""What happened in messaging."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message stands in the inbox; other channels deliver it from here."""

    message_id: UUID
    to_subject: UUID
    at: datetime
