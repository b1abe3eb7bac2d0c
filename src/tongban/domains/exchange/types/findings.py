"""What a provider has to put right (数据问题)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class FindingKind(StrEnum):
    """What was wrong with a resource."""

    QUALITY = "QUALITY"  # 数据质量
    NO_ANSWER = "NO_ANSWER"  # 调用失败，办件等不到数据
    GARBAGE = "GARBAGE"  # 应答不符合资源的结构
    OTHER_SUBJECT = "OTHER_SUBJECT"  # 返回了别人的记录
    OBJECTION = "OBJECTION"  # 当事人提出异议
    DISAGREES = "DISAGREES"  # 两边留痕不一致


@dataclass(frozen=True, slots=True)
class Finding:
    """数据问题: what a provider has to put right by a day; `reference` is what it was found in (a case, a row, a batch)."""

    id: UUID
    resource: str
    resource_name: str
    provider: str
    kind: FindingKind
    text: str
    reference: str
    found_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None
    answered_by: str
