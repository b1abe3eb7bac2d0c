"""Public documents that credentials point to: keys of their issuers, status lists, what their types are called.

Their addresses are written into credentials that phones keep, so they stay as they are.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from tongban.domains.licences import selectors, services
from tongban.foundation import clock
from tongban.kernel.errors import TongbanError
from tongban.sites.openapi import problems
from tongban.sites.shared.policies import Policy, mark

View = Callable[..., HttpResponse]


def document(view: View) -> View:
    """A public view of one document: read by anybody from anywhere, kept for a while, a problem where there is none."""

    @wraps(view)
    def answered(request: HttpRequest, **named: Any) -> HttpResponse:  # a route's captures
        try:
            response = view(request, **named)
        except TongbanError as missing:
            response = problems.problem(404, missing.code, missing.sentence)
        # Nothing of a person is in it, so pages of other houses may read it too.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    found: View = mark(require_safe(answered), Policy.PUBLIC)
    return found


@document
def show_issuer(request: HttpRequest, code: str) -> HttpResponse:
    """JWT VC Issuer Metadata."""
    del request
    return _kept(JsonResponse(services.issuer_metadata(code, at=clock.now())), services.TTL_S)


@document
def show_status_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """A Status List Token."""
    del request
    token = services.signed_list(list_id, at=clock.now())
    return _kept(HttpResponse(token, content_type="application/statuslist+jwt"), services.TTL_S)


@document
def show_type(request: HttpRequest, code: str) -> HttpResponse:
    """SD-JWT VC Type Metadata."""
    del request
    found = JsonResponse(
        services.type_metadata(selectors.get_type(code)), json_dumps_params={"ensure_ascii": False}
    )
    return _kept(found, 3600)


def _kept(response: HttpResponse, seconds: int) -> HttpResponse:
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


app_name = "credentials"
urlpatterns: list[URLPattern] = [
    path(".well-known/jwt-vc-issuer/issuers/<str:code>", show_issuer, name="issuer"),
    path("status-lists/<uuid:list_id>", show_status_list, name="status_list"),
    path("credential-types/<str:code>", show_type, name="type"),
]
