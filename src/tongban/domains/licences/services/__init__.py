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

__all__ = [
    "FaultyIssue",
    "FaultyLicenceType",
    "annul",
    "cancel",
    "expire_due",
    "issue",
    "load_licence_types",
    "reinstate",
    "revoke",
    "supersede",
    "suspend",
]
