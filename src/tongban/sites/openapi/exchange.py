"""Data over the API: a department's system asks another department through the exchange, for one of its cases (数据共享).

The three answers without data are three problems: 404 no such record, 403 not allowed, 502 the providing department does not answer; 503
is the platform itself, which hands nothing out when it cannot keep evidence of it.
"""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from tongban.domains.cases import selectors as cases
from tongban.domains.exchange import services
from tongban.domains.exchange.types import LookupRequest, LookupResult, Outcome, Refusal
from tongban.domains.identity import selectors as identity
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.sites.openapi import problems
from tongban.sites.openapi.clients import ApiRequest
from tongban.sites.openapi.idempotency import claim
from tongban.sites.openapi.schemas import IdempotencyKey, LookUpIn, LookUpOut

router = Router(tags=["exchange"])
_PROBLEMS = {
    Outcome.NOT_FOUND: (404, "RECORD_NOT_FOUND"),
    Outcome.NOT_ALLOWED: (403, "LOOK_UP_NOT_ALLOWED"),
    Outcome.UNAVAILABLE: (502, "PROVIDER_DOWN"),
    Outcome.NO_EVIDENCE: (503, "EVIDENCE_IMPOSSIBLE"),
}
RATE_WINDOW_S = 60
_DOWN = {"responses": {502: {"$ref": "#/components/responses/Problem"}}}


@router.post("/look-ups", response=LookUpOut, operation_id="look_up", openapi_extra=_DOWN)
def look_up(request: ApiRequest, body: LookUpIn, key: IdempotencyKey) -> dict[str, Any] | HttpResponse:
    """Values under a grant, for a stated purpose and an open case of this department; each look is logged on both sides.

    A key stands for one request. Sent again it is looked up again, for values are kept nowhere on the way.
    """
    at = clock.now()
    claim(request, department=request.auth.department, key=key, at=at)
    subject_id = identity.find_by_numbers([body.subject_number]).get(body.subject_number)
    item = cases.find_item(body.case, actor=request.auth.actor)
    if subject_id is None or item is None:
        return _refuse(request, body, at)
    result = services.look_up(
        LookupRequest(
            resource=body.resource,
            subject_id=subject_id,
            fields=tuple(dict.fromkeys(body.fields)),
            purpose=body.purpose,
            cause=body.case,
            item=item,
            system=request.auth.system,
        ),
        actor=request.auth.actor,
        at=at,
    )
    return _answer(result, at)


def _answer(result: LookupResult, at: datetime) -> dict[str, Any] | HttpResponse:
    if result.outcome is not Outcome.FOUND:
        members: dict[str, Any] = {"exchange_id": str(result.exchange_id)}  # JSON
        if result.refusal is not None:
            members["refusal"] = result.refusal.value
        if result.refusal is Refusal.OVER_RATE:
            answer = problems.problem(429, "RATE_LIMITED", result.message, **members)
            answer.headers["Retry-After"] = str(RATE_WINDOW_S)
            return answer
        status, code = _PROBLEMS[result.outcome]
        return problems.problem(status, code, result.message, **members)
    return {
        "exchange_id": result.exchange_id,
        "source": next((value.source for value in result.values.values()), ""),
        "as_of": at,
        "values": {field: value.value for field, value in result.values.items()},
        "message": result.message,
    }


def _refuse(request: ApiRequest, body: LookUpIn, at: datetime) -> HttpResponse:
    """Somebody the platform does not know, or a case that is not this department's: both answer as an unrelated case does."""
    audit.record(
        actor=request.auth.actor,
        action="LOOK_UP",
        at=at,
        object_type="exchange.Resource",
        object_id=body.resource,
        case_number=body.case,
        detail={"fields": body.fields, "purpose": body.purpose, "outcome": Outcome.NOT_ALLOWED.value},
    )
    sentence = _("对应的办件已经办结或与当事人无关，不能再查询。")
    status, code = _PROBLEMS[Outcome.NOT_ALLOWED]
    return problems.problem(status, code, sentence, refusal=Refusal.CAUSE_NOT_LIVE.value)
