"""What can be done to accounts, subjects, posts, mandates and the organisation."""

from tongban.domains.identity.services.accounts import (
    UsernameTaken,
    bind_subject,
    claim_person,
    close_account,
    forgive_failures,
    note_failure,
    open_account,
)
from tongban.domains.identity.services.mandates import (
    FaultyMandate,
    MandateNotFound,
    grant_mandate,
    revoke_mandate,
)
from tongban.domains.identity.services.officers import (
    FaultyCover,
    NotAnOfficer,
    appoint_officer,
    cover,
    end_appointment,
)
from tongban.domains.identity.services.organisations import (
    export_organisation,
    import_organisation,
    organisation_schema,
)
from tongban.domains.identity.services.subjects import (
    AlreadyBound,
    FaultyNumber,
    found_entity,
    give_number,
    register_entity,
    register_newborn,
    register_person,
    rename_subject,
)

__all__ = [
    "AlreadyBound",
    "FaultyCover",
    "FaultyMandate",
    "FaultyNumber",
    "MandateNotFound",
    "NotAnOfficer",
    "UsernameTaken",
    "appoint_officer",
    "bind_subject",
    "claim_person",
    "close_account",
    "cover",
    "end_appointment",
    "export_organisation",
    "forgive_failures",
    "found_entity",
    "give_number",
    "grant_mandate",
    "import_organisation",
    "note_failure",
    "open_account",
    "organisation_schema",
    "register_entity",
    "register_newborn",
    "register_person",
    "rename_subject",
    "revoke_mandate",
]
