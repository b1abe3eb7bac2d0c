"""Public reads of the catalogue."""

from tongban.domains.catalogue.selectors.audit import audit_materials, list_audits
from tongban.domains.catalogue.selectors.drafts import (
    KeptPart,
    VersionView,
    get_procedure_version,
    get_substance_version,
    list_procedures,
    list_substances,
)
from tongban.domains.catalogue.selectors.guides import (
    ItemNotFound,
    find_guides,
    get_guide,
    get_guide_by_versions,
    get_guides,
    get_manual,
    list_department_items,
    list_guides,
    list_guides_of,
    list_items,
    list_places,
    published_items,
)
from tongban.domains.catalogue.selectors.searching import list_regions, search, suggest, zero_hits
from tongban.domains.catalogue.selectors.sources import published_sources, sources_of

__all__ = [
    "ItemNotFound",
    "KeptPart",
    "VersionView",
    "audit_materials",
    "find_guides",
    "get_guide",
    "get_guide_by_versions",
    "get_guides",
    "get_manual",
    "get_procedure_version",
    "get_substance_version",
    "list_audits",
    "list_department_items",
    "list_guides",
    "list_guides_of",
    "list_items",
    "list_places",
    "list_procedures",
    "list_regions",
    "list_substances",
    "published_items",
    "published_sources",
    "search",
    "sources_of",
    "suggest",
    "zero_hits",
]
