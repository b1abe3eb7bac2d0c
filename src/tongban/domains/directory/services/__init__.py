"""What can be done to the directory."""

from tongban.domains.directory.services.loading import PARTS, load_directory
from tongban.domains.directory.services.registering import (
    FaultyDepartment,
    load_divisions,
    require_divisions,
    save_department,
)

__all__ = [
    "PARTS",
    "FaultyDepartment",
    "load_directory",
    "load_divisions",
    "require_divisions",
    "save_department",
]
