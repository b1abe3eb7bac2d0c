"""Licences as other domains see them (电子证照)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class LicenceStatus(StrEnum):
    VALID = "VALID"  # 有效
    EXPIRED = "EXPIRED"  # 过期
    SUSPENDED = "SUSPENDED"  # 暂停
    REVOKED = "REVOKED"  # 吊销
    CANCELLED = "CANCELLED"  # 注销
    ANNULLED = "ANNULLED"  # 撤销
    SUPERSEDED = "SUPERSEDED"  # 变更或延续后由新证替代


@dataclass(frozen=True, slots=True)
class LicenceType:
    """证照目录 entry; `code` is ours, `type_code` that of GB/T 36904 (defining body's USCC + 3)."""

    code: str
    name: str
    type_code: str
    issuer_kind: str
    holder_kind: str
    fields: tuple[str, ...]
    is_document: bool
    """True for a one-off document such as 清税证明: numbered and shown like a licence, never renewed."""


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence or document in the library; `number` is the identifier of GB/T 36904-2018."""

    id: UUID
    number: str
    serial: str
    licence_type: str
    name: str
    holder_id: UUID
    holder_name: str
    issuer: str
    issuer_name: str
    issued_on: date
    valid_from: date
    valid_to: date | None
    status: LicenceStatus
    fields: Mapping[str, str]
    case_number: str | None


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What a granting decision hands over; the same `case_number` and `licence_type` never issue twice."""

    licence_type: str
    holder_id: UUID
    holder_name: str
    issuer: str
    case_number: str | None
    """None for a licence taken over from a department's own records."""
    issued_on: date
    valid_years: int | None
    fields: Mapping[str, str]


class LicenceAction(StrEnum):
    """What can be done to a licence in the library; the moves allowed are in `states.TRANSITIONS`."""

    ISSUE = "ISSUE"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    EXPIRE = "EXPIRE"
    CANCEL = "CANCEL"  # 注销 (行政许可法 §70)
    REVOKE = "REVOKE"  # 吊销
    ANNUL = "ANNUL"  # 撤销 (行政许可法 §69)
    SUPERSEDE = "SUPERSEDE"


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One line of a licence's history."""

    action: LicenceAction
    to_status: LicenceStatus
    at: datetime
    actor_name: str
    reason: str
