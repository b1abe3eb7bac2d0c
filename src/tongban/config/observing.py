"""Request ids, metrics, health: what an operator watches."""

import re
import time
from collections.abc import Callable
from ipaddress import ip_address

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from tongban.foundation import telemetry
from tongban.foundation.requests import current_request_id, new_request_id
from tongban.sites.shared.policies import public

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


class RequestContextMiddleware:
    """Give every request an id (a proxy's is kept when well formed), send it back, and time the answer by route."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Not from `headers`, which would read every one of them for this.
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_request_id()
        token = current_request_id.set(request_id)
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
        finally:
            current_request_id.reset(token)
        match = request.resolver_match
        route = match.route if match else "none"
        telemetry.REQUESTS.labels(route, request.method, response.status_code).observe(
            time.perf_counter() - begun
        )
        response.headers["X-Request-ID"] = request_id
        return response


@public
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
def ready(_request: HttpRequest) -> JsonResponse:
    """The process can serve: its database is there and migrated; 503 with the reasons otherwise. What else fails is a notice."""
    reasons = telemetry.readiness()
    notices = () if reasons else telemetry.notices()
    told = {"ready": not reasons, "reasons": reasons, "notices": notices}
    return JsonResponse(told, status=503 if reasons else 200)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for callers on this machine or a private network; others find nothing here."""
    caller = request.META["REMOTE_ADDR"]
    # Behind a proxy every visitor comes from its private address: what is forwarded is never answered.
    if (
        "X-Forwarded-For" in request.headers
        or not caller
        or not (ip_address(caller).is_loopback or ip_address(caller).is_private)
    ):
        raise Http404
    return HttpResponse(telemetry.metrics(), content_type=telemetry.METRICS_TYPE)
