"""Tables of the licence library: types, licences and their history, proceedings."""

from tongban.domains.licences.models.authority import (
    Consent,
    ConsentItem,
)
from tongban.domains.licences.models.catalogue import (
    LicenceType,
    LicenceTypeVersion,
)
from tongban.domains.licences.models.collecting import (
    Collection,
    CollectionFinding,
)
from tongban.domains.licences.models.files import (
    LicenceFile,
)
from tongban.domains.licences.models.library import (
    Licence,
    PlannedChange,
    StatusEntry,
)
from tongban.domains.licences.models.presenting import (
    Credential,
    Showing,
    StatusList,
    Verifier,
)
from tongban.domains.licences.models.proceedings import (
    Proceeding,
    ProceedingStep,
)
from tongban.domains.licences.models.reminders import ExpiryNotice
from tongban.domains.licences.models.reports import (
    Report,
)
from tongban.domains.licences.models.uses import (
    Use,
)

__all__ = [
    "Collection",
    "CollectionFinding",
    "Consent",
    "ConsentItem",
    "Credential",
    "ExpiryNotice",
    "Licence",
    "LicenceFile",
    "LicenceType",
    "LicenceTypeVersion",
    "PlannedChange",
    "Proceeding",
    "ProceedingStep",
    "Report",
    "Showing",
    "StatusEntry",
    "StatusList",
    "Use",
    "Verifier",
]
