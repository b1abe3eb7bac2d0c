"""归集: what came of taking a department's stock of licences into the library."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FaultKind(StrEnum):
    """What was wrong with a row."""

    MISSING = "MISSING"  # 缺少必填内容
    INCOMPLETE = "INCOMPLETE"  # 选填内容为空，照收
    IMPOSSIBLE_DATE = "IMPOSSIBLE_DATE"  # 日期不可能
    WRONG_NUMBER = "WRONG_NUMBER"  # 号码的校验位不对
    UNKNOWN_HOLDER = "UNKNOWN_HOLDER"  # 持证人不在库
    UNKNOWN_FIELD = "UNKNOWN_FIELD"  # 证照目录没有这一项
    NAME_DIFFERS = "NAME_DIFFERS"  # 名称与登记不一致
    DUPLICATE = "DUPLICATE"  # 文件内重复
    OVERLAP = "OVERLAP"  # 与另一张有效证照重叠
    CONFLICT = "CONFLICT"  # 与证照库已有的不一致
    UNREADABLE = "UNREADABLE"  # 这一行读不出来


@dataclass(frozen=True, slots=True)
class StockRow:
    """One licence of a stock as its file gives it: `values` by column; `fault` says why a line could not be read."""

    line: int
    values: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class StockFinding:
    """What was found in one row; `text` names no person and no number."""

    line: int
    kind: FaultKind
    field: str
    text: str
    is_refused: bool


@dataclass(frozen=True, slots=True)
class CollectReport:
    """One collection: how many rows went in, and what was found."""

    id: UUID
    licence_type: str
    licence_name: str
    issuer: str
    issuer_name: str
    source: str
    collected_at: datetime
    collected_by: str
    rows: int
    created: int
    corrected: int
    unchanged: int
    refused: int
    findings: tuple[StockFinding, ...] = ()
