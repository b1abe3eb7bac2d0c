"""Pages that are the same for every visitor are kept for some seconds in the process, finished bytes and all."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from time import monotonic
from typing import ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language

from tongban.sites.shared.shell import SIZE_COOKIE

KEPT_SECONDS = 5.0
"""A published change is on the page at most this much later."""
KEPT_PAGES = 512

P = ParamSpec("P")
Key = tuple[str, str, str]


class PageStore:
    """The most recently asked pages, each for a few seconds; safe among threads."""

    def __init__(self, seconds: float = KEPT_SECONDS, pages: int = KEPT_PAGES) -> None:
        self.seconds = seconds
        self.pages = pages
        self._lock = Lock()
        self._kept: OrderedDict[Key, tuple[float, bytes]] = OrderedDict()

    def get(self, key: Key, now: float) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None or now - found[0] > self.seconds:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Key, body: bytes, now: float) -> None:
        with self._lock:
            self._kept[key] = (now, body)
            self._kept.move_to_end(key)
            while len(self._kept) > self.pages:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


STORE = PageStore()


def same_for_visitors(
    view: Callable[P, HttpResponseBase],
) -> Callable[P, HttpResponseBase]:
    """Keep the page of a GET by somebody without a session; the page must not carry a CSRF token."""

    @wraps(view)
    def kept(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = args[0]
        assert isinstance(request, HttpRequest)
        if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return view(*args, **kwargs)
        key = (request.get_full_path(), get_language() or "", request.COOKIES.get(SIZE_COOKIE, ""))
        now = monotonic()
        body = STORE.get(key, now)
        if body is not None:
            return HttpResponse(body)
        response = view(*args, **kwargs)
        if response.status_code == 200 and isinstance(response, HttpResponse):
            STORE.put(key, response.content, now)
        return response

    return kept
