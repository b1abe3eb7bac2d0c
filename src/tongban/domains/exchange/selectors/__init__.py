"""Reads of the data catalogue, of who may look up what, of findings and of the look-up log."""

from tongban.domains.exchange.selectors.access import granted_fields
from tongban.domains.exchange.selectors.catalogue import (
    ResourceNotFound,
    get_resource,
    get_resources,
    list_resources,
    live_resources,
)
from tongban.domains.exchange.selectors.findings import get_finding, list_findings
from tongban.domains.exchange.selectors.looks import list_looks
from tongban.domains.exchange.selectors.standings import list_published, resource_standings
from tongban.domains.exchange.selectors.ways import get_way, way_versions

__all__ = [
    "ResourceNotFound",
    "get_finding",
    "get_resource",
    "get_resources",
    "get_way",
    "granted_fields",
    "list_findings",
    "list_looks",
    "list_published",
    "list_resources",
    "live_resources",
    "resource_standings",
    "way_versions",
]
