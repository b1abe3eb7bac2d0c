"""The exchange as other domains see it (数据目录与共享)."""

from tongban.domains.exchange.types.findings import Finding, FindingKind
from tongban.domains.exchange.types.lookups import (
    CauseCheck,
    Grant,
    Look,
    LookupRequest,
    LookupResult,
    Outcome,
    Provider,
    Resource,
    Value,
)

__all__ = [
    "CauseCheck",
    "Finding",
    "FindingKind",
    "Grant",
    "Look",
    "LookupRequest",
    "LookupResult",
    "Outcome",
    "Provider",
    "Resource",
    "Value",
]
