"""Uses of licences as their holders see them (证照使用记录)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class UseKind(StrEnum):
    """In which way a licence was used."""

    FETCHED = "FETCHED"  # 部门为办件调取
    CONSENTED = "CONSENTED"  # 经持证人同意调取
    COUNTER = "COUNTER"  # 窗口免带调取
    APPLIED = "APPLIED"  # 申请时代替纸质材料
    SHOWN = "SHOWN"  # 亮证
    VERIFIED = "VERIFIED"  # 核验


@dataclass(frozen=True, slots=True)
class NewUse:
    """What is to be recorded of one use; `used_by` says in words who used it."""

    number: str
    kind: UseKind
    used_by: str
    purpose: str
    department: str = ""
    case_number: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """One use: who, when, for what, for which case, which fields."""

    at: datetime
    number: str
    licence_name: str
    holder_id: UUID
    kind: UseKind
    used_by: str
    department: str
    purpose: str
    case_number: str
    fields: tuple[str, ...]
