"""Files of rows that a department drops (批量交换)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from tongban.kernel.actors import Actor


class BatchState(StrEnum):
    RECEIVED = "RECEIVED"  # 收到，尚未处理完
    DONE = "DONE"  # 已处理
    REFUSED = "REFUSED"  # 整个文件不能处理


@dataclass(frozen=True, slots=True)
class Batch:
    """One file and what became of its rows; `quarantined` rows wait for their provider to send them right."""

    id: UUID
    resource: str
    resource_name: str
    provider: str
    file_name: str
    received_at: datetime
    state: BatchState
    reason: str
    rows: int
    kept: int
    quarantined: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row not taken: its number in the file, why, and its values as they came."""

    row: int
    reasons: tuple[str, ...]
    values: Mapping[str, str]


class RowStore(Protocol):
    """Where rows of a batch are kept; a register puts itself in, in `apps.ready`."""

    def __call__(
        self, *, resource: str, rows: Sequence[Mapping[str, str]], actor: Actor, at: datetime
    ) -> Sequence[str]:
        """For each row why it can't be kept, as a sentence; empty when it was. A row that comes again replaces itself."""
        ...


class Scan(Protocol):
    """All rows a register holds under a resource, for its quality rules; None when it holds none under it."""

    def __call__(
        self, *, resource: str, fields: Sequence[str]
    ) -> "Sequence[Mapping[str, object]] | None": ...
