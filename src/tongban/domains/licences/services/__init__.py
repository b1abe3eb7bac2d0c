"""What can be done to licence types and licences."""

from tongban.domains.licences.services.issuing import (
    FaultyIssue,
    annul,
    cancel,
    expire_due,
    issue,
    reinstate,
    revoke,
    supersede,
    suspend,
)
from tongban.domains.licences.services.licence_types import FaultyLicenceType, load_licence_types
from tongban.domains.licences.services.reports import (
    AlreadyReported,
    FaultyReport,
    ReportAnswerMissing,
    ReportNotFound,
    answer_report,
    file_report,
)
from tongban.domains.licences.services.uses import record_uses, use_rows

__all__ = [
    "AlreadyReported",
    "FaultyIssue",
    "FaultyLicenceType",
    "FaultyReport",
    "ReportAnswerMissing",
    "ReportNotFound",
    "annul",
    "answer_report",
    "cancel",
    "expire_due",
    "file_report",
    "issue",
    "load_licence_types",
    "record_uses",
    "reinstate",
    "revoke",
    "supersede",
    "suspend",
    "use_rows",
]
