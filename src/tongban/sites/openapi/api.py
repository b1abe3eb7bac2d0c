"""The API of department systems (开放接口), version 1: pull my cases, push status and result.

A system works its cases with the verbs and under the rules of the console: another department's case is not there, every act names
the revision it saw and carries an idempotency key.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Form, Query

from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services
from tongban.domains.cases.types import (
    ActReceipt,
    CheckOutcome,
    Dossier,
    QueueFilters,
    QueueView,
    SupplementItem,
    TickMark,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.eforms import selectors as eforms
from tongban.domains.eforms.types import AttachmentStatus
from tongban.domains.identity import selectors as identity
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.sites.openapi import clients, exchange, licences, problems, verifications, webhooks
from tongban.sites.openapi.clients import ApiRequest
from tongban.sites.openapi.document import DepartmentApi
from tongban.sites.openapi.idempotency import Answer, answer_once
from tongban.sites.openapi.schemas import (
    ActIn,
    ActOut,
    CaseNumber,
    CaseOut,
    CasePageOut,
    CorrectionIn,
    EventsOut,
    ExtensionIn,
    FindingIn,
    GrantIn,
    HandOverIn,
    IdempotencyKey,
    MarksIn,
    NonAcceptanceIn,
    OfficersOut,
    ProcedureIn,
    ReasonIn,
    RefusalIn,
    ReplayIn,
    ReplayOut,
    SecretOut,
    ServiceIn,
    SupplementIn,
    SuspensionIn,
    TokenOut,
    WebhookIn,
    WebhookOut,
)

api = DepartmentApi(
    title="通办开放接口",
    version="1",
    description="供部门业务系统拉取办件、回传办理进展和结果。错误一律为 application/problem+json（RFC 9457）。",
    docs_url=None,
    auth=clients.BearerToken(),
    urls_namespace="v1",
)
problems.register(api)
api.add_router("", licences.router)
api.add_router("/exchange", exchange.router)
api.add_router("", verifications.router)


@api.post("/token", auth=None, response=TokenOut, tags=["credentials"], operation_id="issue_token")
def issue_token(
    request: HttpRequest,
    grant_type: Annotated[str, Form(pattern="^client_credentials$")],
    client_id: Annotated[str, Form(max_length=64)] = "",
    client_secret: Annotated[str, Form(max_length=200)] = "",
) -> dict[str, Any]:
    """OAuth 2.0 client credentials (RFC 6749 §4.4): by HTTP Basic or in the form."""
    del grant_type  # its pattern admits one value
    basic = _basic_credentials(request)
    token = clients.issue_token(*(basic or (client_id, client_secret)), address=_address(request))
    return {"access_token": token, "token_type": "Bearer", "expires_in": clients.TOKEN_SECONDS}


@api.get("/cases", response=CasePageOut, tags=["cases"], operation_id="list_cases")
def list_cases(
    request: ApiRequest,
    view: QueueView = QueueView.OPEN,
    basic_code: Annotated[str, Query(pattern="^[0-9A-Z]{0,20}$")] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """One page of my department's cases, the most urgent first; `next_cursor` leads to the next."""
    page = cases.list_queue(
        actor=request.auth.actor,
        view=view,
        filters=QueueFilters(basic_code=basic_code),
        cursor=cursor or None,
        at=clock.now(),
        limit=limit,
    )
    return {"items": page.rows, "next_cursor": page.next_cursor}


@api.get("/cases/{number}", response=CaseOut, tags=["cases"], operation_id="get_case")
def get_case(request: ApiRequest, number: CaseNumber) -> dict[str, Any]:
    """One case with its form, attachments, examination points and what may be done now; the look is audited."""
    dossier = services.open_dossier(number, actor=request.auth.actor, at=clock.now())
    return _case(dossier)


@api.get(
    "/cases/{number}/attachments/{attachment_id}",
    tags=["cases"],
    operation_id="get_attachment",
    openapi_extra={
        "responses": {
            200: {
                "description": "OK",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def get_attachment(request: ApiRequest, number: CaseNumber, attachment_id: UUID) -> HttpResponse:
    """The file as it was handed in, once it has passed the virus scan."""
    at = clock.now()
    dossier = cases.get_dossier(number, actor=request.auth.actor, at=at)
    for attachment in dossier.attachments:
        if attachment.id == attachment_id and attachment.status is AttachmentStatus.CLEAN:
            break
    else:
        raise cases.CaseNotFound(f"no clean attachment {attachment_id} in {number}")
    content = eforms.open_attachment(attachment_id)
    audit.record(
        actor=request.auth.actor,
        action="ATTACHMENT_OPENED",
        at=at,
        object_type="attachment",
        object_id=str(attachment_id),
        subject_id=dossier.applicant_id,
        case_number=number,
    )
    disposition = content_disposition_header(as_attachment=True, filename=attachment.filename)
    return HttpResponse(
        content.data,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition or "attachment"},
    )


@api.get("/cases/{number}/officers", response=OfficersOut, tags=["cases"], operation_id="list_officers")
def list_officers(request: ApiRequest, number: CaseNumber) -> dict[str, Any]:
    """Whom the case can be handed over to: the officers in post in its department."""
    at = clock.now()
    dossier = cases.get_dossier(number, actor=request.auth.actor, at=at)
    officers = identity.list_officers(dossier.department, at=at)
    return {"items": [{"id": one.account_id, "name": one.name, "post": one.post} for one in officers]}


@api.post("/cases/{number}/accept", response=ActOut, tags=["acts"], operation_id="accept")
def accept(request: ApiRequest, number: CaseNumber, body: ActIn, key: IdempotencyKey) -> Answer:
    """受理."""
    return _once(request, key, lambda: services.accept_case(**_act(request, number, body)))


@api.post(
    "/cases/{number}/request-supplement", response=ActOut, tags=["acts"], operation_id="request_supplement"
)
def request_supplement(
    request: ApiRequest, number: CaseNumber, body: SupplementIn, key: IdempotencyKey
) -> Answer:
    """补正告知: once, all of it at once."""
    items = [SupplementItem(**item.model_dump()) for item in body.items]
    return _once(
        request,
        key,
        lambda: services.request_supplement(
            **_act(request, number, body), items=items, answer_by=body.answer_by
        ),
    )


@api.post(
    "/cases/{number}/refuse-acceptance", response=ActOut, tags=["acts"], operation_id="refuse_acceptance"
)
def refuse_acceptance(
    request: ApiRequest, number: CaseNumber, body: NonAcceptanceIn, key: IdempotencyKey
) -> Answer:
    """不予受理, with the reason and where to go instead."""
    return _once(
        request,
        key,
        lambda: services.refuse_acceptance(
            **_act(request, number, body), reason=body.reason, where_to_go=body.where_to_go
        ),
    )


@api.post("/cases/{number}/points", response=ActOut, tags=["acts"], operation_id="tick_points")
def tick_points(request: ApiRequest, number: CaseNumber, body: MarksIn, key: IdempotencyKey) -> Answer:
    """What was found at each examination point."""
    marks = [TickMark(mark.point, mark.passed, mark.note) for mark in body.marks]
    return _once(request, key, lambda: services.tick_points(**_act(request, number, body), marks=marks))


@api.post(
    "/cases/{number}/finish-examination", response=ActOut, tags=["acts"], operation_id="finish_examination"
)
def finish_examination(request: ApiRequest, number: CaseNumber, body: ActIn, key: IdempotencyKey) -> Answer:
    """完成审查."""
    return _once(request, key, lambda: services.finish_examination(**_act(request, number, body)))


@api.post("/cases/{number}/suspend", response=ActOut, tags=["acts"], operation_id="suspend")
def suspend(request: ApiRequest, number: CaseNumber, body: SuspensionIn, key: IdempotencyKey) -> Answer:
    """Start a special procedure, whose days do not count (行政许可法 §45)."""
    return _once(
        request,
        key,
        lambda: services.suspend(**_act(request, number, body), procedure=body.procedure, days=body.days),
    )


@api.post("/cases/{number}/resume", response=ActOut, tags=["acts"], operation_id="resume")
def resume(request: ApiRequest, number: CaseNumber, body: ActIn, key: IdempotencyKey) -> Answer:
    """The special procedure has its result."""
    return _once(request, key, lambda: services.resume(**_act(request, number, body)))


@api.post("/cases/{number}/extend", response=ActOut, tags=["acts"], operation_id="extend")
def extend(request: ApiRequest, number: CaseNumber, body: ExtensionIn, key: IdempotencyKey) -> Answer:
    """Extend once, by leave of the head (行政许可法 §42)."""
    return _once(
        request,
        key,
        lambda: services.extend(
            **_act(request, number, body),
            days=body.days,
            approved_by=body.approved_by,
            reason=body.reason,
        ),
    )


@api.post("/cases/{number}/record-procedure", response=ActOut, tags=["acts"], operation_id="record_procedure")
def record_procedure(
    request: ApiRequest, number: CaseNumber, body: ProcedureIn, key: IdempotencyKey
) -> Answer:
    """An on-site check or a public notice with its days; the clock runs on."""
    return _once(
        request,
        key,
        lambda: services.record_procedure(
            **_act(request, number, body),
            kind=body.kind,
            began_on=body.began_on,
            ended_on=body.ended_on,
            officers=body.officers,
            finding=body.finding,
        ),
    )


@api.post(
    "/cases/{number}/return-to-examination",
    response=ActOut,
    tags=["acts"],
    operation_id="return_to_examination",
)
def return_to_examination(
    request: ApiRequest, number: CaseNumber, body: ReasonIn, key: IdempotencyKey
) -> Answer:
    """退回审查: what is still to be looked at; the clock runs on."""
    return _once(
        request,
        key,
        lambda: services.return_to_examination(**_act(request, number, body), reason=body.reason),
    )


@api.post("/cases/{number}/terminate", response=ActOut, tags=["acts"], operation_id="terminate")
def terminate(request: ApiRequest, number: CaseNumber, body: ReasonIn, key: IdempotencyKey) -> Answer:
    """终止: an accepted case that can no longer be decided."""
    return _once(
        request,
        key,
        lambda: services.terminate(**_act(request, number, body), reason=body.reason),
    )


@api.post("/cases/{number}/grant", response=ActOut, tags=["acts"], operation_id="grant")
def grant(request: ApiRequest, number: CaseNumber, body: GrantIn, key: IdempotencyKey) -> Answer:
    """准予; the licences are issued in the same transaction."""
    return _once(
        request,
        key,
        lambda: services.grant(
            **_act(request, number, body),
            result_fields=body.result_fields,
            flag_reason=body.flag_reason,
        ),
    )


@api.post("/cases/{number}/refuse", response=ActOut, tags=["acts"], operation_id="refuse")
def refuse(request: ApiRequest, number: CaseNumber, body: RefusalIn, key: IdempotencyKey) -> Answer:
    """不予许可, on failed points and bases of the item (行政许可法 §38)."""
    return _once(
        request,
        key,
        lambda: services.refuse(
            **_act(request, number, body),
            failed_points=body.failed_points,
            reason=body.reason,
            legal_basis=body.legal_basis,
        ),
    )


@api.post("/cases/{number}/serve", response=ActOut, tags=["acts"], operation_id="serve")
def serve(request: ApiRequest, number: CaseNumber, body: ServiceIn, key: IdempotencyKey) -> Answer:
    """送达, with its proof."""
    return _once(
        request,
        key,
        lambda: services.serve(**_act(request, number, body), method=body.method, proof=body.proof),
    )


@api.post("/cases/{number}/correct", response=ActOut, tags=["acts"], operation_id="correct")
def correct(request: ApiRequest, number: CaseNumber, body: CorrectionIn, key: IdempotencyKey) -> Answer:
    """更正: one answer of the form; what stood there, the reason and the department are kept."""
    return _once(
        request,
        key,
        lambda: services.correct(
            **_act(request, number, body), key=body.field, value=body.value, reason=body.reason
        ),
    )


@api.post("/cases/{number}/hand-over", response=ActOut, tags=["acts"], operation_id="hand_over")
def hand_over(request: ApiRequest, number: CaseNumber, body: HandOverIn, key: IdempotencyKey) -> Answer:
    """移交: another officer of the case's department is in charge."""
    return _once(request, key, lambda: services.hand_over(**_act(request, number, body), to=body.to))


@api.post("/cases/{number}/settle-check", response=ActOut, tags=["acts"], operation_id="settle_check")
def settle_check(request: ApiRequest, number: CaseNumber, body: FindingIn, key: IdempotencyKey) -> Answer:
    """核查结论 of a promise or of a material that was to follow; the last one closes the case."""
    return _once(
        request,
        key,
        lambda: services.settle_check(
            **_act(request, number, body),
            check_id=body.check,
            outcome=CheckOutcome(body.outcome),
            note=body.note,
        ),
    )


@api.put("/webhook", response=WebhookOut, tags=["events"], operation_id="set_webhook")
def set_webhook(request: ApiRequest, body: WebhookIn) -> dict[str, Any]:
    """Register where events are sent; the signing secret is shown the first time."""
    return {"url": body.url, "secret": webhooks.set_webhook(request.auth.client_id, body.url)}


@api.post("/webhook/rotate-secret", response=SecretOut, tags=["events"], operation_id="rotate_webhook_secret")
def rotate_webhook_secret(request: ApiRequest) -> dict[str, str]:
    """A new signing secret; for 24 hours the old one signs as well."""
    return {"secret": webhooks.rotate_secret(request.auth.client_id, at=clock.now())}


@api.get("/events", response=EventsOut, tags=["events"], operation_id="list_events")
def list_events(
    request: ApiRequest,
    after: Annotated[int, Query(ge=0, le=9_223_372_036_854_775_807)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Events of the last 30 days after a sequence number, for systems that would rather ask than be told."""
    found = webhooks.list_events(request.auth.client_id, after=after, limit=limit)
    return {"items": found, "last_sequence": int(found[-1]["sequence"]) if found else after}


@api.post("/events/replay", response=ReplayOut, tags=["events"], operation_id="replay_events")
def replay_events(request: ApiRequest, body: ReplayIn) -> dict[str, int]:
    """Send the events after a sequence number to the webhook again."""
    return {"events": webhooks.replay(request.auth.client_id, after=body.after)}


def _act(request: ApiRequest, number: str, body: ActIn) -> dict[str, Any]:
    """What every act names; the services' own signatures type it."""
    return {
        "case_number": number,
        "revision": body.revision,
        "actor": request.auth.actor,
        "at": clock.now(),
    }


def _once(request: ApiRequest, key: str, act: Callable[[], ActReceipt]) -> Answer:
    return answer_once(
        request,
        department=request.auth.department,
        key=key,
        at=clock.now(),
        act=lambda: ActOut.model_validate(act()).model_dump(mode="json"),
    )


def _case(dossier: Dossier) -> dict[str, Any]:
    substance = catalogue.get_guide_by_versions(
        dossier.substance_version_id, dossier.procedure_version_id
    ).substance
    ticks = {tick.point: tick for tick in dossier.ticks}
    points = [
        {
            "code": point.code,
            "stage": point.stage,
            "text": point.text,
            "passed": ticks[point.code].passed if point.code in ticks else None,
            "note": ticks[point.code].note if point.code in ticks else "",
        }
        for point in substance.points
    ]
    fields = {name: getattr(dossier, name) for name in CaseOut.model_fields if hasattr(dossier, name)}
    return fields | {
        "due_on": dossier.due.due_on if dossier.due is not None else None,
        "points": points,
        "legal_basis": [
            {"id": basis.id, "law": basis.law, "article": basis.article}
            for basis in substance.legal_basis
            if not basis.is_repealed
        ],
        "allowed_actions": sorted(dossier.allowed_actions),
    }


def _address(request: HttpRequest) -> str:
    """The caller's address by the rules of sign-in; empty behind a socket that tells none."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def _basic_credentials(request: HttpRequest) -> tuple[str, str] | None:
    scheme, _blank, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (ValueError, binascii.Error) as error:
        raise clients.InvalidClient("basic credentials do not read") from error
    if not colon:
        raise clients.InvalidClient("basic credentials without a colon")
    return client_id, secret
