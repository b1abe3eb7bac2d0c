"""Whether each request may be asked at all, judged for all of them together before any provider is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.exchange import rules, selectors
from tongban.domains.exchange.rules import Permission
from tongban.domains.exchange.services.rates import count_use
from tongban.domains.exchange.services.registry import cause_checks
from tongban.domains.exchange.types import Grant, LookupRequest, Refusal, Resource
from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError


class UnknownField(TongbanError):
    """A request names a field that the resource does not have: the caller's mistake."""

    code: ClassVar[str] = "UNKNOWN_FIELD"
    default_sentence: ClassVar[str] = gettext_noop("要查询的字段不在数据目录中。")


def judge(
    requests: Sequence[LookupRequest], resources: Mapping[str, Resource], *, actor: Actor, at: datetime
) -> tuple[Permission, ...]:
    """What of each request may be asked; a fixed number of queries for any number of requests.

    Raises `UnknownField`, `identity.selectors.SubjectNotFound`.
    """
    for request in requests:
        unknown = rules.unknown_fields(resources[request.resource], request.fields)
        if unknown:
            raise UnknownField(f"resource {request.resource} has no {', '.join(unknown)}")
    identity.get_subjects({request.subject_id for request in requests})
    grants = selectors.grants_of(actor.department, resources) if actor.department else {}
    principals = _principals(requests, actor, at)
    judged = [
        rules.judge_look_up(
            request,
            resources[request.resource],
            actor,
            principals=principals.get(request.purpose, frozenset()),
            grants=grants.get(request.resource, ()),
            is_cause_live=_is_cause_live(request, actor),
            at=at,
        )
        for request in requests
    ]
    spent = _spent(judged)
    return tuple(
        _within_rate(_say_what_is_cut(one, request), spent)
        for one, request in zip(judged, requests, strict=True)
    )


def _spent(judged: Sequence[Permission]) -> frozenset[UUID | None]:
    """Count the calls under grants that have a rate; those that are used up."""
    calls: Counter[Grant] = Counter()
    for one in judged:
        calls.update(grant for grant in one.grants if grant.per_minute is not None)
    spent: set[UUID | None] = set()
    for grant, count in calls.items():
        assert grant.id is not None
        assert grant.per_minute is not None
        if count_use(grant.id, count) > grant.per_minute:
            spent.add(grant.id)
    return frozenset(spent)


def _within_rate(judged: Permission, spent: frozenset[UUID | None]) -> Permission:
    over = next((grant for grant in judged.grants if grant.id in spent), None)
    if over is None:
        return judged
    sentence = _("这项授权每分钟最多查询%(limit)d次，这一分钟已经用完。请过一分钟再查。")
    return Permission((), (), Refusal.OVER_RATE, sentence % {"limit": over.per_minute})


def _say_what_is_cut(judged: Permission, request: LookupRequest) -> Permission:
    cut = [field for field in request.fields if field not in judged.fields]
    if judged.refusal or not cut:
        return judged
    labels = selectors.field_labels(request.resource)
    words = _("、").join(labels.get(field, field) for field in cut)
    return replace(judged, sentence=_("授权不含这些内容，没有查询：%(fields)s。") % {"fields": words})


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
