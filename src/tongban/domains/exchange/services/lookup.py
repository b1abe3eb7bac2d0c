"""Looking up: permission first, then the provider, then the evidence, in that order for every request."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models, rules, selectors
from tongban.domains.exchange.services.registry import ProviderDown, cause_checks, provider_for
from tongban.domains.exchange.types import LookupRequest, LookupResult, Outcome, Resource, Value
from tongban.domains.identity import selectors as identity
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError


class UnknownField(TongbanError):
    """A request names a field that the resource does not have: the caller's mistake."""

    code: ClassVar[str] = "UNKNOWN_FIELD"
    default_sentence: ClassVar[str] = gettext_noop("要查询的字段不在数据目录中。")


def look_up(request: LookupRequest, *, actor: Actor, at: datetime) -> LookupResult:
    """One answer: FOUND, NOT_FOUND, NOT_ALLOWED or UNAVAILABLE; logged and audited whichever it is.

    Raises `selectors.ResourceNotFound`, `UnknownField`, `identity.selectors.SubjectNotFound`.
    """
    return look_up_many([request], actor=actor, at=at)[0]


@transaction.atomic
def look_up_many(
    requests: Sequence[LookupRequest], *, actor: Actor, at: datetime
) -> tuple[LookupResult, ...]:
    """An answer for each request, in order; permission and evidence cost one as much as ten."""
    resources = selectors.get_resources({request.resource for request in requests})
    for request in requests:
        unknown = rules.unknown_fields(resources[request.resource], request.fields)
        if unknown:
            raise UnknownField(f"resource {request.resource} has no {', '.join(unknown)}")
    identity.get_subjects({request.subject_id for request in requests})
    granted = selectors.granted_fields(actor.department, resources, at=at) if actor.department else {}
    principals = _principals(requests, actor, at)
    results = [
        _answer(
            request,
            resources[request.resource],
            actor,
            at,
            principals.get(request.purpose, frozenset()),
            granted.get(request.resource, frozenset()),
        )
        for request in requests
    ]
    _keep_evidence(requests, results, actor, at)
    return tuple(results)


def _principals(
    requests: Sequence[LookupRequest], actor: Actor, at: datetime
) -> Mapping[str, frozenset[UUID]]:
    """By purpose, in whose name a citizen may ask."""
    if actor.kind is not ActorKind.CITIZEN or actor.subject_id is None:
        return {}
    purposes = {request.purpose for request in requests}
    return {purpose: identity.authorised_principals(actor.subject_id, purpose, at) for purpose in purposes}


def _answer(
    request: LookupRequest,
    resource: Resource,
    actor: Actor,
    at: datetime,
    principals: Collection[UUID],
    granted: Collection[str],
) -> LookupResult:
    fault = rules.look_up_fault(
        request,
        resource,
        actor,
        principals=principals,
        granted=granted,
        is_cause_live=_is_cause_live(request, actor),
    )
    if fault:
        return LookupResult(Outcome.NOT_ALLOWED, {}, fault)
    provider = provider_for(resource.code)
    if provider is None or not resource.is_live:
        return LookupResult(Outcome.UNAVAILABLE, {}, ProviderDown.default_sentence)
    try:
        found = provider.fetch(subject_id=request.subject_id, fields=request.fields)
    except ProviderDown as down:
        return LookupResult(Outcome.UNAVAILABLE, {}, down.sentence)
    if found is None:
        message = _("%(name)s中没有对应的记录。") % {"name": resource.name}
        return LookupResult(Outcome.NOT_FOUND, {}, message)
    source = f"{resource.provider_name}·{resource.name}"
    values = {
        field: Value(found[field], source, resource.code, at)
        for field in request.fields
        if found.get(field) is not None
    }
    return LookupResult(Outcome.FOUND, values)


def _is_cause_live(request: LookupRequest, actor: Actor) -> bool:
    """Officers and department systems look only for live business; the others' right is judged otherwise."""
    checks = cause_checks()
    if actor.kind in (ActorKind.CITIZEN, ActorKind.PLATFORM) or not checks:
        return True
    return any(check(cause=request.cause, subject_id=request.subject_id) for check in checks)


def _keep_evidence(
    requests: Sequence[LookupRequest], results: Sequence[LookupResult], actor: Actor, at: datetime
) -> None:
    pairs = list(zip(requests, results, strict=True))
    models.ExchangeLog.objects.bulk_create(
        models.ExchangeLog(
            at=at,
            resource_id=request.resource,
            subject_id=request.subject_id,
            fields=list(request.fields),
            purpose=request.purpose,
            cause=request.cause,
            outcome=result.outcome,
            actor_kind=actor.kind,
            account_id=actor.account_id,
            department=actor.department or "",
        )
        for request, result in pairs
    )
    audit.record_many(
        audit.Entry(
            actor=actor,
            action="LOOK_UP",
            at=at,
            object_type="exchange.Resource",
            object_id=request.resource,
            subject_id=request.subject_id,
            case_number=request.cause,
            detail={
                "fields": list(request.fields),
                "purpose": request.purpose,
                "outcome": result.outcome.value,
            },
        )
        for request, result in pairs
    )
