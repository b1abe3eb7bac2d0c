"""Asking the provider of a resource: no transaction is open meanwhile, and whatever happens is one of four outcomes.

A register that the platform holds is read where the caller stands. Providers' own systems are asked side by side, each with its own time
limit and behind its own gate, in threads that know no database: one that hangs costs the others nothing.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog
from django.utils.translation import gettext as _

from tongban.domains.exchange.rules import Permission
from tongban.domains.exchange.rules.evidence import canonical, message_hash, request_form
from tongban.domains.exchange.services import evidence, http_way, postgres_way
from tongban.domains.exchange.services.gates import Gate, gate_of
from tongban.domains.exchange.services.questions import Question, Reply
from tongban.domains.exchange.services.registry import ProviderDown, provider_for
from tongban.domains.exchange.services.ways import Compiled, ways_to
from tongban.domains.exchange.types import (
    Exchange,
    Exchanged,
    FindingKind,
    LookupRequest,
    LookupResult,
    Outcome,
    Refusal,
    Resource,
    Trace,
    Value,
)
from tongban.domains.identity import selectors as identity
from tongban.foundation.telemetry import PROVIDERS

THREADS = 256
"""More than all gates together let in at a time; a thread is made when it is needed first."""

log = structlog.get_logger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="exchange")


@dataclass(frozen=True, slots=True)
class Permitted:
    """A request that may be asked."""

    request: LookupRequest
    resource: Resource
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class _Call:
    """A question under way."""

    reply: "Future[Reply]"
    began_at: float
    ends_at: float
    unanswered: Reply


def refuse(request: LookupRequest, exchange: Exchange, judged: Permission) -> Exchanged:
    """A request that may not be asked, by which rule and why."""
    refused = LookupResult(Outcome.NOT_ALLOWED, {}, judged.sentence, judged.refusal)
    return Exchanged(exchange, request, refused, Trace(_request_hash(request, exchange)))


def withhold(permitted: Sequence[Permitted]) -> list[Exchanged]:
    """Requests that are not asked, for no answer could be proved."""
    return [
        Exchanged(
            one.exchange, one.request, evidence.no_evidence(), Trace(_request_hash(one.request, one.exchange))
        )
        for one in permitted
    ]


def ask(permitted: Sequence[Permitted]) -> list[Exchanged]:
    """What each provider answers, in order."""
    ways = ways_to(one.resource for one in permitted if one.resource.is_live)
    remote = {one.request.subject_id for one in permitted if one.resource.code in ways}
    numbers = identity.get_numbers(remote) if remote else {}
    begun = [
        _begin(one, ways[one.resource.code], numbers) if one.resource.code in ways else None
        for one in permitted
    ]
    return [
        _read_register(one) if call is None else _finish(one, call)
        for one, call in zip(permitted, begun, strict=True)
    ]


def _read_register(permitted: Permitted) -> Exchanged:
    request, resource, exchange = permitted.request, permitted.resource, permitted.exchange
    request_hash = _request_hash(request, exchange)
    provider = provider_for(resource.code)
    if provider is None or not resource.is_live:
        down = LookupResult(Outcome.UNAVAILABLE, {}, ProviderDown.default_sentence)
        return Exchanged(exchange, request, down, Trace(request_hash))
    try:
        found = provider.fetch(subject_id=request.subject_id, fields=request.fields)
    except ProviderDown as error:
        down = LookupResult(Outcome.UNAVAILABLE, {}, error.sentence)
        return Exchanged(exchange, request, down, Trace(request_hash))
    trace = Trace(request_hash, message_hash(exchange.key, canonical(found)))
    if found is None:
        missing = LookupResult(Outcome.NOT_FOUND, {}, not_found_sentence(resource))
        return Exchanged(exchange, request, missing, trace)
    return Exchanged(exchange, request, _found(permitted, found), trace)


def _begin(permitted: Permitted, way: Compiled, numbers: Mapping[UUID, str]) -> _Call | Reply:
    """The question under way, or what came of it at once."""
    unanswered = Reply(Outcome.UNAVAILABLE, Trace(_request_hash(permitted.request, permitted.exchange)))
    number = numbers[permitted.request.subject_id]
    if not number:
        # A newborn's registers are the platform's own: no other system knows a person without a number.
        return Reply(Outcome.NOT_FOUND, unanswered.trace)
    question = Question(way.way, permitted.request, permitted.exchange, number)
    if way.operation is None:
        unanswered = Reply(Outcome.UNAVAILABLE, postgres_way.trace(question))
        send = partial(postgres_way.send, question)
    else:
        message = http_way.compose(question, way.operation)
        unanswered = Reply(Outcome.UNAVAILABLE, http_way.trace(message))
        send = partial(http_way.send, message)
    gate = gate_of(permitted.resource.provider)
    if not gate.enter(way.way.at_once):
        log.warning("exchange.gate_closed", resource=permitted.resource.code)
        return unanswered
    began_at = time.monotonic()
    reply = _threads.submit(_send_and_leave, send, gate)
    return _Call(reply, began_at, began_at + way.way.timeout_ms / 1000, unanswered)


def _send_and_leave(send: "partial[Reply]", gate: Gate) -> Reply:
    has_answered = False
    try:
        reply = send()
        has_answered = reply.has_answered
        return reply
    finally:
        gate.leave(has_answered=has_answered)


def _finish(permitted: Permitted, call: _Call | Reply) -> Exchanged:
    reply = _wait(permitted, call) if isinstance(call, _Call) else call
    return Exchanged(
        permitted.exchange, permitted.request, _result(permitted, reply), reply.trace, reply.fault
    )


def _wait(permitted: Permitted, call: _Call) -> Reply:
    try:
        reply = call.reply.result(timeout=max(0.0, call.ends_at - time.monotonic()))
    except TimeoutError:
        # What comes later is dropped where it arrives.
        reply = call.unanswered
    took = time.monotonic() - call.began_at
    PROVIDERS.labels(permitted.resource.provider, reply.outcome.value).observe(took)
    return reply


def _result(permitted: Permitted, reply: Reply) -> LookupResult:
    if reply.outcome is Outcome.FOUND:
        return _found(permitted, reply.values)
    if reply.outcome is Outcome.NOT_FOUND:
        return LookupResult(Outcome.NOT_FOUND, {}, not_found_sentence(permitted.resource))
    if reply.outcome is Outcome.NOT_ALLOWED:
        message = _("%(provider)s没有同意这次查询。请自行填写，或向该部门核实。")
        named = message % {"provider": permitted.resource.provider_name}
        return LookupResult(Outcome.NOT_ALLOWED, {}, named, Refusal.BY_PROVIDER)
    if reply.fault is FindingKind.OTHER_SUBJECT:
        message = _("数据提供部门返回的不是当事人的记录，没有采用，已通知该部门核查。请自行填写。")
        return LookupResult(Outcome.UNAVAILABLE, {}, message)
    return LookupResult(Outcome.UNAVAILABLE, {}, ProviderDown.default_sentence)


def _found(permitted: Permitted, found: Mapping[str, object]) -> LookupResult:
    resource = permitted.resource
    source = f"{resource.provider_name}·{resource.name}"
    values = {
        field: Value(found[field], source, resource.code, permitted.exchange.at)
        for field in permitted.request.fields
        if found.get(field) is not None
    }
    return LookupResult(Outcome.FOUND, values)


def not_found_sentence(resource: Resource) -> str:
    return _("%(name)s中没有对应的记录。") % {"name": resource.name}


def _request_hash(request: LookupRequest, exchange: Exchange) -> bytes:
    return message_hash(exchange.key, canonical(request_form(request, exchange)))
