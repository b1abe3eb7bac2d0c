"""What can be done to the directory."""

from tongban.domains.directory.services.loading import PARTS, load_directory
from tongban.domains.directory.services.registering import (
    CentreNotFound,
    FaultyDepartment,
    load_divisions,
    require_divisions,
    save_centre,
    save_department,
    save_window,
)

__all__ = [
    "PARTS",
    "CentreNotFound",
    "FaultyDepartment",
    "load_directory",
    "load_divisions",
    "require_divisions",
    "save_centre",
    "save_department",
    "save_window",
]
