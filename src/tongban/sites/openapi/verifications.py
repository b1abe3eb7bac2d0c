"""The verifier's API: what a holder shows is checked once, with everything it takes to check without a network.

A verifier comes with its code and secret as `Bearer CODE.SECRET`, a department's system with its token.
"""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop
from ninja import Query, Router, Schema
from ninja.security import HttpBearer
from pydantic import StringConstraints

from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import Audience, LicenceStatus, Purpose, VerifierKind
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.sites.openapi import clients
from tongban.sites.openapi.clients import ApiCaller
from tongban.sites.openapi.schemas import Strict

router = Router()


class VerifierCaller:
    """A verifier's system: on whose behalf it asks, and to whom was shown what it may see."""

    def __init__(self, actor: Actor, audience: Audience) -> None:
        self.actor, self.audience = actor, audience


class VerifierKey(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> VerifierCaller | None:  # noqa: ARG002 - ninja's
        code, dot, secret = token.partition(".")
        verifier = selectors.authenticate_verifier(code, secret) if dot else None
        if verifier is None:
            return None
        return VerifierCaller(services.actor_of(verifier), selectors.as_audience(verifier))


class VerifierRequest(HttpRequest):
    """A request that passed one of the two; only ever used as a type."""

    auth: VerifierCaller | ApiCaller


class VerificationIn(Strict):
    """Either the digits of a code, or what a phone showed with the number it was shown for."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")] | None = None
    presentation: (
        Annotated[str, StringConstraints(min_length=1, max_length=65_536, pattern=r"^[\x21-\x7e]+$")] | None
    ) = None
    nonce: (
        Annotated[str, StringConstraints(min_length=6, max_length=64, pattern=r"^[0-9A-Za-z._-]+$")] | None
    ) = None


class ShownFieldOut(Schema):
    name: str
    caption: str
    value: str


class VerificationOut(Schema):
    id: str
    at: datetime
    is_good: bool
    status: LicenceStatus
    purpose: Purpose
    audience_name: str
    licence_name: str
    issuer_name: str
    valid_to: date | None
    fields: list[ShownFieldOut]
    receipt: str
    """The platform's signed statement (JWT) of all this, to be kept."""


class IssuerKeysOut(Schema):
    issuer: str
    keys: list[dict[str, Any]]


class VerificationDataOut(Schema):
    made_at: datetime
    ttl_s: int
    issuers: list[IssuerKeysOut]
    lists: list[str]
    types: list[dict[str, Any]]


class VerifierOut(Schema):
    code: str
    name: str
    kind: VerifierKind
    address: str


class VerifiersOut(Schema):
    items: list[VerifierOut]


class NothingShown(TongbanError):
    """Neither a code nor a presentation with its number, or both."""

    code: ClassVar[str] = "NOTHING_SHOWN"
    default_sentence: ClassVar[str] = gettext_noop(
        "请给出 8 位数字 code，或者 presentation 和它的 nonce，二者之一。"
    )


@router.post(
    "/verifications",
    auth=[VerifierKey(), clients.BearerToken()],
    response=VerificationOut,
    tags=["verification"],
    operation_id="verify_licence",
)
def verify_licence(request: VerifierRequest, body: VerificationIn) -> dict[str, Any]:
    """核验: what was shown to me, once; the holder finds it in her list."""
    caller, at = request.auth, clock.now()
    audience = (
        caller.audience if isinstance(caller, VerifierCaller) else selectors.get_audience(caller.department)
    )
    if body.code is not None and body.presentation is None and body.nonce is None:
        found = services.redeem(code=body.code, audience=audience, actor=caller.actor, at=at)
    elif body.code is None and body.presentation is not None and body.nonce is not None:
        found = services.redeem_presentation(
            presentation=body.presentation, nonce=body.nonce, audience=audience, actor=caller.actor, at=at
        )
    else:
        raise NothingShown("a code, or a presentation with its nonce")
    return {name: getattr(found, name) for name in VerificationOut.model_fields} | {"id": str(found.id)}


@router.get(
    "/verification-data",
    auth=None,
    response=VerificationDataOut,
    tags=["verification"],
    operation_id="get_verification_data",
)
def get_verification_data(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """The issuers' keys, their signed status lists and the names of types: all that is needed to check without a network."""
    del request
    data = services.verifier_data(at=clock.now())
    response.headers["Cache-Control"] = "no-cache"
    return {
        "made_at": data.made_at,
        "ttl_s": services.TTL_S,
        "issuers": list(data.issuers),
        "lists": list(data.lists),
        "types": list(data.types),
    }


@router.get(
    "/verifiers", auth=None, response=VerifiersOut, tags=["verification"], operation_id="list_verifiers"
)
def list_verifiers(
    request: HttpRequest, q: Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")] = ""
) -> dict[str, Any]:
    """Places that take electronic licences, at most a hundred, by name or address."""
    del request
    return {"items": selectors.find_verifiers(q, limit=100)}
