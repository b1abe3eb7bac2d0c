"""What departments ask for, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class DemandStatus(StrEnum):
    ASKED = "ASKED"
    GRANTED = "GRANTED"
    SUPPLIED = "SUPPLIED"
    """What was in no catalogue is in it now; a grant of it is asked for like any other."""
    REFUSED = "REFUSED"
    DISPUTED = "DISPUTED"
    UPHELD = "UPHELD"
    """The data bureau found the refusal right."""
    WITHDRAWN = "WITHDRAWN"


class DemandAction(StrEnum):
    ASK = "ASK"
    NAME_PROVIDER = "NAME_PROVIDER"
    GRANT = "GRANT"
    SUPPLY = "SUPPLY"
    REFUSE = "REFUSE"
    DISPUTE = "DISPUTE"
    UPHOLD = "UPHOLD"
    ORDER = "ORDER"
    """The data bureau decides that it is shared (协调裁决), after a dispute or when the provider let the limit pass."""
    WITHDRAW = "WITHDRAW"


@dataclass(frozen=True, slots=True)
class NewDemand:
    """What a department asks for; `resource` empty: it is in no catalogue, and `wanted` says what it is."""

    resource: str
    wanted: str
    fields: tuple[str, ...]
    purpose: str
    items: tuple[str, ...]
    basis: str
    valid_until: date
    per_minute: int | None = None
    system: str = ""


@dataclass(frozen=True, slots=True)
class DemandStep:
    action: DemandAction
    status: DemandStatus
    at: datetime
    actor_name: str
    department_name: str
    note: str


@dataclass(frozen=True, slots=True)
class Demand:
    """需求 as its parties see it; `steps` is filled for one demand only, not in lists."""

    id: UUID
    asker: str
    asker_name: str
    provider: str
    provider_name: str
    resource: str
    resource_name: str
    wanted: str
    fields: tuple[str, ...]
    purpose: str
    items: tuple[str, ...]
    basis: str
    valid_until: date
    per_minute: int | None
    system: str
    status: DemandStatus
    asked_at: datetime
    due_on: date
    decided_at: datetime | None
    reason: str
    negative_basis: str
    steps: tuple[DemandStep, ...] = ()
