"""What is sent to a provider's own system, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.domains.exchange.types import Exchange, FindingKind, LookupRequest, Outcome, Trace, Way


@dataclass(frozen=True, slots=True)
class Question:
    """One request for one provider, with the number of its subject."""

    way: Way
    request: LookupRequest
    exchange: Exchange
    number: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question; `has_answered` is what the provider's gate is told, `fault` what its provider has to put right."""

    outcome: Outcome
    trace: Trace
    values: Mapping[str, object] = field(default_factory=dict)
    fault: FindingKind | None = None

    @property
    def has_answered(self) -> bool:
        return self.outcome is not Outcome.UNAVAILABLE
