"""Whether each request may be asked at all, judged for all of them together before any provider is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_noop

from tongban.domains.exchange import rules, selectors
from tongban.domains.exchange.services.registry import cause_checks
from tongban.domains.exchange.types import LookupRequest, Resource
from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError


class UnknownField(TongbanError):
    """A request names a field that the resource does not have: the caller's mistake."""

    code: ClassVar[str] = "UNKNOWN_FIELD"
    default_sentence: ClassVar[str] = gettext_noop("要查询的字段不在数据目录中。")


def judge(
    requests: Sequence[LookupRequest], resources: Mapping[str, Resource], *, actor: Actor, at: datetime
) -> tuple[str, ...]:
    """Of each request why it may not be asked, as a sentence, empty when it may; a fixed number of queries for any number of requests.

    Raises `UnknownField`, `identity.selectors.SubjectNotFound`.
    """
    for request in requests:
        unknown = rules.unknown_fields(resources[request.resource], request.fields)
        if unknown:
            raise UnknownField(f"resource {request.resource} has no {', '.join(unknown)}")
    identity.get_subjects({request.subject_id for request in requests})
    granted = selectors.granted_fields(actor.department, resources, at=at) if actor.department else {}
    principals = _principals(requests, actor, at)
    return tuple(
        rules.look_up_fault(
            request,
            resources[request.resource],
            actor,
            principals=principals.get(request.purpose, frozenset()),
            granted=granted.get(request.resource, frozenset()),
            is_cause_live=_is_cause_live(request, actor),
        )
        for request in requests
    )


def _principals(
    requests: Sequence[LookupRequest], actor: Actor, at: datetime
) -> Mapping[str, frozenset[UUID]]:
    """By purpose, in whose name a citizen may ask."""
    if actor.kind is not ActorKind.CITIZEN or actor.subject_id is None:
        return {}
    purposes = {request.purpose for request in requests}
    return {purpose: identity.authorised_principals(actor.subject_id, purpose, at) for purpose in purposes}


def _is_cause_live(request: LookupRequest, actor: Actor) -> bool:
    """Officers and department systems look only for live business; the others' right is judged otherwise."""
    checks = cause_checks()
    if actor.kind in (ActorKind.CITIZEN, ActorKind.PLATFORM) or not checks:
        return True
    return any(check(cause=request.cause, subject_id=request.subject_id) for check in checks)
