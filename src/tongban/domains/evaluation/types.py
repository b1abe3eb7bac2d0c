"""Ratings as doors see them (好差评): 国办发〔2019〕51号, GB/T 39734-2020, GB/T 39735-2020."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class Level(IntEnum):
    """满意度: the standard's own five codes; 4 and 5 are bad."""

    VERY_SATISFIED = 1  # 非常满意
    SATISFIED = 2  # 满意
    FAIRLY_SATISFIED = 3  # 基本满意
    DISSATISFIED = 4  # 不满意
    VERY_DISSATISFIED = 5  # 非常不满意

    @property
    def is_bad(self) -> bool:
        return self >= Level.DISSATISFIED


class ServicePoint(StrEnum):
    """At which service of a case a rating may be given; the order is that of `nth`."""

    DECISION = "DECISION"  # 办理结果
    DELIVERY = "DELIVERY"  # 送达

    @property
    def nth(self) -> int:
        return list(ServicePoint).index(self) + 1


@dataclass(frozen=True, slots=True)
class Rating:
    level: Level
    words: str
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class RatingRight:
    """The right to rate one service of a real case once."""

    case_number: str
    nth: int
    point: ServicePoint
    department: str
    applicant_id: UUID
    opened_at: datetime
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a department was rated, and how many answered: a share of good ratings without it tells little."""

    department: str
    opened: int
    rated: int
    by_level: Mapping[Level, int]
