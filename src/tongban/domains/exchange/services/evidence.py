"""The evidence of look-ups: a record and an entry of the audit trail for each, or no data."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models
from tongban.domains.exchange.rules.evidence import client_of, exchange_key
from tongban.domains.exchange.types import EvidenceFault, Exchange, Exchanged, LookupResult, Outcome
from tongban.foundation import crypto, rows
from tongban.foundation.audit import services as audit
from tongban.foundation.prepared import Statement
from tongban.foundation.telemetry import EVIDENCE_REFUSED
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id

log = structlog.get_logger(__name__)
KNOWN_FOR_S = 2.0
"""So long a process may not yet know that evidence can or cannot be kept."""
_LONGEST_REFERENCE = 128

_AGES = Statement(
    "evidence_ages",
    """
    WITH newest AS (SELECT max(number) AS number, coalesce(max(top), 0) AS top FROM exchange_evidencebatch),
    done AS (
        SELECT coalesce(max(batch_id) FILTER (WHERE kind = 'STAMPED'), 0) AS stamped,
               coalesce(max(batch_id) FILTER (WHERE kind = 'EXPORTED'), 0) AS exported
        FROM exchange_evidencemark
    )
    SELECT now() - (SELECT recorded_at FROM exchange_exchangelog WHERE serial > newest.top ORDER BY serial LIMIT 1),
           now() - (SELECT sealed_at FROM exchange_evidencebatch WHERE number > done.stamped ORDER BY number LIMIT 1),
           now() - (SELECT sealed_at FROM exchange_evidencebatch WHERE number > done.exported ORDER BY number LIMIT 1)
    FROM newest, done
    """,
)


class EvidenceImpossible(TongbanError):
    """The platform cannot prove what it would hand out, so it hands out nothing."""

    code: ClassVar[str] = "EVIDENCE_IMPOSSIBLE"
    default_sentence: ClassVar[str] = gettext_noop(
        "平台暂时不能留存查询记录，所以没有查询，这不是数据提供部门的问题。请稍后再试，或自行填写。"
    )


def begin(*, actor: Actor, at: datetime) -> Exchange:
    """A new exchange, with the key that its hashes are made with."""
    exchange_id = new_id()
    key = exchange_key(crypto.derived_key("exchange evidence"), exchange_id)
    return Exchange(exchange_id, key, at, client_of(actor))


def keep(exchanged: Sequence[Exchanged], *, actor: Actor, at: datetime) -> tuple[LookupResult, ...]:
    """The results that may leave: as they are once their evidence is written, without a value when it could not be.

    Values are never written. Within a transaction of the caller's, data and evidence stand or fall with it.
    """
    try:
        # By itself, one statement is a transaction already; within a caller's, a failure must not break it.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            rows.insert(
                [_record(one, actor, at) for one in exchanged],
                audit.rows_for(_entry(one, actor, at) for one in exchanged),
            )
    except DatabaseError as error:
        EVIDENCE_REFUSED.inc(len(exchanged))
        log.exception("evidence.refused", count=len(exchanged), error=type(error).__name__)
        return tuple(no_evidence() for _one in exchanged)
    return tuple(one.result for one in exchanged)


def no_evidence() -> LookupResult:
    return LookupResult(Outcome.NO_EVIDENCE, {}, EvidenceImpossible().sentence)


def fault() -> EvidenceFault | None:
    """Why look-ups are refused at present; None while evidence is kept as it must be. Up to `KNOWN_FOR_S` old."""
    if time.monotonic() - _seen.at > KNOWN_FOR_S:
        _seen.fault, _seen.at = _fault_of(read_ages()), time.monotonic()
    return _seen.fault


def read_ages() -> dict[EvidenceFault, timedelta]:
    """How long the oldest record has waited to be sealed, and the oldest head to be stamped and exported; what waits not, zero."""
    with connection.cursor() as cursor:
        _AGES.execute(cursor, [])
        ages = cursor.fetchone()
    return {kind: age or timedelta() for kind, age in zip(EvidenceFault, ages, strict=True)}


def forget() -> None:
    """Look again at the next question; for who has just mended a fault, and for tests."""
    _seen.at = float("-inf")


class _Seen:
    """What this process saw last."""

    at = float("-inf")
    fault: EvidenceFault | None = None


_seen = _Seen()


def _fault_of(ages: dict[EvidenceFault, timedelta]) -> EvidenceFault | None:
    for kind, age in ages.items():
        if age > settings.EVIDENCE_LIMIT:
            log.error("evidence.impossible", fault=kind.value, seconds=round(age.total_seconds()))
            return kind
    return None


def _record(one: Exchanged, actor: Actor, at: datetime) -> models.ExchangeLog:
    return models.ExchangeLog(
        id=one.exchange.id,
        at=at,
        resource_id=one.request.resource,
        subject_id=one.request.subject_id,
        fields=list(one.request.fields),
        purpose=one.request.purpose,
        cause=one.request.cause,
        item=one.request.item,
        outcome=one.result.outcome.value,
        actor_kind=actor.kind.value,
        account_id=actor.account_id,
        department=actor.department or "",
        system=one.request.system,
        request_hash=one.trace.request_hash,
        response_hash=one.trace.response_hash,
        provider_reference=one.trace.reference[:_LONGEST_REFERENCE],
        provider_signature=one.trace.signature,
        is_logged_there=one.trace.is_logged,
    )


def _entry(one: Exchanged, actor: Actor, at: datetime) -> audit.Entry:
    return audit.Entry(
        actor=actor,
        action="LOOK_UP",
        at=at,
        object_type="exchange.Resource",
        object_id=one.request.resource,
        subject_id=one.request.subject_id,
        case_number=one.request.cause,
        detail={
            "exchange": str(one.exchange.id),
            "fields": list(one.request.fields),
            "purpose": one.request.purpose,
            "outcome": one.result.outcome.value,
        },
    )
