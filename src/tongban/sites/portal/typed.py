"""What was typed into a form whose sender was no longer signed in: kept for a while, sealed, in her browser's session.

The session outlives the log-in, so only the browser that sent it finds it again, and only on the page of its draft,
which opens for the draft's owner alone.
"""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, QueryDict

from tongban.foundation import crypto

KEY = "typed"
KEPT_FOR = timedelta(minutes=30)
MAX_CHARACTERS = 60_000
"""Far above the largest form, far below what would fill the table of sessions."""


def keep(request: HttpRequest, draft_id: UUID) -> None:
    """Keep what the request posts for a draft; more than any form holds is dropped."""
    posted = json.dumps(dict(request.POST.lists()))
    if len(posted) > MAX_CHARACTERS:
        return
    # The machine's clock: a demo's business clock stands still, and so would the half hour.
    until = datetime.now(UTC) + KEPT_FOR
    request.session[KEY] = {
        "draft": str(draft_id),
        "until": until.isoformat(),
        "sealed": crypto.encrypt(posted, _context(draft_id)),
    }


def take(request: HttpRequest, draft_id: UUID) -> QueryDict | None:
    """What was kept for the draft, once; None when nothing was, or too long ago."""
    kept = request.session.get(KEY)
    if kept is None or kept["draft"] != str(draft_id):
        return None
    del request.session[KEY]
    if datetime.fromisoformat(kept["until"]) < datetime.now(UTC):
        return None
    found = QueryDict(mutable=True)
    for name, values in json.loads(crypto.decrypt(kept["sealed"], _context(draft_id))).items():
        found.setlist(name, values)
    return found


def _context(draft_id: UUID) -> str:
    return f"portal.typed.{draft_id}"
