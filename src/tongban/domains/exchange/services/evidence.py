"""The evidence of look-ups: a row of the log and an entry of the audit trail for each, or no data."""

from collections.abc import Sequence
from datetime import datetime

from tongban.domains.exchange import models
from tongban.domains.exchange.rules.evidence import client_of, exchange_key
from tongban.domains.exchange.types import Exchange, Exchanged
from tongban.foundation import crypto
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.ids import new_id


def begin(*, actor: Actor, at: datetime) -> Exchange:
    """A new exchange, with the key that its hashes are made with."""
    exchange_id = new_id()
    key = exchange_key(crypto.derived_key("exchange evidence"), exchange_id)
    return Exchange(exchange_id, key, at, client_of(actor))


def keep(exchanged: Sequence[Exchanged], *, actor: Actor, at: datetime) -> None:
    """Write the evidence in the caller's transaction; values are never written."""
    models.ExchangeLog.objects.bulk_create(
        models.ExchangeLog(
            id=one.exchange.id,
            at=at,
            resource_id=one.request.resource,
            subject_id=one.request.subject_id,
            fields=list(one.request.fields),
            purpose=one.request.purpose,
            cause=one.request.cause,
            outcome=one.result.outcome,
            actor_kind=actor.kind,
            account_id=actor.account_id,
            department=actor.department or "",
        )
        for one in exchanged
    )
    audit.record_many(
        audit.Entry(
            actor=actor,
            action="LOOK_UP",
            at=at,
            object_type="exchange.Resource",
            object_id=one.request.resource,
            subject_id=one.request.subject_id,
            case_number=one.request.cause,
            detail={
                "fields": list(one.request.fields),
                "purpose": one.request.purpose,
                "outcome": one.result.outcome.value,
            },
        )
        for one in exchanged
    )
