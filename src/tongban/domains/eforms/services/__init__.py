"""What can be done with a form that is being filled."""

from tongban.domains.eforms.services.attachments import SlotFull, attach, detach, rescan_held
from tongban.domains.eforms.services.drafts import (
    AlreadySubmitted,
    NotBound,
    StaleDraft,
    close_draft,
    create_draft,
    discard_draft,
    refresh_draft,
    save_answers,
)
from tongban.domains.eforms.services.expiry import expire_drafts

__all__ = [
    "AlreadySubmitted",
    "NotBound",
    "SlotFull",
    "StaleDraft",
    "attach",
    "close_draft",
    "create_draft",
    "detach",
    "discard_draft",
    "expire_drafts",
    "refresh_draft",
    "rescan_held",
    "save_answers",
]
