"""Licences as other domains see them (电子证照)."""

from tongban.domains.licences.types.library import (
    IssueRequest,
    Licence,
    LicenceAction,
    LicenceStatus,
    LicenceType,
    StatusEntry,
)
from tongban.domains.licences.types.reports import Report, ReportKind, ReportOutcome
from tongban.domains.licences.types.uses import NewUse, Use, UseKind

__all__ = [
    "IssueRequest",
    "Licence",
    "LicenceAction",
    "LicenceStatus",
    "LicenceType",
    "NewUse",
    "Report",
    "ReportKind",
    "ReportOutcome",
    "StatusEntry",
    "Use",
    "UseKind",
]
