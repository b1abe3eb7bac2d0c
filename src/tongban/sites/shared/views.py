"""Preferences that belong to the browser, not to a person."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tongban.sites.shared.policies import ActorRequest, public
from tongban.sites.shared.shell import ELDER, SIZE_COOKIE

A_YEAR = 365 * 24 * 3600


@public
@require_POST
@csrf_exempt  # a forged request could only change the language or the size of type
def set_preference(request: ActorRequest) -> HttpResponse:
    """Remember language or size of type in a cookie and go back to the page."""
    response = HttpResponseRedirect(_way_back(request))
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    if "size" in request.POST:
        _keep(response, SIZE_COOKIE, ELDER if request.POST["size"] == ELDER else "standard")
    return response


def _way_back(request: ActorRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"


def _keep(response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
