"""The form in which both sides of an exchange keep their evidence, so that the two can be compared.

Each exchange has an id and a key of its own. What is hashed is what went over the wire, byte by byte: no side has to know the other's
field names. Where nothing goes over a wire (a register the platform holds, a reader of a provider's database), `canonical` makes the bytes.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tongban.domains.exchange.types import (
    Disagreement,
    DisagreementKind,
    Exchange,
    LogLine,
    LookupRequest,
    Outcome,
)
from tongban.kernel.actors import Actor

CLOCK_LIMIT = timedelta(minutes=5)
"""Clocks of two machines that keep time differ by less; also what RFC 3161 services allow."""
OUR_CLIENT = "PLATFORM"
_LENGTH_BYTES = 8


class NotALogLine(ValueError):
    """A line of a provider's log lacks a field or holds something else in it."""


def exchange_key(secret: bytes, exchange_id: UUID) -> bytes:
    """The key of one exchange, 32 bytes; only who holds the platform's secret derives it."""
    return hmac.digest(secret, exchange_id.bytes, hashlib.sha256)


def message_hash(key: bytes, *messages: bytes) -> bytes:
    """HMAC-SHA-256 over one message, or over several that belong together: each with its length before it (8 bytes, big-endian)."""
    framed = b"".join(len(message).to_bytes(_LENGTH_BYTES, "big") + message for message in messages)
    return hmac.digest(key, framed, hashlib.sha256)


def canonical(value: object) -> bytes:
    """A value as bytes that are the same on both sides: JSON, keys in order, no blanks, UTF-8; instants in UTC."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_written
    ).encode()


def request_form(request: LookupRequest, exchange: Exchange) -> Mapping[str, object]:
    """A request as a mapping for `canonical`, where no message goes over a wire."""
    return {
        "at": exchange.at,
        "cause": request.cause,
        "client": exchange.client,
        "fields": list(request.fields),
        "purpose": request.purpose,
        "resource": request.resource,
        "subject": request.subject_id,
    }


def client_of(actor: Actor) -> str:
    """Who asks, as both logs name it: a department's code, or the platform for itself and for citizens."""
    return actor.department or OUR_CLIENT


def write_line(line: LogLine) -> str:
    """A provider's log entry as one line, without its end."""
    return canonical(
        {
            "exchange_id": line.exchange_id,
            "at": line.at,
            "client": line.client,
            "resource": line.resource,
            "request_hash": line.request_hash.hex(),
            "response_hash": line.response_hash.hex(),
            "outcome": line.outcome,
        }
    ).decode()


def read_line(text: str) -> LogLine:
    """What `write_line` wrote, or another system in its place; raises `NotALogLine`."""
    try:
        found = json.loads(text)
        return LogLine(
            exchange_id=UUID(found["exchange_id"]),
            at=_instant(found["at"]),
            client=str(found["client"]),
            resource=str(found["resource"]),
            request_hash=bytes.fromhex(found["request_hash"]),
            response_hash=bytes.fromhex(found["response_hash"]),
            outcome=str(found["outcome"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotALogLine(str(error)) from error


def disagreements(ours: Iterable[LogLine], theirs: Iterable[LogLine]) -> list[Disagreement]:
    """Where two sides' logs of the same time do not agree; at most one an exchange, the gravest, in the order of `theirs`, then `ours`.

    An exchange without an answer to us is no disagreement when they have none of it, or an answer that came too late.
    """
    known = {line.exchange_id: line for line in ours}
    seen: set[UUID] = set()
    found: list[Disagreement] = []
    for their in theirs:
        our = known.get(their.exchange_id)
        kind = DisagreementKind.TWICE if their.exchange_id in seen else _difference(our, their)
        seen.add(their.exchange_id)
        if kind is not None:
            found.append(Disagreement(kind, their.exchange_id, their.resource))
    found.extend(
        Disagreement(DisagreementKind.OURS_ONLY, line.exchange_id, line.resource)
        for line in known.values()
        if line.exchange_id not in seen and line.outcome != Outcome.UNAVAILABLE
    )
    return found


def _difference(our: LogLine | None, their: LogLine) -> DisagreementKind | None:
    if our is None:
        return DisagreementKind.THEIRS_ONLY
    if (our.client, our.resource) != (their.client, their.resource):
        return DisagreementKind.WHO
    if our.request_hash != their.request_hash:
        return DisagreementKind.REQUEST
    if abs(our.at - their.at) > CLOCK_LIMIT:
        return DisagreementKind.TIME
    if our.outcome == Outcome.UNAVAILABLE:
        return None
    if our.response_hash != their.response_hash:
        return DisagreementKind.RESPONSE
    return DisagreementKind.OUTCOME if our.outcome != their.outcome else None


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return instant


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def head_form(*, number: int, size: int, previous: bytes, root: bytes, sealed_at: datetime) -> bytes:
    """What is signed of a batch; anyone who has the batch can make it again."""
    return canonical(
        {
            "batch": number,
            "previous": previous.hex(),
            "root": root.hex(),
            "sealed_at": sealed_at,
            "size": size,
        }
    )


def head_of(form: bytes, signature: bytes) -> bytes:
    """The head of a batch: what the next batch names, and what the time stamp is over."""
    return hashlib.sha256(form + signature).digest()
