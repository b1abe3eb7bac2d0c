"""What guides are checked against."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.domains.catalogue.types import Sources
from tongban.kernel.conditions import FieldDictionary


@dataclass(frozen=True, slots=True)
class MaterialName:
    """An entry of the material dictionary, as the checker needs it."""

    name: str
    aliases: tuple[str, ...]
    licence_type: str | None


@dataclass(frozen=True, slots=True)
class Background:
    """The dictionaries, the licence library, live resources, the codes of all items and what they need of each other."""

    fields: FieldDictionary
    elements: frozenset[str]
    options: Mapping[str, tuple[str, ...]]
    """The values a code element can take, by element; those of a code scheme are left out."""
    materials: Mapping[str, MaterialName]
    """By code of the material dictionary."""
    licence_types: frozenset[str]
    sources: Sources
    """From where materials can come; every published resource counts as granted, for a grant can be had."""
    basic_codes: frozenset[str]
    needs: Mapping[str, frozenset[str]]
    """By basic code, the items whose results it wants as materials."""
