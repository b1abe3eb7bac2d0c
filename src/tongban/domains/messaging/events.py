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


@dataclass(frozen=True, slots=True)
class MailRefused:
    """An address takes no mail, for good; somebody has to tell the reader in another way."""

    message_id: UUID
    to_subject: UUID
    title: str
    case_number: str
    at: datetime
