"""Who acts, which answers leave the house, and what people see when something is gone."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.functional import SimpleLazyObject

from tongban.kernel.errors import TongbanError
from tongban.sites.shared import errors
from tongban.sites.shared.acting import actor_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger(__name__)


class ActorMiddleware:
    """Give the request its `actor` when first asked for; the policies put the plain value in its place."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]  # ActorRequest
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """A content security policy without inline code, and no caching of what belongs to a person."""

    POLICY = (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class RequestSizeMiddleware:
    """A request that announces too many bytes is refused by its header, before anybody reads or keeps them."""

    MAX_BYTES = 64 * 1024 * 1024
    """Three of the largest uploads together, as a supplement may bring them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        announced = request.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self.MAX_BYTES:
            return errors.too_large(request)
        return self.get_response(request)


class TroubleMiddleware:
    """Expected trouble that a view did not catch by name becomes a page that says what happened and what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = errors.nothing_to_see(request)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, trouble: Exception) -> HttpResponse | None:
        if isinstance(trouble, errors.DATABASE_GONE):
            log.exception("database_gone", exc_info=trouble)
            return errors.unavailable(request)
        if isinstance(trouble, TongbanError):
            if trouble.code.endswith("NOT_FOUND"):
                return errors.not_found(request, trouble)
            log.info("refused", code=trouble.code)
            return errors.refused(request, trouble)
        return None
