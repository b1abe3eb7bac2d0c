"""Pages that are the same for every visitor are kept for some seconds in the process, finished bytes and all.

A view says so with `same_for_visitors`; the middleware stands before session, language and CSRF and answers from what is kept.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch
from django.utils.translation import get_language_from_request

from tongban.sites.shared.shell import SIZE_COOKIE

KEPT_SECONDS = 5.0
"""A published change is on the page at most this much later."""
KEPT_PAGES = 512

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Key = tuple[str | None, ...]
GetResponse = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer without what belongs to one request; `match` names the route for the metrics."""

    body: bytes
    headers: dict[str, str]
    match: ResolverMatch


class PageStore:
    """The most recently asked pages, each for a few seconds; safe among threads."""

    def __init__(self, seconds: float = KEPT_SECONDS, pages: int = KEPT_PAGES) -> None:
        self.seconds = seconds
        self.pages = pages
        self._lock = Lock()
        self._kept: OrderedDict[Key, tuple[float, KeptPage]] = OrderedDict()

    def get(self, key: Key, now: float) -> KeptPage | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None or now - found[0] > self.seconds:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Key, page: KeptPage, now: float) -> None:
        with self._lock:
            self._kept[key] = (now, page)
            self._kept.move_to_end(key)
            while len(self._kept) > self.pages:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


STORE = PageStore()


def same_for_visitors(view: View) -> View:
    """Say that a view's page depends on address, language and size of type alone for whoever has no session."""
    view.same_for_visitors = True  # type: ignore[attr-defined]  # functions take attributes
    return view


class VisitorPagesMiddleware:
    """Answer a GET without a session from the kept pages, before anything else looks at it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.personal = frozenset({settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name})

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or not self.personal.isdisjoint(request.COOKIES):
            return self.get_response(request)
        key = (
            request.scheme,
            request.get_full_path(),
            get_language_from_request(request),
            request.COOKIES.get(SIZE_COOKIE),
        )
        now = monotonic()
        page = STORE.get(key, now)
        if page is not None:
            request.resolver_match = page.match
            return HttpResponse(page.body, headers=page.headers)
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and isinstance(response, HttpResponse) and _may_keep(match, response):
            STORE.put(key, KeptPage(response.content, dict(response.items()), match), now)
        return response


def _may_keep(match: ResolverMatch, response: HttpResponse) -> bool:
    """Whether the view says so and nothing of this one visitor went into the page: with a CSRF token comes its cookie."""
    return (
        getattr(match.func, "same_for_visitors", False)
        and response.status_code == 200
        and not response.cookies
    )
