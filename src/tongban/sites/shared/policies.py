"""Who may open a route. Every route carries one policy; a system check refuses to start with one that has none.

Unknown and forbidden look the same: what a person may not open answers 404, like what does not exist.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, Error, register
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, get_resolver
from django_htmx.middleware import HtmxDetails

from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.sites.shared.acting import actor_of
from tongban.sites.shared.origins import page_before

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[..., Any]  # a view of Django takes whatever its route captures


class Policy(StrEnum):
    PUBLIC = "PUBLIC"
    SIGNED_IN = "SIGNED_IN"
    CITIZEN = "CITIZEN"
    """Signed in and identified as a person: has somebody in whose name to act."""
    OFFICER = "OFFICER"
    DEPARTMENT_SYSTEM = "DEPARTMENT_SYSTEM"


class ActorRequest(HttpRequest):
    """A request as our middleware leaves it; only ever used as a type."""

    actor: Actor
    htmx: HtmxDetails


ActorView = Callable[Concatenate[ActorRequest, P], HttpResponseBase]
PlainView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def mark(view: View, policy: Policy) -> View:
    """Record the policy on a view that enforces it itself (allauth's, the API's)."""
    view.policy = policy  # type: ignore[attr-defined]  # functions take attributes
    return view


def mark_all(patterns: Iterable[URLPattern | URLResolver], policies: dict[str, Policy]) -> None:
    """Record policies on routes of others by route name; a route not named stays without and fails the check."""
    for pattern in _leaves(patterns):
        if pattern.name in policies:
            mark(pattern.callback, policies[pattern.name])


def wrap_all(patterns: Iterable[URLPattern | URLResolver], wrapper: Callable[[View], View]) -> None:
    """Put a wrapper around the views of others' routes."""
    for pattern in _leaves(patterns):
        pattern.callback = wrapper(pattern.callback)


def public(view: ActorView[P]) -> PlainView[P]:
    """Anybody."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(_acting(request), *args, **kwargs)

    return cast(PlainView[P], mark(guarded, Policy.PUBLIC))  # mark returns the same function


def signed_in(view: ActorView[P]) -> PlainView[P]:
    """Anybody with an account; others are led to the log-in page and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in(request)
        return view(_acting(request), *args, **kwargs)

    return cast(PlainView[P], mark(guarded, Policy.SIGNED_IN))  # mark returns the same function


def citizen(view: ActorView[P]) -> PlainView[P]:
    """A person who has proved who she is, or acts for somebody; others are led to do so first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in(request)
        acting = _acting(request)
        if acting.actor.kind is not ActorKind.CITIZEN or acting.actor.acting_for is None:
            return redirect("portal:identify")
        return view(acting, *args, **kwargs)

    return cast(PlainView[P], mark(guarded, Policy.CITIZEN))  # mark returns the same function


def officer(*roles: Role) -> Callable[[ActorView[P]], PlainView[P]]:
    """An officer in post who holds one of the roles; without roles named, any officer. Others find nothing here."""

    def decorate(view: ActorView[P]) -> PlainView[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _log_in(request)
            acting = _acting(request)
            if not acting.actor.is_officer or (roles and not acting.actor.has_role(*roles)):
                raise Http404
            return view(acting, *args, **kwargs)

        marked = mark(guarded, Policy.OFFICER)
        marked.roles = frozenset(roles)  # type: ignore[attr-defined]  # functions take attributes
        return cast(PlainView[P], marked)  # mark returns the same function

    return decorate


def department_system(view: View) -> View:
    """A department's own system; its credentials are checked by the API before the view runs."""
    return mark(view, Policy.DEPARTMENT_SYSTEM)


def log_in(request: HttpRequest, back_to: str) -> HttpResponse:
    """Lead to the log-in page and from there to a path; a page that asked in the background is led there whole."""
    login = redirect_to_login(back_to)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": login["Location"]})
    return login


def account_id(request: ActorRequest) -> UUID:
    """Id of the signed-in account; only behind a policy that wants one."""
    found = request.user.pk
    assert isinstance(found, UUID)
    return found


def policy_of(pattern: URLPattern) -> Policy | None:
    """The policy of a route, None when nobody gave it one."""
    found = getattr(pattern.callback, "policy", None)
    return found if isinstance(found, Policy) else None


def routes() -> Iterator[URLPattern]:
    """Every route of the installation."""
    yield from _leaves(get_resolver().url_patterns)


@register()
def every_route_has_a_policy(**_options: object) -> list[CheckMessage]:
    return [
        Error(
            f"route {pattern.name or pattern.pattern} has no policy",
            hint="decorate its view with one of tongban.sites.shared.policies",
            obj=pattern.lookup_str,
            id="tongban.E001",
        )
        for pattern in routes()
        if policy_of(pattern) is None
    ]


def _acting(request: HttpRequest) -> ActorRequest:
    """The request with its actor as a plain value."""
    acting = cast(ActorRequest, request)  # the middleware gives each request what an ActorRequest has
    acting.actor = actor_of(request)
    return acting


def _leaves(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern


def _log_in(request: HttpRequest) -> HttpResponse:
    """Lead to the log-in page and back; an expired session during a POST leads back to the page it came from."""
    return log_in(request, page_before(request))
