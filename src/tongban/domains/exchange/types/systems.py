"""The register of systems (台账) and the interfaces that are really there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class SystemKind(StrEnum):
    SYSTEM = "SYSTEM"  # 信息系统
    DATA_SET = "DATA_SET"  # 数据集
    APPLICATION = "APPLICATION"  # 应用


class Grade(StrEnum):
    """How a system is really connected, without gloss."""

    RUNS_HERE = "RUNS_HERE"
    CONNECTED_BOTH_WAYS = "CONNECTED_BOTH_WAYS"
    LINKED_ONLY = "LINKED_ONLY"


class SystemState(StrEnum):
    PLANNED = "PLANNED"
    IN_USE = "IN_USE"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class System:
    """台账: one system, data set or application with owner, contact and grade of connection.

    `handles_cases`: it works its department's cases; its grade is then the directory's word on the department.
    """

    code: str
    name: str
    kind: SystemKind
    owner: str
    contact: str
    grade: Grade
    state: SystemState
    handles_cases: bool = False
    note: str = ""
    owner_name: str = ""
    registered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """A door of the platform that a system uses, as whoever keeps the door reports it: a client of the API, say."""

    kind: str
    id: str
    name: str
    department: str
    system: str
    """Code in the register; empty when it was given without one."""
    is_active: bool
    last_call_at: datetime | None


class InterfaceSource(Protocol):
    """Whoever keeps doors says which there are; registered in `apps.ready`."""

    def __call__(self) -> Sequence[Interface]: ...


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A system with what it really does: its resources, its interfaces, calls in the last 30 days."""

    system: System
    resources: tuple[str, ...]
    interfaces: int
    calls: int
    last_call_at: datetime | None
    is_idle: bool
    """僵尸: in use and connected, and not called once in 30 days."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Where the register and what is really there disagree."""

    clients_without_system: tuple[Interface, ...]
    resources_without_system: tuple[str, ...]
    systems_without_interface: tuple[System, ...]
    departments_without_system: tuple[str, ...]
    """Work their cases in a system of their own that nobody registered."""
