"""Reads of the register of systems, the data catalogue, who may look up what, findings and the look-up log."""

from tongban.domains.exchange.selectors.access import as_grant, find_grant, grants_of, list_grants
from tongban.domains.exchange.selectors.catalogue import (
    ResourceNotFound,
    catalogue_codes,
    claims,
    element_usage,
    entries,
    field_labels,
    get_catalogue_entry,
    get_resource,
    get_resources,
    last_versions,
    list_catalogue,
    list_resources,
    list_resources_of,
    list_versions,
    live_resources,
)
from tongban.domains.exchange.selectors.demands import find_demand, get_demand, list_demands
from tongban.domains.exchange.selectors.evidence import (
    last_evidence_check,
    list_evidence_batches,
    list_exchange_records,
)
from tongban.domains.exchange.selectors.findings import find_finding, get_finding, list_findings
from tongban.domains.exchange.selectors.interfaces import list_interfaces, register_interface_source
from tongban.domains.exchange.selectors.looks import list_looks
from tongban.domains.exchange.selectors.quality import (
    ROW_CONTEXT,
    BatchNotFound,
    get_batch,
    get_quality_run,
    list_batches,
    list_quality_runs,
    list_quarantine,
    recent_quality,
    rules_of,
)
from tongban.domains.exchange.selectors.standings import list_published, resource_standings
from tongban.domains.exchange.selectors.systems import (
    SystemNotFound,
    calls_of_resources,
    get_system,
    ledger,
    list_systems,
    reconcile,
)
from tongban.domains.exchange.selectors.ways import get_way

__all__ = [
    "ROW_CONTEXT",
    "BatchNotFound",
    "ResourceNotFound",
    "SystemNotFound",
    "as_grant",
    "calls_of_resources",
    "catalogue_codes",
    "claims",
    "element_usage",
    "entries",
    "field_labels",
    "find_demand",
    "find_finding",
    "find_grant",
    "get_batch",
    "get_catalogue_entry",
    "get_demand",
    "get_finding",
    "get_quality_run",
    "get_resource",
    "get_resources",
    "get_system",
    "get_way",
    "grants_of",
    "last_evidence_check",
    "last_versions",
    "ledger",
    "list_batches",
    "list_catalogue",
    "list_demands",
    "list_evidence_batches",
    "list_exchange_records",
    "list_findings",
    "list_grants",
    "list_interfaces",
    "list_looks",
    "list_published",
    "list_quality_runs",
    "list_quarantine",
    "list_resources",
    "list_resources_of",
    "list_systems",
    "list_versions",
    "live_resources",
    "recent_quality",
    "reconcile",
    "register_interface_source",
    "resource_standings",
    "rules_of",
]
