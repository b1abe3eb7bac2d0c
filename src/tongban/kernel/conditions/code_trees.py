"""Codes that contain other codes: industries (GB/T 4754-2017) and divisions (GB/T 2260)."""

import re
from collections.abc import Callable

from tongban.kernel.conditions.fields import CodeScheme
from tongban.kernel.divisions import unpadded

# GB/T 4754-2017: the sections and the divisions each one holds, first to last.
_SECTION_BOUNDS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}
SECTION_DIVISIONS = {
    section: frozenset(f"{number:02}" for number in range(first, last + 1))
    for section, (first, last) in _SECTION_BOUNDS.items()
}

_INDUSTRY = re.compile(r"[A-T]|[0-9]{2,4}")
_DIVISION = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")


def is_well_formed(scheme: CodeScheme, code: str) -> bool:
    pattern = _INDUSTRY if scheme is CodeScheme.GBT4754 else _DIVISION
    return pattern.fullmatch(code) is not None


def normalise_code(scheme: CodeScheme | None, code: str) -> str:
    """The form in which codes are compared: divisions without their padding, others as they are."""
    return unpadded(code) if scheme is CodeScheme.DIVISION else code


def under(scheme: CodeScheme, above: str) -> Callable[[str], bool]:
    """The test whether a normalised code is the given normalised one or lies below it."""
    if scheme is CodeScheme.GBT4754 and above in SECTION_DIVISIONS:
        divisions = SECTION_DIVISIONS[above]
        return lambda code: code == above or code[:2] in divisions
    return lambda code: code.startswith(above)
