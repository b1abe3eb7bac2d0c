"""Licences as other domains see them (电子证照)."""

from tongban.domains.licences.types.library import (
    IssueRequest,
    Licence,
    LicenceAction,
    LicenceStatus,
    LicenceType,
    StatusEntry,
)
from tongban.domains.licences.types.presenting import (
    Audience,
    NewVerifier,
    Purpose,
    Showing,
    ShownCode,
    ShownField,
    Verification,
    Verifier,
    VerifierKind,
)
from tongban.domains.licences.types.reports import Report, ReportKind, ReportOutcome
from tongban.domains.licences.types.uses import NewUse, Use, UseKind

__all__ = [
    "Audience",
    "IssueRequest",
    "Licence",
    "LicenceAction",
    "LicenceStatus",
    "LicenceType",
    "NewUse",
    "NewVerifier",
    "Purpose",
    "Report",
    "ReportKind",
    "ReportOutcome",
    "Showing",
    "ShownCode",
    "ShownField",
    "StatusEntry",
    "Use",
    "UseKind",
    "Verification",
    "Verifier",
    "VerifierKind",
]
