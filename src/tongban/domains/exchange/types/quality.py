"""Quality of a resource's data: what is demanded of each row, and what was found (数据质量)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Dimension(StrEnum):
    """What a rule is about: GB/T 36344-2018 names the first five, 唯一性 is part of its 准确性."""

    COMPLETE = "COMPLETE"  # 完整性
    VALID = "VALID"  # 规范性
    CONSISTENT = "CONSISTENT"  # 一致性
    TIMELY = "TIMELY"  # 时效性
    ACCURATE = "ACCURATE"  # 准确性
    UNIQUE = "UNIQUE"  # 唯一性


class Check(StrEnum):
    """How a rule is checked. Every check but GIVEN lets an empty value pass: whether it must be there is GIVEN's business."""

    GIVEN = "GIVEN"
    PATTERN = "PATTERN"  # params: regex
    LENGTH = "LENGTH"  # params: least, most; characters
    RANGE = "RANGE"  # params: least, most; numbers
    ONE_OF = "ONE_OF"  # params: values
    RESIDENT_NUMBER = "RESIDENT_NUMBER"  # GB 11643, check character included
    USCC = "USCC"  # GB 32100-2015, check character included
    DATE = "DATE"  # params: earliest (optional)
    NOT_IN_FUTURE = "NOT_IN_FUTURE"
    NOT_AFTER = "NOT_AFTER"  # params: other; both dates
    GIVEN_WITH = "GIVEN_WITH"  # params: other; given whenever the other is
    EQUALS_PART = "EQUALS_PART"  # params: other, start, length; digits only
    FRESH = "FRESH"  # params: days
    UNIQUE = "UNIQUE"  # of all fields together
    SAME_AS = "SAME_AS"  # params: resource, key, field


@dataclass(frozen=True, slots=True)
class QualityRule:
    """One demand on every row of a resource; `least` is the share of right rows below which the provider is told."""

    resource: str
    code: str
    dimension: Dimension
    check: Check
    fields: tuple[str, ...]
    params: Mapping[str, object]
    text: str
    least: float = 1.0


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What a run found by one rule."""

    rule: str
    text: str
    dimension: Dimension
    rows: int
    wrong: int
    least: float

    @property
    def share_right(self) -> float:
        return 1.0 if self.rows == 0 else 1 - self.wrong / self.rows

    @property
    def is_enough(self) -> bool:
        return self.share_right >= self.least


@dataclass(frozen=True, slots=True)
class QualityRun:
    """One run of a resource's rules over all its rows; `score` is the mean share of right rows, 0 to 100."""

    id: UUID
    resource: str
    resource_name: str
    provider: str
    at: datetime
    rows: int
    score: float
    outcomes: tuple[RuleOutcome, ...]
