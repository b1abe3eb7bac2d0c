"""Public reads of the catalogue."""

from tongban.domains.catalogue.selectors.guides import (
    ItemNotFound,
    get_guide,
    get_guide_by_versions,
    get_manual,
    list_department_items,
    list_guides,
    list_items,
)
from tongban.domains.catalogue.selectors.searching import search, suggest, zero_hits

__all__ = [
    "ItemNotFound",
    "get_guide",
    "get_guide_by_versions",
    "get_manual",
    "list_department_items",
    "list_guides",
    "list_items",
    "search",
    "suggest",
    "zero_hits",
]
