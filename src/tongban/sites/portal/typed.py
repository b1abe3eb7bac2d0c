"""What was typed into a form whose sender was no longer signed in: kept for a while, sealed, in her browser's session.

The session outlives the log-in, so only the browser that sent it finds it again, and only on the page of its draft
or case, which opens for its owner alone. Files are not kept.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from tongban.foundation import crypto
from tongban.sites.shared.policies import log_in

KEY = "typed"
KEPT_FOR = timedelta(minutes=30)
MAX_CHARACTERS = 60_000
"""Far above the largest form, far below what would fill the table of sessions."""

Place = UUID | str
"""The draft or the case number a form belongs to: the one argument of its route."""
View = Callable[..., HttpResponseBase]


def kept_for(page: str) -> Callable[[View], View]:
    """Of a view: a form sent to it after the session has ended leads to the log-in and comes back on `page`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, **named: Any) -> HttpResponseBase:  # Any: the route's one argument
            if request.method != "POST" or request.user.is_authenticated:
                return view(request, **named)
            (place,) = named.values()
            keep(request, page, place)
            return log_in(request, reverse(page, args=[place]))

        return kept

    return decorate


def keep(request: HttpRequest, page: str, place: Place) -> None:
    """Keep what the request posts; more than any form holds is dropped."""
    posted = json.dumps(dict(request.POST.lists()))
    if len(posted) > MAX_CHARACTERS:
        return
    # The machine's clock: a demo's business clock stands still, and so would the half hour.
    until = datetime.now(UTC) + KEPT_FOR
    request.session[KEY] = {
        "page": page,
        "place": str(place),
        "until": until.isoformat(),
        "sealed": crypto.encrypt(posted, _context(page, place)),
    }


def take(request: HttpRequest, page: str, place: Place) -> QueryDict | None:
    """What was kept for this page of the draft or case, once; None when nothing was, or too long ago."""
    kept = request.session.get(KEY)
    if kept is None or (kept.get("page"), kept.get("place")) != (page, str(place)):
        return None
    del request.session[KEY]
    if datetime.fromisoformat(kept["until"]) < datetime.now(UTC):
        return None
    found = QueryDict(mutable=True)
    for name, values in json.loads(crypto.decrypt(kept["sealed"], _context(page, place))).items():
        found.setlist(name, values)
    return found


def _context(page: str, place: Place) -> str:
    return f"portal.typed.{page}.{place}"
