"""Asking the provider of a resource: no transaction is open meanwhile, and whatever happens is one of four outcomes."""

from django.utils.translation import gettext as _

from tongban.domains.exchange.rules.evidence import canonical, message_hash, request_form
from tongban.domains.exchange.services.registry import ProviderDown, provider_for
from tongban.domains.exchange.types import (
    Exchange,
    Exchanged,
    LookupRequest,
    LookupResult,
    Outcome,
    Resource,
    Trace,
    Value,
)


def refuse(request: LookupRequest, exchange: Exchange, fault: str) -> Exchanged:
    """A request that may not be asked, for this reason."""
    refused = LookupResult(Outcome.NOT_ALLOWED, {}, fault)
    return Exchanged(exchange, request, refused, Trace(_request_hash(request, exchange)))


def ask(request: LookupRequest, resource: Resource, exchange: Exchange) -> Exchanged:
    """What the provider answers."""
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
    source = f"{resource.provider_name}·{resource.name}"
    values = {
        field: Value(found[field], source, resource.code, exchange.at)
        for field in request.fields
        if found.get(field) is not None
    }
    return Exchanged(exchange, request, LookupResult(Outcome.FOUND, values), trace)


def not_found_sentence(resource: Resource) -> str:
    return _("%(name)s中没有对应的记录。") % {"name": resource.name}


def _request_hash(request: LookupRequest, exchange: Exchange) -> bytes:
    return message_hash(exchange.key, canonical(request_form(request, exchange)))
