"""Use on authority: a department for its case, or a firm or department with the holder's consent (授权用证)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from tongban.domains.licences.types.library import Licence


class ConsentStatus(StrEnum):
    ASKED = "ASKED"  # 等持证人答复
    GIVEN = "GIVEN"  # 已同意
    REFUSED = "REFUSED"  # 已拒绝
    WITHDRAWN = "WITHDRAWN"  # 已撤回
    USED_UP = "USED_UP"  # 只同意一次，已经用过


class ConsentAction(StrEnum):
    GIVE = "GIVE"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"
    USE_UP = "USE_UP"


@dataclass(frozen=True, slots=True)
class ConsentItem:
    """One licence type of a consent's scope, and which of its fields."""

    licence_type: str
    licence_name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentAsk:
    """What somebody asks a holder for: purpose, scope and term."""

    holder_id: UUID
    purpose: str
    scope: Mapping[str, tuple[str, ...]]
    """Fields by licence type."""
    is_once: bool
    until: date
    """The last day, also of a consent for one use."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A holder's consent, asked or answered; exactly one of `user_id` and `department` is set."""

    id: UUID
    holder_id: UUID
    holder_name: str
    user_id: UUID | None
    department: str
    user_name: str
    purpose: str
    items: tuple[ConsentItem, ...]
    is_once: bool
    valid_to: datetime
    status: ConsentStatus
    asked_at: datetime
    decided_at: datetime | None
    decided_by: str

    def is_in_force(self, at: datetime) -> bool:
        return self.status is ConsentStatus.GIVEN and at < self.valid_to


class FetchOutcome(StrEnum):
    """Three different refusals, never mixed."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    NO_CONSENT = "NO_CONSENT"


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Which licence of whom, for what; without fields, all that the authority covers."""

    holder_id: UUID | None
    """None for somebody whom nobody knows: refused like somebody whom no case concerns."""
    licence_type: str
    purpose: str
    case_number: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenceExtract:
    """As much of a licence as the authority covers."""

    number: str
    licence_type: str
    name: str
    holder_name: str
    issuer_name: str
    valid_from: date
    valid_to: date | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FetchResult:
    outcome: FetchOutcome
    licence: LicenceExtract | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class CaseGround:
    """A live case that concerns a holder: whose it is, and which licence types its item's material list names."""

    department: str
    department_name: str
    item_name: str
    licence_types: frozenset[str]


class CaseGrounds(Protocol):
    """Whether there is a live case of this number that concerns the holder; registered by the domain that keeps cases."""

    def __call__(self, *, case_number: str, holder_id: UUID) -> CaseGround | None: ...


@dataclass(frozen=True, slots=True)
class CodePull:
    """What a code shown at a window opened: whose it is, and of the wanted types those she holds (证照免带)."""

    holder_id: UUID
    holder_name: str
    shown_name: str
    """The licence she showed."""
    shown_fields: Mapping[str, str]
    held: Mapping[str, Licence]
