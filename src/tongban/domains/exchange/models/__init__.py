"""Tables of the exchange: systems, resources, grants, demands, the log of every look-up and what was found wrong."""

from tongban.domains.exchange.models.access import Grant, GrantUse
from tongban.domains.exchange.models.batches import Batch, QuarantinedRow
from tongban.domains.exchange.models.catalogue import Resource, ResourceField, ResourceVersion, Sharing
from tongban.domains.exchange.models.demands import Demand, DemandStep
from tongban.domains.exchange.models.evidence import EvidenceBatch, EvidenceCheck, EvidenceMark, ExchangeLog
from tongban.domains.exchange.models.findings import Finding
from tongban.domains.exchange.models.quality import QualityRule, QualityRun, RuleOutcome
from tongban.domains.exchange.models.systems import System
from tongban.domains.exchange.models.ways import Way

__all__ = [
    "Batch",
    "Demand",
    "DemandStep",
    "EvidenceBatch",
    "EvidenceCheck",
    "EvidenceMark",
    "ExchangeLog",
    "Finding",
    "Grant",
    "GrantUse",
    "QualityRule",
    "QualityRun",
    "QuarantinedRow",
    "Resource",
    "ResourceField",
    "ResourceVersion",
    "RuleOutcome",
    "Sharing",
    "System",
    "Way",
]
