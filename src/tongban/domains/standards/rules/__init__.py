"""Pure rules of the data standard."""

from tongban.domains.standards.rules.usage import mentioned
from tongban.domains.standards.rules.values import (
    DEFAULT_MAX_LENGTH,
    EARLIEST_YEAR,
    FEN_IN_A_YUAN,
    VALIDATORS,
    Checked,
    Validator,
    check_value,
    element_fault,
)
from tongban.domains.standards.rules.versions import changes

__all__ = [
    "DEFAULT_MAX_LENGTH",
    "EARLIEST_YEAR",
    "FEN_IN_A_YUAN",
    "VALIDATORS",
    "Checked",
    "Validator",
    "changes",
    "check_value",
    "element_fault",
    "mentioned",
]
