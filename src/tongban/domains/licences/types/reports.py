"""Reports on licences: tickets to the issuer with a day by which it answers (证照报告)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class ReportKind(StrEnum):
    ERROR = "ERROR"  # 证照内容有错
    REFUSED_HERE = "REFUSED_HERE"  # 这里不认电子证照


class ReportOutcome(StrEnum):
    UPHELD = "UPHELD"  # 属实，已经处理
    NOT_UPHELD = "NOT_UPHELD"  # 不属实，说明理由


@dataclass(frozen=True, slots=True)
class Correction:
    """What an error is put right to, by field, and the law that lets the holder ask for it."""

    changes: Mapping[str, str]
    law: str
    article: str


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody told the issuer of a licence, and what the issuer did."""

    id: UUID
    ticket: str
    """The printed number, by which people speak of it."""
    kind: ReportKind
    number: str
    licence_name: str
    holder_name: str
    issuer: str
    issuer_name: str
    text: str
    place: str
    reporter_name: str
    filed_at: datetime
    due_on: date
    outcome: ReportOutcome | None
    answer: str
    answered_at: datetime | None
    answered_by: str

    def is_overdue(self, on: date) -> bool:
        return self.answered_at is None and self.due_on < on
