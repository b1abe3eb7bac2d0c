"""Reads of the data standard."""

from tongban.domains.standards.selectors.dictionary import (
    ElementNotFound,
    MaterialTypeNotFound,
    as_element,
    as_material_type,
    condition_fields,
    elements,
    forget_dictionary,
    get_element,
    get_material_type,
    last_versions,
    material_types,
)
from tongban.domains.standards.selectors.versions import (
    as_written,
    ended_elements,
    list_mappings,
    list_versions,
    register_usage_source,
    usage,
)

__all__ = [
    "ElementNotFound",
    "MaterialTypeNotFound",
    "as_element",
    "as_material_type",
    "as_written",
    "condition_fields",
    "elements",
    "ended_elements",
    "forget_dictionary",
    "get_element",
    "get_material_type",
    "last_versions",
    "list_mappings",
    "list_versions",
    "material_types",
    "register_usage_source",
    "usage",
]
