"""Licences as other domains see them (电子证照)."""

from tongban.domains.licences.types.library import (
    IssueRequest,
    Licence,
    LicenceAction,
    LicenceStatus,
    LicenceType,
    StatusEntry,
)

__all__ = ["IssueRequest", "Licence", "LicenceAction", "LicenceStatus", "LicenceType", "StatusEntry"]
