"""我的信息: what the registers hold of a subject, asked by herself or for her; every look is logged."""

from datetime import datetime
from uuid import UUID

from tongban.domains.exchange import selectors as catalogue
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.rules.access import NONE
from tongban.domains.exchange.types import Entry, LookupRequest, LookupResult, Outcome
from tongban.domains.registers.permissions import SCOPE
from tongban.domains.registers.types import HeldValue, Holding
from tongban.kernel.actors import Actor

UNKNOWN = frozenset({Outcome.UNAVAILABLE, Outcome.NO_EVIDENCE})


def look_at_holdings(subject_id: UUID, *, actor: Actor, at: datetime) -> tuple[Holding, ...]:
    """What each live resource that may be shared holds of a subject; those without a record are left out.

    Not to be called within a transaction. Who has no authority for the subject gets nothing.
    """
    codes = sorted(catalogue.live_resources())
    asked = [one for one in catalogue.entries(codes) if one.sharing != NONE]
    requests = [_request(one, subject_id, tuple(field.name for field in one.fields)) for one in asked]
    results = exchange.look_up_many(requests, actor=actor, at=at)
    providers = {
        one.code: one.provider_name for one in catalogue.get_resources([one.code for one in asked]).values()
    }
    return tuple(
        _holding(entry, result, providers[entry.code])
        for entry, result in zip(asked, results, strict=True)
        if result.outcome is Outcome.FOUND or result.outcome in UNKNOWN
    )


def look_at_value(
    subject_id: UUID, *, resource: str, field: str, actor: Actor, at: datetime
) -> Holding | None:
    """One value of one resource; None when there is no such value of hers to see. Not to be called within a transaction."""
    entry = next(iter(catalogue.entries([resource])), None)
    if entry is None or field not in {one.name for one in entry.fields}:
        return None
    (result,) = exchange.look_up_many([_request(entry, subject_id, (field,))], actor=actor, at=at)
    if result.outcome in UNKNOWN or field in result.values:
        return _holding(entry, result, catalogue.get_resource(resource).provider_name)
    return None


def _request(entry: Entry, subject_id: UUID, fields: tuple[str, ...]) -> LookupRequest:
    return LookupRequest(entry.code, subject_id, fields, purpose=SCOPE, cause=SCOPE)


def _holding(entry: Entry, result: LookupResult, provider_name: str) -> Holding:
    return Holding(
        resource=entry.code,
        name=entry.name,
        provider_name=provider_name,
        is_known=result.outcome not in UNKNOWN,
        values=tuple(
            HeldValue(
                field=field.name,
                label=field.label,
                element=field.element or "",
                value=result.values[field.name].value,
                source=result.values[field.name].source,
                as_of=result.values[field.name].as_of,
            )
            for field in entry.fields
            if field.name in result.values
        ),
    )
