"""Every error as `application/problem+json` (RFC 9457)."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

import structlog
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tongban.domains.cases.services import CheckSettled, IllegalTransition
from tongban.domains.cases.types import CheckOutcome
from tongban.foundation.credentials.refusals import CredentialRefused
from tongban.kernel.errors import TongbanError
from tongban.sites.openapi.clients import RateLimited
from tongban.sites.shared.errors import DATABASE_GONE

MEDIA_TYPE = "application/problem+json"
_TRY_AGAIN_S = 10
# What contradicts the state the case is in now; whatever else the rules refuse is about what was sent.
_CONFLICTS = frozenset(
    {
        "ILLEGAL_TRANSITION",
        "STALE_DOSSIER",
        "IDEMPOTENCY_KEY_REUSED",
        "SUPPLEMENT_ALREADY_REQUESTED",
        "ACCEPTED_BY_SILENCE",
        "MATERIAL_OUTSTANDING",
        "SUPPLEMENT_STILL_OPEN",
        "POINTS_OPEN",
        "CHECK_SETTLED",
        "CHECK_NOT_DUE",
        "CODE_USED",
    }
)

log = structlog.get_logger(__name__)


def problem(status: int, code: str, detail: str, **members: Any) -> JsonResponse:
    """A problem document; `code` is stable, `detail` is the sentence for people."""
    body = {
        "type": f"urn:tongban:problem:{code.lower().replace('_', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False}
    )


def register(api: NinjaAPI) -> None:
    """Answer each error the API can meet; what nobody expected is logged with its trace."""
    api.add_exception_handler(TongbanError, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _unauthorised)
    api.add_exception_handler(HttpError, _bad_request)
    api.add_exception_handler(Http404, _no_such_thing)
    for error in DATABASE_GONE:
        api.add_exception_handler(error, _unavailable)
    api.add_exception_handler(Exception, _unexpected)


def not_found(_request: HttpRequest, **_parts: str) -> HttpResponse:
    return problem(404, "NOT_FOUND", _("没有这个接口地址。请核对接口文档。"))


def as_problem(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view, with a wrong method answered as a problem too."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # a route's captures
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return not_found(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        wrong = problem(405, "METHOD_NOT_ALLOWED", _("这个地址不支持此请求方法。"))
        wrong.headers["Allow"] = response.headers["Allow"]
        return wrong

    return answered


def _refused(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(error, TongbanError)
    members: dict[str, Any] = {}
    if isinstance(error, IllegalTransition):
        members = {
            "current_status": error.status,
            "action": error.action,
            "wanted_status": sorted(error.goals),
        }
    if isinstance(error, CheckSettled):
        members = {
            "current_status": error.outcome,
            "action": "SETTLE_CHECK",
            "wanted_status": sorted(set(CheckOutcome) - {CheckOutcome.OPEN}),
        }
    if isinstance(error, CredentialRefused):
        members = {"reason": error.reason.value}
    response = problem(_status_of(error), error.code, _(error.sentence), **members)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="tongban"'
    return response


def _status_of(error: TongbanError) -> int:
    if error.code.endswith("NOT_FOUND"):
        return HTTPStatus.NOT_FOUND
    if error.code == "INVALID_CLIENT":
        return HTTPStatus.UNAUTHORIZED
    if isinstance(error, RateLimited):
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.CONFLICT if error.code in _CONFLICTS else HTTPStatus.UNPROCESSABLE_ENTITY


def _invalid(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(error, ValidationError)
    # What was sent may be personal data: the answer names places, not values.
    places = [
        {"pointer": "/".join(str(part) for part in one["loc"]), "problem": one["msg"]} for one in error.errors
    ]
    return problem(422, "INVALID_REQUEST", _("请求内容不符合接口文档。各处问题见 errors。"), errors=places)


def _unauthorised(_request: HttpRequest, _error: Exception | type[Exception]) -> HttpResponse:
    response = problem(401, "TOKEN_REFUSED", _("访问令牌缺失、失效或不正确。请重新申请令牌。"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _bad_request(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(error, HttpError)
    return problem(error.status_code, "BAD_REQUEST", _("无法读取请求内容。请检查格式。"))


def _no_such_thing(_request: HttpRequest, _error: Exception | type[Exception]) -> HttpResponse:
    return problem(404, "NOT_FOUND", _("没有找到所请求的内容。"))


def _unavailable(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    log.error("database_gone", error=type(error).__name__)
    response = problem(503, "UNAVAILABLE", _("平台暂时不可用，没有写入任何内容。请稍后用同一个键重试。"))
    response.headers["Retry-After"] = str(_TRY_AGAIN_S)
    return response


def _unexpected(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    log.error("api.failed", exc_info=error)
    return problem(500, "INTERNAL_ERROR", _("平台出现故障，已经记录。请稍后用同一个键重试。"))
