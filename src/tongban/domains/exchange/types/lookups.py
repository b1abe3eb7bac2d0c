"""A look-up, its answer and its trace; the ports of who answers and who knows whether a cause is live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from tongban.domains.exchange.types.evidence import Exchange, Trace
from tongban.domains.exchange.types.findings import FindingKind


class Outcome(StrEnum):
    """Three different answers, never mixed: not found, not allowed, provider down; or none, for the platform cannot prove it."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    UNAVAILABLE = "UNAVAILABLE"
    NO_EVIDENCE = "NO_EVIDENCE"
    """The platform failed, not the provider: it could not keep evidence, so nothing was handed out."""


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

    `cause` is a case, application or draft number; a look-up without one is refused. `purpose` is the code of the item or of the
    package; `item` the basic code of the item for which it is asked, empty where the caller does not know it yet; `system` the code
    of the asking system in the register of systems.
    """

    resource: str
    subject_id: UUID
    fields: tuple[str, ...]
    purpose: str
    cause: str
    item: str = ""
    system: str = ""


class Refusal(StrEnum):
    """By which rule a look-up is not allowed."""

    NO_CAUSE = "NO_CAUSE"
    NOT_SHARED = "NOT_SHARED"
    NO_AUTHORITY = "NO_AUTHORITY"
    CAUSE_NOT_LIVE = "CAUSE_NOT_LIVE"
    NO_GRANT = "NO_GRANT"
    NOT_YET = "NOT_YET"
    ENDED = "ENDED"
    OTHER_SYSTEM = "OTHER_SYSTEM"
    OTHER_PURPOSE = "OTHER_PURPOSE"
    OTHER_ITEM = "OTHER_ITEM"
    NO_FIELD = "NO_FIELD"
    OVER_RATE = "OVER_RATE"
    BY_PROVIDER = "BY_PROVIDER"


@dataclass(frozen=True, slots=True)
class LookupResult:
    """`message` says in words why there is no value, or which fields were left out; `refusal` by which rule it was not allowed.

    `exchange_id` is under which both sides keep their evidence.
    """

    outcome: Outcome
    values: Mapping[str, Value]
    message: str = ""
    refusal: Refusal | None = None
    exchange_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One look-up as it went, of which the evidence is made."""

    exchange: Exchange
    request: LookupRequest
    result: LookupResult
    trace: Trace
    fault: FindingKind | None = None
    """What its provider has to put right; then nothing of the answer was used."""


class Provider(Protocol):
    """A register that answers look-ups; registered by code of resource in the provider's `apps.ready`."""

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        """Values by field, None when the subject is not in the register; raises ProviderDown."""
        ...


class CauseCheck(Protocol):
    """Whether a cause names live business about the subject; registered by the domain that keeps cases."""

    def __call__(self, *, cause: str, subject_id: UUID) -> bool: ...


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
