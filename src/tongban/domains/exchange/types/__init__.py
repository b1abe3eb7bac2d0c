"""The exchange as other domains see it (数据目录与共享)."""

from tongban.domains.exchange.types.catalogue import Grant, Resource
from tongban.domains.exchange.types.evidence import (
    Disagreement,
    DisagreementKind,
    Exchange,
    LogLine,
    Trace,
)
from tongban.domains.exchange.types.findings import Finding, FindingKind
from tongban.domains.exchange.types.lookups import (
    CauseCheck,
    Exchanged,
    Look,
    LookupRequest,
    LookupResult,
    Outcome,
    Provider,
    Value,
)
from tongban.domains.exchange.types.standings import LEAST_QUALITY, ResourceStanding, ResourceUse
from tongban.domains.exchange.types.ways import Way, WayKind

__all__ = [
    "LEAST_QUALITY",
    "CauseCheck",
    "Disagreement",
    "DisagreementKind",
    "Exchange",
    "Exchanged",
    "Finding",
    "FindingKind",
    "Grant",
    "LogLine",
    "Look",
    "LookupRequest",
    "LookupResult",
    "Outcome",
    "Provider",
    "Resource",
    "ResourceStanding",
    "ResourceUse",
    "Trace",
    "Value",
    "Way",
    "WayKind",
]
