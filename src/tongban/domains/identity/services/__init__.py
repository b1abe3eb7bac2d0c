"""What can be done to accounts, subjects, posts and mandates."""

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
from tongban.domains.identity.services.subjects import (
    AlreadyBound,
    FaultyNumber,
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
    "forgive_failures",
    "give_number",
    "grant_mandate",
    "note_failure",
    "open_account",
    "register_entity",
    "register_newborn",
    "register_person",
    "rename_subject",
    "revoke_mandate",
]
