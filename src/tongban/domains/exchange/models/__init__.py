"""Tables of the exchange: systems, resources, grants, demands, the log of every look-up and what was found wrong."""

from tongban.domains.exchange.models.access import Grant, GrantUse
from tongban.domains.exchange.models.catalogue import Resource, ResourceField, ResourceVersion, Sharing
from tongban.domains.exchange.models.demands import Demand, DemandStep
from tongban.domains.exchange.models.access import Grant
from tongban.domains.exchange.models.batches import Batch, QuarantinedRow
from tongban.domains.exchange.models.catalogue import Resource, Sharing
from tongban.domains.exchange.models.evidence import ExchangeLog
from tongban.domains.exchange.models.findings import Finding
from tongban.domains.exchange.models.systems import System
from tongban.domains.exchange.models.ways import Way

__all__ = [
    "Demand",
    "DemandStep",
    "ExchangeLog",
    "Finding",
    "Grant",
    "GrantUse",
    "Resource",
    "ResourceField",
    "ResourceVersion",
    "Sharing",
    "System",
    "Way",
__all__ = ["ExchangeLog", "Finding", "Grant", "Resource", "Sharing", "Way"]
from tongban.domains.exchange.models.quality import QualityRule, QualityRun, RuleOutcome

__all__ = [
    "Batch",
    "ExchangeLog",
    "Finding",
    "Grant",
    "QualityRule",
    "QualityRun",
    "QuarantinedRow",
    "Resource",
    "RuleOutcome",
    "Sharing",
]
