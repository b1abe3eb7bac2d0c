"""Publish in the caller's transaction, deliver later (事件发件箱).

Messages are handed out with SKIP LOCKED; a failed one waits longer each time and ends, with its reason, among the dead letters, from
which an operator sends it again. A receiver that does not answer pauses its own queue only.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from tongban.foundation import clock, rows
from tongban.foundation.outbox.models import Message, PausedQueue
from tongban.foundation.outbox.registry import ReceiverUnreachable, subscriber_named, subscribers_of
from tongban.foundation.requests import current_request_id

BATCH = 20
LEASE_S = 60.0
"""How long a queue is one thread's: longer than its last message of a batch may take; a handler's own time-out is shorter."""
_BEGUN_WITHIN_S = 10.0
"""Of a lease: no message is begun later, the rest of the time is for the one under way."""
MAX_ATTEMPTS = 12
_FIRST_WAIT_S, _LONGEST_WAIT_S, _LONGEST_PAUSE_S = 1.0, 600.0, 30.0

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
    rows.insert(rows_for(events))


def rows_for(events: Iterable[tuple[object, str]]) -> list[Message]:
    """The messages as unsaved rows, for a caller who writes them and what they tell of with one statement."""
    request_id = current_request_id.get()
    return [
        Message(
            subscriber=f"{subscriber.name}/{type(event).__qualname__}",
            queue=f"{subscriber.name}/{queue}",
            calls_out=subscriber.calls_out,
            payload=subscriber.dump(event),
            request_id=request_id,
        )
        for event, queue in events
        for subscriber in subscribers_of(event)
    ]


def deliver_due(limit: int = BATCH) -> int:
    """Deliver due messages of both kinds; answers how many were tried, 0 when nothing is due."""
    return deliver_inside(limit) + deliver_outside()


def deliver_inside(limit: int = BATCH) -> int:
    """Run handlers of this process for up to `limit` messages: each message's effect and its removal commit together."""
    with transaction.atomic():
        rows = list(Message.objects.raw(TAKE_INSIDE, [limit]))
        if not rows:
            return 0
        done = [row.pk for row in rows] if _handle_together(rows) else _handle_singly(rows)
        Message.objects.filter(pk__in=done).delete()
    return len(rows)


def deliver_alone(limit: int = BATCH) -> int:
    """The same for messages of both kinds, where nobody else delivers and nobody waits: a city that is being filled.

    What a handler raises is raised: nobody would come back for its message, so there is no savepoint to a message either.
    """
    with transaction.atomic():
        rows = list(Message.objects.raw(TAKE_ANY, [limit]))
        for row in rows:
            _handle(row)
        Message.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def deliver_outside(is_ending: Callable[[], bool] = lambda: False) -> int:
    """Hand up to `BATCH` messages of one queue to another machine, in order; answers how many were tried.

    The queue is leased once. Each message is sent outside any transaction and removed or put back before the next is begun. The rest
    is given back at once when the receiver does not answer, when the lease runs out, or when `is_ending` says so.
    """
    lease = _lease()
    if lease is None:
        return 0
    tried = 0
    for row in lease.rows:
        if is_ending() or not lease.has_time():
            break
        tried += 1
        try:
            _handle(row)
        except ReceiverUnreachable as error:
            # Who answered earlier in this batch fails for the first time.
            _pause(lease, row, error, failures=lease.failures if tried == 1 else 0)
            return tried
        except Exception as error:  # noqa: BLE001 - see _handle_in_savepoint
            _put_back(row, error)
        else:
            row.delete()
    _release(lease, tried)
    return tried


def dead_letters(limit: int = 100) -> tuple[DeadLetter, ...]:
    """The newest messages that were given up, with the reason of the last attempt."""
    rows = Message.objects.filter(is_dead=True).order_by("-id")[:limit]
    return tuple(
        DeadLetter(row.pk, row.subscriber, row.queue, row.attempts, row.reason, row.at) for row in rows
    )


def retry_dead(message_id: int) -> bool:
    """Send a dead letter again; False when there is none of that id."""
    changed = Message.objects.filter(pk=message_id, is_dead=True).update(
        is_dead=False, attempts=0, available_at=Now()
    )
    return changed == 1


def backlog() -> int:
    """Messages not yet delivered, dead letters left out."""
    return Message.objects.filter(is_dead=False).count()


TAKE_INSIDE = (
    "SELECT * FROM outbox_message WHERE NOT is_dead AND NOT calls_out AND available_at <= statement_timestamp()"
    " ORDER BY available_at, id LIMIT %s FOR UPDATE SKIP LOCKED"
)
TAKE_ANY = (
    "SELECT * FROM outbox_message WHERE NOT is_dead AND available_at <= statement_timestamp()"
    " ORDER BY available_at, id LIMIT %s FOR UPDATE SKIP LOCKED"
)
TAKE_OUTSIDE = (
    "SELECT * FROM outbox_message WHERE NOT is_dead AND calls_out AND queue = %s AND available_at <= statement_timestamp()"
    " ORDER BY available_at, id LIMIT %s"
)
# Walks the index from queue to queue and looks at the head of each: a million messages of one hung receiver cost one step.
# A queue that had its turn stands behind those that have waited since before.
DUE_QUEUES = """
WITH RECURSIVE known (queue) AS (
    (SELECT queue FROM outbox_message WHERE NOT is_dead AND calls_out ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (SELECT m.queue FROM outbox_message m WHERE NOT m.is_dead AND m.calls_out AND m.queue > known.queue
            ORDER BY m.queue LIMIT 1)
    FROM known WHERE known.queue IS NOT NULL
)
SELECT known.queue FROM known CROSS JOIN LATERAL (
    SELECT m.available_at FROM outbox_message m WHERE NOT m.is_dead AND m.calls_out AND m.queue = known.queue
    ORDER BY m.available_at, m.id LIMIT 1
) head
LEFT JOIN outbox_paused_queue p ON p.queue = known.queue
WHERE head.available_at <= statement_timestamp() AND (p.until IS NULL OR p.until <= statement_timestamp())
ORDER BY greatest(head.available_at, p.until)
"""
# One thread a queue: a receiver that hangs holds no other, and gets its messages in order. Each lease ends later than the one before,
# so its end also tells it from the next: whoever held on for too long changes nothing of that.
OCCUPY = """
INSERT INTO outbox_paused_queue AS p (queue, until, failures)
VALUES (%s, statement_timestamp() + make_interval(secs => %s), 0)
ON CONFLICT (queue) DO UPDATE SET until = EXCLUDED.until WHERE p.until <= statement_timestamp()
RETURNING until, failures
"""


@dataclass(frozen=True, slots=True)
class _Lease:
    """A queue that is this thread's alone, and its oldest due messages."""

    queue: str
    until: datetime
    failures: int
    asked_at: float
    rows: list[Message]

    def has_time(self) -> bool:
        return time.monotonic() < self.asked_at + _BEGUN_WITHIN_S


def _handle(row: Message) -> None:
    token = current_request_id.set(row.request_id)
    try:
        subscriber = subscriber_named(row.subscriber)
        subscriber.handler(subscriber.load(row.payload), clock.now())
    finally:
        current_request_id.reset(token)


def _handle_together(rows: Sequence[Message]) -> bool:
    """All of them under one savepoint; False, with nothing done, when a handler raises."""
    try:
        with transaction.atomic():
            for row in rows:
                _handle(row)
    except Exception as error:  # noqa: BLE001 - raised again, and kept, where each is handled by itself
        log.info("outbox.one_by_one", messages=len(rows), error=type(error).__name__)
        return False
    return True


def _handle_singly(rows: Sequence[Message]) -> list[int]:
    """Each under a savepoint of its own, so that the one whose handler raises is found and put back; the ids of the others."""
    return [row.pk for row in rows if _handle_in_savepoint(row)]


def _handle_in_savepoint(row: Message) -> bool:
    try:
        with transaction.atomic():
            _handle(row)
    except Exception as error:  # noqa: BLE001 - the outermost loop: whatever a handler raises is kept as the letter's reason
        _put_back(row, error)
        return False
    return True


def _lease() -> _Lease | None:
    """The queue whose turn it is among those that nobody else serves now, kept from others for `LEASE_S`."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_QUEUES)
        for (queue,) in cursor.fetchall():
            asked_at = time.monotonic()
            cursor.execute(OCCUPY, [queue, LEASE_S])
            occupied = cursor.fetchone()
            if occupied is None:
                continue
            until, failures = occupied
            rows = list(Message.objects.raw(TAKE_OUTSIDE, [queue, BATCH]))
            lease = _Lease(queue, until, failures, asked_at, rows)
            if rows:
                return lease
            # Somebody delivered them since the queues were listed.
            _release(lease, tried=0)
    return None


def _release(lease: _Lease, tried: int) -> None:
    """Let others have the queue; when more may be due, after the queues that wait already."""
    ours = PausedQueue.objects.filter(pk=lease.queue, until=lease.until)
    if tried == len(lease.rows) < BATCH:
        ours.delete()
    else:
        ours.update(until=Now(), failures=0)


def _pause(lease: _Lease, row: Message, error: ReceiverUnreachable, *, failures: int) -> None:
    """Let the whole queue rest. Its messages never die of it: a department may be away for a weekend."""
    wait = _wait(failures, _LONGEST_PAUSE_S)
    with transaction.atomic():
        PausedQueue.objects.filter(pk=lease.queue, until=lease.until).update(
            failures=failures + 1, until=_in(wait)
        )
        Message.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1, reason=_reason(error), available_at=_in(wait)
        )
    log.warning("outbox.paused", message=row.pk, queue=row.queue, failures=failures + 1)


def _put_back(row: Message, error: Exception) -> None:
    attempts = row.attempts + 1
    # What another machine does not answer says nothing about the message: it is tried for as long as it takes.
    is_dead = attempts >= MAX_ATTEMPTS and not isinstance(error, ReceiverUnreachable)
    Message.objects.filter(pk=row.pk).update(
        attempts=attempts,
        is_dead=is_dead,
        reason=_reason(error),
        available_at=_in(_wait(row.attempts, _LONGEST_WAIT_S)),
    )
    log.warning(
        "outbox.failed",
        message=row.pk,
        subscriber=row.subscriber,
        attempts=attempts,
        dead=is_dead,
        error=type(error).__name__,
    )


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2_000]


def _wait(failures: int, longest: float) -> float:
    """Twice as long each time, with jitter."""
    wait = min(_FIRST_WAIT_S * 2.0 ** min(failures, 20), longest)
    return wait * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def _in(seconds: float) -> CombinedExpression:
    """An instant from now by the database's clock, which every machine shares."""
    return Now() + timedelta(seconds=seconds)
