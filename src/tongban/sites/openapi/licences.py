"""Licences over the API: fetching one for a case or with consent, and asking for consent (授权用证)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from tongban.domains.catalogue import services as cataloguing
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import selectors
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import CheckedFile, ConsentAsk, FetchOutcome, FetchRequest
from tongban.foundation import clock
from tongban.foundation.storage.uploads import MAX_BYTES
from tongban.sites.openapi import problems
from tongban.sites.openapi.clients import ApiRequest
from tongban.sites.openapi.schemas import (
    CodeUseIn,
    CodeUseLineOut,
    CodeUseOut,
    ConsentIn,
    ConsentOut,
    FileCheckOut,
    LicenceUseIn,
    LicenceUseOut,
)

router = Router(tags=["licences"])
_REFUSALS = {
    FetchOutcome.NOT_FOUND: (404, "LICENCE_NOT_FOUND"),
    FetchOutcome.NOT_ALLOWED: (403, "LICENCE_USE_NOT_ALLOWED"),
    FetchOutcome.NO_CONSENT: (403, "LICENCE_CONSENT_MISSING"),
}


@router.post("/licence-uses", response=LicenceUseOut, operation_id="use_licence")
def use_licence(request: ApiRequest, body: LicenceUseIn) -> LicenceUseOut | HttpResponse:
    """One licence for a purpose: the data, or one of three refusals; the holder sees each use."""
    result = licences.fetch_for_department(
        FetchRequest(
            holder_id=_find_holder(body.holder_number),
            licence_type=body.licence_type,
            purpose=body.purpose,
            case_number=body.case,
            fields=tuple(body.fields),
        ),
        actor=request.auth.actor,
        at=clock.now(),
    )
    if result.licence is None:
        return problems.problem(*_REFUSALS[result.outcome], result.message)
    return LicenceUseOut.model_validate(result.licence, from_attributes=True)


@router.post("/licence-uses/by-code", response=CodeUseOut, operation_id="use_licences_by_code")
def use_licences_by_code(request: ApiRequest, body: CodeUseIn) -> CodeUseOut:
    """证照免带: what the code shown at a window supplies of one item's material list."""
    found = cataloguing.pull_for_item(
        basic_code=body.item,
        division=body.division,
        code=body.code,
        actor=request.auth.actor,
        at=clock.now(),
    )
    return CodeUseOut(
        holder_name=found.holder_name,
        item_name=found.item_name,
        materials=[
            CodeUseLineOut(
                material=line.verdict.material.code,
                name=line.verdict.material.name,
                must_bring=line.verdict.must_ask,
                licence=LicenceUseOut.model_validate(line.licence, from_attributes=True)
                if line.licence
                else None,
            )
            for line in found.lines
        ],
    )


@router.post("/licence-consents", response=ConsentOut, operation_id="ask_consent")
def ask_consent(request: ApiRequest, body: ConsentIn) -> dict[str, Any]:
    """Ask a holder to let this department use licences of hers; she answers in her wallet."""
    holder_id = _find_holder(body.holder_number)
    if holder_id is None:
        raise identity.SubjectNotFound("nobody with this number")
    consent = licences.ask_consent(
        ConsentAsk(
            holder_id=holder_id,
            purpose=body.purpose,
            scope={code: tuple(fields) for code, fields in body.scope.items()},
            is_once=body.once,
            until=body.until,
        ),
        actor=request.auth.actor,
        at=clock.now(),
    )
    return {"id": consent.id, "status": consent.status, "valid_to": consent.valid_to}


@router.get("/licence-consents/{consent_id}", response=ConsentOut, operation_id="get_consent")
def get_consent(request: ApiRequest, consent_id: UUID) -> dict[str, Any]:
    """What the holder answered."""
    consent = selectors.find_consent_of_department(consent_id, request.auth.department)
    if consent is None:
        raise licences.ConsentNotFound(f"consent {consent_id}")
    return {"id": consent.id, "status": consent.status, "valid_to": consent.valid_to}


@router.post(
    "/licence-files/check",
    response=FileCheckOut,
    operation_id="check_licence_file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def check_licence_file(request: ApiRequest) -> CheckedFile | HttpResponse:
    """What a licence's file is, sent as the body: a PDF, or a signed data file. Nothing of it is kept.

    A file that is not to be relied on answers 422 with `LICENCE_FILE_` and the reason.
    """
    content = request.read(MAX_BYTES + 1)
    try:
        return licences.check_file(content, at=clock.now())
    except licences.FileRefused as refused:
        return problems.problem(422, f"LICENCE_FILE_{refused.reason}", _(refused.sentence))


def _find_holder(number: str) -> UUID | None:
    """Whose number it is, a person's or an entity's."""
    for kind in SubjectKind:
        found = identity.find_subject(kind, number.upper())
        if found is not None:
            return found.id
    return None
