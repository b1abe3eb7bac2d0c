"""What can be done to the data standard."""

from tongban.domains.standards.services.dictionary import (
    FaultyDictionary,
    load_dictionary,
    load_material_types,
)
from tongban.domains.standards.services.versions import (
    ElementInUse,
    NothingChanged,
    apply_due,
    change_element,
    end_element,
    map_element,
    name_source,
    remove_element,
)

__all__ = [
    "ElementInUse",
    "FaultyDictionary",
    "NothingChanged",
    "apply_due",
    "change_element",
    "end_element",
    "load_dictionary",
    "load_material_types",
    "map_element",
    "name_source",
    "remove_element",
]
