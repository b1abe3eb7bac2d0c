"""Asking the provider of a resource: no transaction is open meanwhile, and whatever happens is one of four outcomes."""

import hashlib
import json
from datetime import datetime

from django.utils.translation import gettext as _

from tongban.domains.exchange.services.registry import ProviderDown, provider_for
from tongban.domains.exchange.types import (
    Exchanged,
    LookupRequest,
    LookupResult,
    Outcome,
    Resource,
    Value,
)
from tongban.kernel.ids import new_id

NOTHING_CAME = ""


def refuse(request: LookupRequest, fault: str) -> Exchanged:
    """A request that may not be asked, for this reason."""
    refused = LookupResult(Outcome.NOT_ALLOWED, {}, fault)
    return Exchanged(new_id(), request, refused, _hash(_written(request)), NOTHING_CAME)


def ask(request: LookupRequest, resource: Resource, *, at: datetime) -> Exchanged:
    """What the provider answers."""
    exchange_id, request_hash = new_id(), _hash(_written(request))
    provider = provider_for(resource.code)
    if provider is None or not resource.is_live:
        down = LookupResult(Outcome.UNAVAILABLE, {}, ProviderDown.default_sentence)
        return Exchanged(exchange_id, request, down, request_hash, NOTHING_CAME)
    try:
        found = provider.fetch(subject_id=request.subject_id, fields=request.fields)
    except ProviderDown as error:
        down = LookupResult(Outcome.UNAVAILABLE, {}, error.sentence)
        return Exchanged(exchange_id, request, down, request_hash, NOTHING_CAME)
    response_hash = _hash(found)
    if found is None:
        missing = LookupResult(Outcome.NOT_FOUND, {}, not_found_sentence(resource))
        return Exchanged(exchange_id, request, missing, request_hash, response_hash)
    source = f"{resource.provider_name}·{resource.name}"
    values = {
        field: Value(found[field], source, resource.code, at)
        for field in request.fields
        if found.get(field) is not None
    }
    return Exchanged(exchange_id, request, LookupResult(Outcome.FOUND, values), request_hash, response_hash)


def not_found_sentence(resource: Resource) -> str:
    return _("%(name)s中没有对应的记录。") % {"name": resource.name}


def _written(request: LookupRequest) -> dict[str, object]:
    return {
        "resource": request.resource,
        "subject": str(request.subject_id),
        "fields": list(request.fields),
        "purpose": request.purpose,
        "cause": request.cause,
    }


def _hash(content: object) -> str:
    """SHA-256 of the content as JSON with sorted names, no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
