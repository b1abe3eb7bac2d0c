"""What is kept of an exchange, by us and by the provider (留痕)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tongban.kernel.actors import ActorKind


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request on its way to a provider.

    `key` belongs to this exchange alone. It is sent with the request and keeps what both sides hash from being guessed; nobody
    writes it down: the platform derives it anew from the id.
    """

    id: UUID
    key: bytes
    at: datetime
    client: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What one exchange left behind, besides its values.

    The hashes are those of `rules.evidence.message_hash` over the bytes that were sent and that came back; the second is empty where
    nothing came back or nothing was asked. `reference` and `signature` are the provider's own, where it sends them; `is_logged` says
    that it keeps a record of its own, with which ours is compared.
    """

    request_hash: bytes
    response_hash: bytes = b""
    reference: str = ""
    signature: bytes = b""
    is_logged: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """One exchange in a provider's own log, one JSON object a line; hashes are hexadecimal there."""

    exchange_id: UUID
    at: datetime
    client: str
    resource: str
    request_hash: bytes
    response_hash: bytes
    outcome: str


class DisagreementKind(StrEnum):
    """How two sides' logs differ over one exchange."""

    OURS_ONLY = "OURS_ONLY"
    THEIRS_ONLY = "THEIRS_ONLY"
    REQUEST = "REQUEST"
    RESPONSE = "RESPONSE"
    OUTCOME = "OUTCOME"
    TIME = "TIME"
    WHO = "WHO"
    TWICE = "TWICE"


@dataclass(frozen=True, slots=True)
class Disagreement:
    kind: DisagreementKind
    exchange_id: UUID
    resource: str


class EvidenceFault(StrEnum):
    """Why no evidence can be kept for longer than the limit."""

    UNSEALED = "UNSEALED"
    UNSTAMPED = "UNSTAMPED"
    UNEXPORTED = "UNEXPORTED"


class ProblemKind(StrEnum):
    """What verification found."""

    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    INSERTED = "INSERTED"
    REORDERED = "REORDERED"
    RESIGNED = "RESIGNED"
    CUT = "CUT"
    STAMP = "STAMP"


@dataclass(frozen=True, slots=True)
class EvidenceProblem:
    """One place where the evidence does not hold; the exchange where it can be named."""

    kind: ProblemKind
    batch: int | None
    exchange_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What a verification of all evidence found."""

    entries: int
    sealed: int
    waiting: int
    batches: int
    exported: int
    """Batches of which the export folder knows; without any, a cut tail cannot be found."""
    stamped: int
    """Batches that a time stamp covers."""
    problems: tuple[EvidenceProblem, ...]

    @property
    def is_intact(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our records of a provider's exchanges beside the provider's own log."""

    ours: int
    theirs: int
    later: int
    """Records of ours after their last line: the next log must have them."""
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class EvidenceBatch:
    """One signed batch of records as an overseer sees it."""

    number: int
    size: int
    sealed_at: datetime
    root: bytes
    previous: bytes
    head: bytes
    key_id: str
    signature: bytes
    stamped_at: datetime | None
    exported_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """That a record stands in a batch: its bytes, its place, and the hashes by which it reaches the root."""

    exchange_id: UUID
    record: bytes
    index: int
    path: tuple[bytes, ...]
    batch: EvidenceBatch
    certificates: tuple[bytes, ...]
    stamp: bytes
    """The time stamp over this head or a later one; empty while there is none."""
    stamped_batch: int | None


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """One look-up's record as an overseer sees it: who, of which resource, why; never of whom by name, never a value."""

    exchange_id: UUID
    at: datetime
    resource: str
    resource_name: str
    provider: str
    department: str
    department_name: str
    system: str
    actor_kind: ActorKind
    fields: tuple[str, ...]
    purpose: str
    cause: str
    item: str
    outcome: str
    request_hash: bytes
    response_hash: bytes
    provider_reference: str


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """The last verification of all evidence."""

    at: datetime
    entries: int
    batches: int
    problems: int
