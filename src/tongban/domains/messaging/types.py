"""Messages as doors and higher domains see them (统一消息)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    EMAIL = "EMAIL"


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one kind of message; `{name}` stands for a value of the context.

    `next_action` says what the reader should do now, or that nothing is asked of her.
    """

    code: str
    title: str
    body: str
    next_action: str
    is_mailed: bool = True
    """Steps that ask nothing and decide nothing stand in the inbox only."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message in somebody's inbox, in the words it was sent with."""

    id: UUID
    template: str
    to_subject: UUID
    title: str
    body: str
    next_action: str
    case_number: str
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """送达回执: where a message went besides the inbox, and when; or that the address takes no mail."""

    channel: Channel
    masked_address: str
    delivered_at: datetime
    is_refused: bool


@dataclass(frozen=True, slots=True)
class SandboxMail:
    """One e-mail the sandbox kept instead of sending."""

    id: UUID
    to: tuple[str, ...]
    subject: str
    body: str
    kept_at: datetime
