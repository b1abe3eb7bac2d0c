"""Resources, providers and the evidence of a look-up (数据目录与共享)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Outcome(StrEnum):
    """Three different answers, never mixed: not found, not allowed, provider down."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Resource:
    """政务信息资源: what a department can supply.

    Sharing is 1 unconditional, 2 conditional, 3 none (国发〔2016〕51号).
    """

    code: str
    name: str
    provider: str
    provider_name: str
    fields: tuple[str, ...]
    sharing: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its provenance: `source` is a sentence fragment for people (「示例市公安局·人口库」)."""

    value: object
    source: str
    resource: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """Who asks what about whom, why.

    `cause` is a case, application or draft number; a look-up without one is refused.
    """

    resource: str
    subject_id: UUID
    fields: tuple[str, ...]
    purpose: str
    cause: str


@dataclass(frozen=True, slots=True)
class LookupResult:
    outcome: Outcome
    values: Mapping[str, Value]
    message: str = ""


class Provider(Protocol):
    """A register that answers look-ups; registered by code of resource in the provider's `apps.ready`."""

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        """Values by field, None when the subject is not in the register; raises ProviderDown."""
        ...


class CauseCheck(Protocol):
    """Whether a cause names live business about the subject; registered by the domain that keeps cases."""

    def __call__(self, *, cause: str, subject_id: UUID) -> bool: ...


@dataclass(frozen=True, slots=True)
class Grant:
    """授权共享: a department may read these fields of a conditional resource for a purpose within a term."""

    resource: str
    department: str
    fields: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """One look-up as the person it was about sees it: who looked at what, when and why (谁查过我的数据)."""

    at: datetime
    resource: str
    resource_name: str
    fields: tuple[str, ...]
    looked_by: str
    purpose: str
    cause: str
    outcome: Outcome
