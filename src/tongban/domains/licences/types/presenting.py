"""亮证: to whom a holder shows a licence, for what, and what the other side then sees."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tongban.domains.licences.types.library import LicenceStatus


class VerifierKind(StrEnum):
    """Who outside the government checks licences (核验方)."""

    HOTEL = "HOTEL"  # 酒店、民宿
    BANK = "BANK"  # 银行
    CLINIC = "CLINIC"  # 医院、诊所
    VENUE = "VENUE"  # 场馆、景区
    SHOP = "SHOP"  # 商店、餐饮
    OTHER = "OTHER"  # 其他


class Purpose(StrEnum):
    """For what a licence is shown; the purpose decides which fields the other side sees."""

    VALIDITY = "VALIDITY"  # 证照有效
    AGE_18 = "AGE_18"  # 年满18周岁
    IDENTITY = "IDENTITY"  # 核对身份
    LODGING = "LODGING"  # 入住登记
    SERVICE = "SERVICE"  # 办事


@dataclass(frozen=True, slots=True)
class Verifier:
    """核验方: a hotel, bank or shop that licences can be shown to; `code` is public and stands on its poster."""

    id: UUID
    code: str
    name: str
    kind: VerifierKind
    address: str
    phone: str
    owner_id: UUID | None
    """The firm whose account registered it; None when the data bureau did."""
    registered_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewVerifier:
    """A verifier with its secret, which is shown once; only its hash is kept."""

    verifier: Verifier
    secret: str


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom something is shown: a verifier, or a department with its windows and systems."""

    code: str
    name: str
    is_department: bool
    verifier_kind: VerifierKind | None = None


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A one-time code as the holder's screen shows it; the platform keeps its hash."""

    id: UUID
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Showing:
    """One showing as its holder finds it again."""

    id: UUID
    licence_name: str
    audience_name: str
    purpose: Purpose
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownField:
    """One thing the other side sees."""

    name: str
    caption: str
    value: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verifier learns: whether the licence can be relied on, and the fields of the purpose."""

    id: UUID
    at: datetime
    purpose: Purpose
    audience_name: str
    licence_name: str
    issuer_name: str
    status: LicenceStatus
    is_good: bool
    valid_to: date | None
    fields: tuple[ShownField, ...]
    receipt: str
    """The platform's signed statement of all this: a compact JWT that the verifier may keep."""
