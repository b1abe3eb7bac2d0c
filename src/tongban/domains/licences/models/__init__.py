"""Tables of the licence domain: types, licences and their history, uses, reports."""

from tongban.domains.licences.models.authority import Consent, ConsentItem
from tongban.domains.licences.models.catalogue import LicenceType
from tongban.domains.licences.models.files import LicenceFile
from tongban.domains.licences.models.library import Licence, StatusEntry
from tongban.domains.licences.models.presenting import (
    Credential,
    Showing,
    StatusList,
    Verifier,
)
from tongban.domains.licences.models.reports import Report
from tongban.domains.licences.models.uses import Use

__all__ = [
    "Consent",
    "ConsentItem",
    "Credential",
    "Licence",
    "LicenceFile",
    "LicenceType",
    "Report",
    "Showing",
    "StatusEntry",
    "StatusList",
    "Use",
    "Verifier",
]
