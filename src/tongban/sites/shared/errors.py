"""Pages for what went wrong. Those for a fault of the house need no database, and forbidden looks like unknown."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tongban.kernel.errors import TongbanError
from tongban.sites.shared.origins import page_before
from tongban.sites.shared.shell import bare_shell

View = Callable[..., HttpResponseBase]
ABOUT_TOKENS = "CSRF"
"""How Django's reasons begin when the token is missing or wrong; others name the origin or the referer."""
DATABASE_GONE = (OperationalError, InterfaceError)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    return _page(request, "shared/errors/404.html", 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same page as for what does not exist."""
    return not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    return _page(request, "shared/errors/400.html", 400)


def nothing_to_see(request: HttpRequest) -> HttpResponse:
    """The address of a form, opened like a page: from a bookmark, or by going back."""
    return _page(request, "shared/errors/405.html", 405)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also reached when a middleware, such as the session's, meets a database that is gone."""
    if isinstance(sys.exc_info()[1], DATABASE_GONE):
        return unavailable(request)
    return _bare_page(request, "shared/errors/500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is gone. What was saved is there when it returns; the browser may try again in a few seconds."""
    response = _bare_page(request, "shared/errors/503.html", 503)
    response.headers["Retry-After"] = "10"
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """More bytes are announced than any form may send; none of them has been read."""
    return _bare_page(request, "shared/errors/413.html", 413)


def after_stale_token(answer: View) -> Callable[[View], View]:
    """Of a view: what answers instead when the page posted to it carried an old token; it must save nothing."""

    def decorate(view: View) -> View:
        view.answers_stale_token = answer  # type: ignore[attr-defined]  # functions take attributes
        return view

    return decorate


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A POST whose sender is not certain. One from another site, told by its origin, never meets a form again."""
    match = request.resolver_match
    answer: View | None = getattr(match.func, "answers_stale_token", None) if match else None
    if match is not None and answer is not None and reason.startswith(ABOUT_TOKENS):
        return answer(request, **match.kwargs)
    return _page(request, "shared/errors/csrf.html", 403)


def refused(request: HttpRequest, trouble: TongbanError) -> HttpResponse:
    """An act the rules do not allow now: its sentence, and the way back."""
    return _page(request, "shared/errors/refused.html", 409, sentence=_(trouble.sentence))


def _page(request: HttpRequest, template: str, status: int, **context: str) -> HttpResponse:
    return HttpResponse(
        render_to_string(template, {"path": page_before(request), **context}, request), status=status
    )


def _bare_page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Rendered without the request: whose session it is, what was said to her, cannot be asked for now."""
    context = {"shell": bare_shell(request), "path": page_before(request), "messages": ()}
    return HttpResponse(render_to_string(template, context), status=status)
