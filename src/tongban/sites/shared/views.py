"""The page that changes a preference of the browser."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tongban.sites.shared.policies import ActorRequest, public
from tongban.sites.shared.preferences import keep_preference
from tongban.sites.shared.shell import ELDER, SIZE_COOKIE


@public
@require_POST
@csrf_exempt  # a forged request could only change the language or the size of type
def set_preference(request: ActorRequest) -> HttpResponse:
    """Remember language or size of type in a cookie and go back to the page."""
    response = HttpResponseRedirect(_way_back(request))
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        keep_preference(response, settings.LANGUAGE_COOKIE_NAME, language)
    if "size" in request.POST:
        keep_preference(response, SIZE_COOKIE, ELDER if request.POST["size"] == ELDER else "standard")
    return response


def _way_back(request: ActorRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"
