"""Looking up: permission first, then the provider, then the evidence, in that order for every request."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from tongban.domains.exchange import selectors
from tongban.domains.exchange.services import asking, evidence, permission
from tongban.domains.exchange.services import faults as faults_of_providers
from tongban.domains.exchange.services.asking import Permitted
from tongban.domains.exchange.types import Exchanged, LookupRequest, LookupResult, Outcome
from tongban.kernel.actors import Actor


def look_up(request: LookupRequest, *, actor: Actor, at: datetime) -> LookupResult:
    """One answer: FOUND, NOT_FOUND, NOT_ALLOWED, UNAVAILABLE or NO_EVIDENCE; logged and audited whichever it is, if it can be.

    Raises `selectors.ResourceNotFound`, `UnknownField`, `identity.selectors.SubjectNotFound`.
    """
    return look_up_many([request], actor=actor, at=at)[0]


def look_up_many(
    requests: Sequence[LookupRequest], *, actor: Actor, at: datetime
) -> tuple[LookupResult, ...]:
    """An answer for each request, in order; permission and evidence cost one as much as ten.

    Not to be called within a transaction: a provider may take seconds. Without evidence there is no data: NO_EVIDENCE.
    """
    resources = selectors.get_resources({request.resource for request in requests})
    permissions = permission.judge(requests, resources, actor=actor, at=at)
    exchanges = [evidence.begin(actor=actor, at=at) for _ in requests]
    judged = list(zip(requests, permissions, exchanges, strict=True))
    answer = asking.ask if evidence.fault() is None else asking.withhold
    answers = iter(
        answer(
            [
                Permitted(replace(request, fields=permitted.fields), resources[request.resource], exchange)
                for request, permitted, exchange in judged
                if not permitted.refusal
            ]
        )
    )
    exchanged = [
        asking.refuse(request, exchange, permitted)
        if permitted.refusal
        else _with_word(next(answers), permitted.sentence)
        for request, permitted, exchange in judged
    ]
    faulty = [one for one in exchanged if one.fault is not None]
    # Evidence alone is one statement; a transaction around it would be two round trips more.
    with transaction.atomic() if faulty else nullcontext():
        results = evidence.keep(exchanged, actor=actor, at=at)
        for one in faulty:
            faults_of_providers.report(one, resources[one.request.resource], at=at)
    return tuple(
        replace(result, exchange_id=one.exchange.id) for result, one in zip(results, exchanged, strict=True)
    )


def _with_word(answer: Exchanged, word: str) -> Exchanged:
    """What was found, with a word on what was left out."""
    if not word or answer.result.outcome is not Outcome.FOUND:
        return answer
    return replace(answer, result=replace(answer.result, message=word))
