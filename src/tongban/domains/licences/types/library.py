"""Licences in the library, what is done to them and why."""

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
    type_version: int = 1
    """The version of its type by which it was issued; it keeps that one."""
    revision: int = 1
    """Rises with each correction of its contents: a file or credential of a lower one is out of date."""
    key_id: str = ""
    signature: bytes = b""
    """The issuer's, over `rules.signed_data`; empty for one that was there before licences were signed."""


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What a granting decision or a department's stock hands over; the same `case_number` and `licence_type` never issue twice."""

    licence_type: str
    holder_id: UUID
    holder_name: str
    issuer: str
    case_number: str | None
    """None for a licence taken over from a department's own records."""
    issued_on: date
    valid_years: int | None
    """As the decision says; the type's own rule goes before it where the holder's age or a fixed day decides."""
    fields: Mapping[str, str]
    serial: str = ""
    """The number the department has given it already (证照编号); one is made where it is empty."""
    valid_from: date | None = None
    """The day of issue when left out."""
    valid_to: date | None = None
    """The first day on which it no longer holds, where that is known already."""


class LicenceAction(StrEnum):
    """What can be done to a licence in the library; the moves allowed are in `states.TRANSITIONS`."""

    ISSUE = "ISSUE"
    COLLECT = "COLLECT"  # 归集：部门已发的证照进入证照库
    RENEW = "RENEW"  # 延续：换发的新证
    CHANGE = "CHANGE"  # 变更：换发的新证
    UPDATE = "UPDATE"  # 更正内容，权利不变
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    EXPIRE = "EXPIRE"
    CANCEL = "CANCEL"  # 注销 (行政许可法 §70)
    REVOKE = "REVOKE"  # 吊销 (行政处罚法 §9)
    ANNUL = "ANNUL"  # 撤销 (行政许可法 §69)
    SUPERSEDE = "SUPERSEDE"


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a licence changes: law and article, the reason in words, and the case that decided it."""

    law: str
    article: str
    reason: str
    case_number: str = ""
    effective_on: date | None = None
    """From which day; at once when left out."""

    @property
    def basis(self) -> str:
        return f"《{self.law}》{self.article}"


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One line of a licence's history."""

    action: LicenceAction
    to_status: LicenceStatus
    at: datetime
    actor_name: str
    reason: str
    basis: str = ""
    effective_on: date | None = None
    changed_fields: tuple[str, ...] = ()
    proceeding: UUID | None = None


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of status that was decided for a day to come."""

    action: LicenceAction
    effective_on: date
    reason: str
    basis: str
    actor_name: str
    decided_at: datetime
