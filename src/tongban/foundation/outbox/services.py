"""Publish in the caller's transaction, deliver later (事件发件箱).

Messages are handed out with SKIP LOCKED; a failed one waits longer each time and ends, with its reason, among the dead letters, from
which an operator sends it again. A receiver that does not answer pauses its own queue only.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F

from tongban.foundation import clock
from tongban.foundation.outbox.models import Message, PausedQueue
from tongban.foundation.outbox.registry import (
    ReceiverUnreachable,
    all_subscribers,
    subscriber_named,
    subscribers_of,
)
from tongban.foundation.requests import current_request_id

BATCH = 20
LEASE = timedelta(seconds=60)
"""Longer than any handler that calls out may take; its own time-out is shorter."""
MAX_ATTEMPTS = 12
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    id: int
    subscriber: str
    queue: str
    attempts: int
    reason: str
    at: datetime


def publish(event: object, *, queue: str) -> None:
    """Write `event` for each of its subscribers; `queue` is the department's code."""
    publish_many([(event, queue)])


def publish_many(events: Iterable[tuple[object, str]]) -> None:
    """Write several events with one statement."""
    request_id = current_request_id.get()
    Message.objects.bulk_create(
        Message(
            subscriber=f"{subscriber.name}/{type(event).__qualname__}",
            queue=f"{subscriber.name}/{queue}",
            payload=subscriber.dump(event),
            request_id=request_id,
        )
        for event, queue in events
        for subscriber in subscribers_of(event)
    )


def deliver_due(limit: int = BATCH) -> int:
    """Deliver up to `limit` due messages; answers how many were tried, 0 when nothing is due."""
    return _deliver_in_process(limit) or _deliver_one_out()


def dead_letters(limit: int = 100) -> tuple[DeadLetter, ...]:
    rows = Message.objects.filter(is_dead=True).order_by("-id")[:limit]
    return tuple(
        DeadLetter(row.pk, row.subscriber, row.queue, row.attempts, row.reason, row.at) for row in rows
    )


def retry_dead(message_id: int) -> bool:
    """Send a dead letter again; False when there is none of that id."""
    changed = Message.objects.filter(pk=message_id, is_dead=True).update(
        is_dead=False, attempts=0, available_at=datetime.now(UTC)
    )
    return changed == 1


def backlog() -> int:
    """Messages not yet delivered, dead letters left out."""
    return Message.objects.filter(is_dead=False).count()


def _deliver_in_process(limit: int) -> int:
    with transaction.atomic():
        rows = list(
            Message.objects.raw(
                "SELECT * FROM outbox_message WHERE NOT is_dead AND available_at <= statement_timestamp() AND subscriber <> ALL(%s)"
                " ORDER BY available_at, id LIMIT %s FOR UPDATE SKIP LOCKED",
                [_names_calling_out(), limit],
            )
        )
        done = [row.pk for row in rows if _handle_in_savepoint(row)]
        Message.objects.filter(pk__in=done).delete()
    return len(rows)


def _handle_in_savepoint(row: Message) -> bool:
    token = current_request_id.set(row.request_id)
    try:
        subscriber = subscriber_named(row.subscriber)
        with transaction.atomic():
            subscriber.handler(subscriber.load(row.payload), clock.now())
    except Exception as error:  # noqa: BLE001 - the outermost loop: whatever a handler raises is kept as the letter's reason
        _put_back(row, error)
        return False
    finally:
        current_request_id.reset(token)
    return True


def _deliver_one_out() -> int:
    """One message to another machine: leased, handed over outside a transaction, then removed or put back."""
    row = _lease_one_out()
    if row is None:
        return 0
    token = current_request_id.set(row.request_id)
    try:
        subscriber = subscriber_named(row.subscriber)
        subscriber.handler(subscriber.load(row.payload), clock.now())
    except ReceiverUnreachable as error:
        _pause(row.queue)
        _put_back(row, error)
    except Exception as error:  # noqa: BLE001 - see _handle_in_savepoint
        _put_back(row, error)
    else:
        PausedQueue.objects.filter(pk=row.queue).delete()
        row.delete()
    finally:
        current_request_id.reset(token)
    return 1


def _lease_one_out() -> Message | None:
    names = _names_calling_out()
    if not names:
        return None
    with transaction.atomic():
        row = next(
            iter(
                Message.objects.raw(
                    "SELECT m.* FROM outbox_message m WHERE NOT m.is_dead"
                    " AND m.available_at <= statement_timestamp() AND m.subscriber = ANY(%s)"
                    " AND NOT EXISTS (SELECT 1 FROM outbox_paused_queue p WHERE p.queue = m.queue AND p.until > statement_timestamp())"
                    " ORDER BY m.available_at, m.id LIMIT 1 FOR UPDATE OF m SKIP LOCKED",
                    [names],
                )
            ),
            None,
        )
        if row is None:
            return None
        Message.objects.filter(pk=row.pk).update(available_at=datetime.now(UTC) + LEASE)
        # While this message is under way, its queue rests: one receiver that hangs holds one thread, not all of them.
        _rest(row.queue)
    return row


def _rest(queue: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_paused_queue AS p (queue, until, failures)"
            " VALUES (%s, statement_timestamp() + make_interval(secs => %s), 0)"
            " ON CONFLICT (queue) DO UPDATE SET until = EXCLUDED.until",
            [queue, LEASE.total_seconds()],
        )


def _pause(queue: str) -> None:
    paused = PausedQueue.objects.filter(pk=queue).first()
    failures = paused.failures if paused else 0
    PausedQueue.objects.filter(pk=queue).update(
        failures=F("failures") + 1, until=datetime.now(UTC) + timedelta(seconds=_wait(failures))
    )


def _put_back(row: Message, error: Exception) -> None:
    attempts = row.attempts + 1
    unreachable = isinstance(error, ReceiverUnreachable)
    is_dead = attempts >= MAX_ATTEMPTS and not unreachable
    if not unreachable:
        PausedQueue.objects.filter(pk=row.queue).delete()
    Message.objects.filter(pk=row.pk).update(
        attempts=attempts,
        is_dead=is_dead,
        reason=f"{type(error).__name__}: {error}"[:2_000],
        available_at=datetime.now(UTC) + timedelta(seconds=_wait(attempts - 1)),
    )
    log.warning(
        "outbox.failed",
        message=row.pk,
        subscriber=row.subscriber,
        attempts=attempts,
        dead=is_dead,
        error=type(error).__name__,
    )


def _wait(failures: int) -> float:
    longest = float(min(_FIRST_WAIT_S * 2**failures, _LONGEST_WAIT_S))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def _names_calling_out() -> list[str]:
    return [f"{one.name}/{one.event_type.__qualname__}" for one in all_subscribers() if one.calls_out]
