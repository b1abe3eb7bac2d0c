"""Who may see what the registers hold of a subject, and object to it."""

from datetime import datetime
from uuid import UUID

from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor

SCOPE = "MY-RECORDS"
"""What a mandate must cover, and the purpose that stands in the log of looks."""


def may_speak_for(actor: Actor, subject_id: UUID, *, at: datetime) -> bool:
    """Whether the subject is herself, or somebody whose mandate covers this."""
    if actor.subject_id is None:
        return False
    return subject_id in identity.authorised_principals(actor.subject_id, SCOPE, at)
