"""What keepers look for in the library, and what they find."""

from dataclasses import dataclass

from tongban.domains.licences.types.library import Licence


@dataclass(frozen=True, slots=True)
class LibraryFilters:
    """`text` is an identifier, a serial, a holder's number or the beginning of her name; empty values mean all."""

    text: str = ""
    licence_type: str = ""
    status: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class LibraryPage:
    licences: tuple[Licence, ...]
    next_cursor: str
    """Empty on the last page."""


@dataclass(frozen=True, slots=True)
class TypeCount:
    """How much of a type an office has in the library."""

    licence_type: str
    total: int
    valid: int
    by_case: int
