import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tongban.foundation.audit.models import Entry
from tongban.foundation.audit.services import record
from tongban.foundation.outbox import registry, services
from tongban.foundation.outbox.models import Message, PausedQueue
from tongban.foundation.requests import current_request_id
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Happened:
    id: UUID
    on: date
    at: datetime
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalledOut:
    number: int


@pytest.fixture
def registered(monkeypatch):
    """An empty registry for the test."""
    monkeypatch.setattr(registry, "_by_event", {})
    monkeypatch.setattr(registry, "_by_name", {})


@pytest.fixture
def event():
    return Happened(uuid4(), date(2026, 3, 2), datetime(2026, 3, 2, 1, tzinfo=UTC), ("准予", "送达"))


def due_again() -> None:
    Message.objects.update(available_at=datetime.now(UTC) - timedelta(seconds=1))


def test_a_subscriber_gets_the_event_as_it_was_published(registered, event):
    seen = []
    registry.subscribe(Happened, name="test.see", handler=lambda e, at: seen.append(e))

    services.publish(event, queue="SCJG")
    services.deliver_due()

    assert seen == [event]
    assert Message.objects.count() == 0


def test_what_is_rolled_back_is_not_delivered(registered, event):
    registry.subscribe(Happened, name="test.see", handler=lambda e, at: None)

    with transaction.atomic():
        services.publish(event, queue="SCJG")
        transaction.set_rollback(True)

    assert Message.objects.count() == 0


def test_who_delivers_alone_also_calls_out_within_the_transaction(registered, event):
    seen = []
    registry.subscribe(Happened, name="test.see", handler=lambda e, at: seen.append(e))
    registry.subscribe(CalledOut, name="test.call", handler=lambda e, at: seen.append(e), calls_out=True)

    with transaction.atomic():
        services.publish(event, queue="SCJG")
        services.publish(CalledOut(1), queue="SCJG")
        delivered = services.deliver_alone()

    assert delivered == 2
    assert seen == [event, CalledOut(1)]
    assert Message.objects.count() == 0


def test_who_delivers_alone_hears_what_a_handler_raises_and_nothing_was_done(registered, event):
    seen = []

    def fail(e, at):
        raise ValueError("poison")

    registry.subscribe(Happened, name="test.see", handler=lambda e, at: seen.append(e))
    registry.subscribe(CalledOut, name="test.call", handler=fail, calls_out=True)
    services.publish(event, queue="SCJG")
    services.publish(CalledOut(1), queue="SCJG")

    with pytest.raises(ValueError, match="poison"):
        services.deliver_alone()

    assert seen == [event]
    assert list(Message.objects.values_list("attempts", flat=True)) == [0, 0]


def test_a_handler_that_fails_leaves_nothing_behind_and_its_neighbours_are_delivered(registered, event):
    seen = []

    def write_then_fail(e, at):
        record(actor=PLATFORM, action="HALF", at=at, object_type="t", object_id="1")
        raise ValueError("poison")

    registry.subscribe(Happened, name="test.poison", handler=write_then_fail)
    registry.subscribe(Happened, name="test.see", handler=lambda e, at: seen.append(e))

    services.publish(event, queue="SCJG")
    services.deliver_due()

    assert seen == [event]
    assert Entry.objects.count() == 0
    assert Message.objects.get().reason == "ValueError: poison"


def test_a_batch_inside_costs_four_statements_in_one_transaction(registered, event):
    registry.subscribe(Happened, name="test.see", handler=lambda e, at: None)
    services.publish_many((event, "SCJG") for _ in range(services.BATCH))

    with CaptureQueriesContext(connection) as captured:
        delivered = services.deliver_inside()

    said = [query["sql"].split()[0] for query in captured]
    assert delivered == services.BATCH
    assert said == ["BEGIN", "SELECT", "SAVEPOINT", "RELEASE", "DELETE", "COMMIT"]


def test_poison_ends_among_the_dead_letters_and_can_be_sent_again(registered, event):
    healed = []

    def fail_until_healed(e, at):
        if not healed:
            raise ValueError("poison")

    registry.subscribe(Happened, name="test.poison", handler=fail_until_healed)
    services.publish(event, queue="SCJG")

    for _ in range(services.MAX_ATTEMPTS):
        services.deliver_due()
        due_again()
    (letter,) = services.dead_letters()
    healed.append(True)
    services.retry_dead(letter.id)
    due_again()
    services.deliver_due()

    assert (letter.attempts, letter.reason) == (services.MAX_ATTEMPTS, "ValueError: poison")
    assert Message.objects.count() == 0


def all_but(number, error):
    """Numbers of what is called out, as they are taken in by a receiver that raises at one of them."""
    seen = []

    def call(e, at):
        if e.number == number:
            raise error
        seen.append(e.number)

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    return seen


def test_a_receiver_that_does_not_answer_pauses_its_own_queue_only(registered):
    seen = all_but(1, registry.ReceiverUnreachable("no answer in 5 s"))
    services.publish(CalledOut(1), queue="HUNG")
    services.publish(CalledOut(1), queue="HUNG")
    services.publish(CalledOut(2), queue="WELL")

    while services.deliver_due():
        pass

    assert seen == [2]
    assert PausedQueue.objects.get().queue == "test.call/HUNG"
    assert sorted(Message.objects.values_list("queue", "attempts", "is_dead")) == [
        ("test.call/HUNG", 0, False),
        ("test.call/HUNG", 1, False),
    ]


def test_a_receiver_down_for_an_hour_gets_everything_once_when_it_is_back(registered):
    is_down, seen = [True], []

    def call(e, at):
        if is_down:
            raise registry.ReceiverUnreachable("down")
        seen.append(e.number)

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish_many((CalledOut(n), "DOWN") for n in range(5))

    for _ in range(20):
        services.deliver_due()
        due_again()
        PausedQueue.objects.update(until=datetime.now(UTC))
    is_down.clear()
    while services.deliver_due():
        due_again()

    assert sorted(seen) == [0, 1, 2, 3, 4]
    assert services.backlog() == 0


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (services.TAKE_INSIDE, [20], "outbox_message_due"),
        (services.TAKE_OUTSIDE, ["test.call/Q", 20], "outbox_message_due_outside"),
    ],
)
def test_an_index_serves_the_order_in_which_messages_are_taken(statement, values, index):
    fill(4_000, "'q' || n % 40", "n % 2 = 0")

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert f"using {index} on" in plan
    assert "Sort" not in plan


def test_the_backlog_of_a_hung_receiver_costs_the_others_nothing():
    fill(40, "'q' || n", "true")
    fill(20_000, "'q5'", "true")
    PausedQueue.objects.create(queue="q5", until=datetime.now(UTC) + timedelta(minutes=1))

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {services.DUE_QUEUES}")
        ((explained,),) = cursor.fetchall()

    plan = explained[0]["Plan"]
    assert plan["Actual Rows"] == 39
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 1_000


def test_a_receiver_that_hangs_holds_one_thread_only(registered):
    hung, seen = threading.Event(), []

    def call(e, at):
        if e.number == 0:
            assert hung.wait(30)
        seen.append(e.number)

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish_many((CalledOut(0), "HUNG") for _ in range(4))
    services.publish_many((CalledOut(n), f"WELL{n}") for n in range(1, 6))
    with ThreadPoolExecutor(2) as pool:
        loops = [pool.submit(deliver_all) for _ in range(2)]
        done, waiting = wait(loops, timeout=20, return_when=FIRST_COMPLETED)
        seen_while_hung = sorted(seen)
        hung.set()

    assert (len(done), len(waiting)) == (1, 1)
    assert seen_while_hung == [1, 2, 3, 4, 5]


def test_a_queue_is_served_by_one_thread_at_a_time_and_in_order(registered):
    busy, seen = threading.Lock(), []

    def call(e, at):
        assert busy.acquire(blocking=False), "two messages of one queue at once"
        time.sleep(0.005)
        seen.append(e.number)
        busy.release()

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish_many((CalledOut(n), "ONE") for n in range(50))

    with ThreadPoolExecutor(4) as pool:
        loops = [pool.submit(deliver_all) for _ in range(4)]
    for loop in loops:
        loop.result()
    deliver_all()

    assert seen == list(range(50))


def test_a_batch_costs_a_statement_a_message_and_four_a_lease(registered):
    registry.subscribe(CalledOut, name="test.call", handler=lambda e, at: None, calls_out=True)
    services.publish_many((CalledOut(n), "ONE") for n in range(services.BATCH))

    with CaptureQueriesContext(connection) as captured:
        delivered = services.deliver_outside()

    said = [query["sql"].split()[0] for query in captured]
    assert delivered == services.BATCH
    assert said == ["WITH", "INSERT", "SELECT", *["DELETE"] * services.BATCH, "UPDATE"]


def test_a_busy_queue_has_one_batch_before_those_that_came_later(registered):
    seen = []
    registry.subscribe(
        CalledOut, name="test.call", handler=lambda e, at: seen.append(e.number), calls_out=True
    )
    services.publish_many((CalledOut(0), "BUSY") for _ in range(2 * services.BATCH + 1))
    services.publish(CalledOut(1), queue="LATER")
    services.publish(CalledOut(2), queue="LAST")

    deliver_all()

    assert seen == [0] * services.BATCH + [1, 2] + [0] * (services.BATCH + 1)
    assert not PausedQueue.objects.exists()


def test_a_message_that_fails_waits_alone_and_the_rest_of_its_batch_goes_out(registered):
    seen = all_but(1, ValueError("refused"))
    services.publish_many((CalledOut(n), "ONE") for n in range(4))

    tried = services.deliver_outside()

    assert tried == 4
    assert seen == [0, 2, 3]
    assert list(Message.objects.values_list("payload", "attempts", "reason")) == [
        ({"number": 1}, 1, "ValueError: refused")
    ]
    assert not PausedQueue.objects.exists()


def test_a_receiver_that_goes_away_within_a_batch_keeps_what_it_did_not_get(registered):
    seen = all_but(2, registry.ReceiverUnreachable("gone"))
    services.publish_many((CalledOut(n), "ONE") for n in range(5))
    PausedQueue.objects.create(queue="test.call/ONE", until=datetime.now(UTC), failures=7)

    tried = services.deliver_outside()
    tried_while_it_rests = services.deliver_outside()

    assert (tried, tried_while_it_rests) == (3, 0)
    assert seen == [0, 1]
    assert list(Message.objects.order_by("id").values_list("payload", "attempts", "is_dead")) == [
        ({"number": 2}, 1, False),
        ({"number": 3}, 0, False),
        ({"number": 4}, 0, False),
    ]
    # It answered twice before: this is its first failure, not the eighth.
    assert PausedQueue.objects.get().failures == 1


def test_what_a_lease_has_no_time_for_is_given_back_at_once_and_goes_out_in_order(registered, monkeypatch):
    moment, seen = [0.0], []

    def call(e, at):
        moment[0] += 4.0
        seen.append(e.number)

    monkeypatch.setattr(services.time, "monotonic", lambda: moment[0])
    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish_many((CalledOut(n), "ONE") for n in range(5))

    tried = [services.deliver_outside() for _ in range(3)]

    assert tried == [3, 2, 0]
    assert seen == [0, 1, 2, 3, 4]


def test_who_is_told_to_end_gives_back_what_he_has_not_begun(registered):
    seen = []
    registry.subscribe(
        CalledOut, name="test.call", handler=lambda e, at: seen.append(e.number), calls_out=True
    )
    services.publish_many((CalledOut(n), "ONE") for n in range(5))

    tried = services.deliver_outside(is_ending=lambda: len(seen) == 2)
    deliver_all()

    assert tried == 2
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("error", [None, ValueError("refused"), registry.ReceiverUnreachable("gone")])
def test_who_holds_on_beyond_his_lease_leaves_the_next_as_it_is(registered, error):
    taken_over = []

    def call(e, at):
        lease_ends()
        taken_over.append(services._lease())
        if error:
            raise error

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish(CalledOut(1), queue="ONE")

    services.deliver_outside()

    paused = PausedQueue.objects.get()
    assert (paused.until, paused.failures) == (taken_over[0].until, 0)


def test_a_worker_killed_within_a_batch_sends_twice_only_what_was_under_way(registered):
    class Killed(BaseException):
        pass

    is_killed, seen = [True], []

    def call(e, at):
        seen.append(e.number)
        if e.number == 2 and is_killed:
            raise Killed

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish_many((CalledOut(n), "ONE") for n in range(5))

    with pytest.raises(Killed):
        services.deliver_outside()
    tried_during_the_lease = services.deliver_outside()
    is_killed.clear()
    lease_ends()
    deliver_all()

    assert tried_during_the_lease == 0
    assert seen == [0, 1, 2, 2, 3, 4]
    assert not Message.objects.exists()
    assert not PausedQueue.objects.exists()


def test_a_database_that_goes_away_within_a_batch_costs_one_message_a_second_sending(registered):
    seen = []

    def call(e, at):
        seen.append(e.number)
        if seen == [0, 1]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (ours,) = cursor.fetchone()
            with ThreadPoolExecutor(1) as other:
                other.submit(end_session, ours).result()

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
    services.publish_many((CalledOut(n), "ONE") for n in range(3))

    with pytest.raises(OperationalError):
        services.deliver_outside()
    connections.close_all()
    lease_ends()
    deliver_all()

    assert seen == [0, 1, 1, 2]
    assert services.backlog() == 0


def test_a_message_for_code_that_is_gone_ends_among_the_dead_letters(registered):
    Message.objects.create(
        subscriber="gone/Happened", queue="gone/Q", payload={}, attempts=services.MAX_ATTEMPTS - 1
    )

    services.deliver_due()

    (letter,) = services.dead_letters()
    assert letter.reason == "LookupError: no subscriber named gone/Happened"


def test_the_request_id_follows_the_event_into_its_handler(registered, event):
    seen = []
    registry.subscribe(Happened, name="test.see", handler=lambda e, at: seen.append(current_request_id.get()))

    token = current_request_id.set("0123456789abcdef")
    services.publish(event, queue="SCJG")
    current_request_id.reset(token)
    services.deliver_due()

    assert seen == ["0123456789abcdef"]
    assert current_request_id.get() == ""


def fill(count: int, queue: str, calls_out: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_message (subscriber, queue, calls_out, payload, attempts, is_dead, reason, request_id)"
            f" SELECT 's', {queue}, {calls_out}, '{{}}', 0, false, '', '' FROM generate_series(1, {count}) n"
        )


def lease_ends() -> None:
    PausedQueue.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))


def end_session(pid: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        connections.close_all()


def deliver_all() -> None:
    try:
        while services.deliver_outside():
            pass
    finally:
        connections.close_all()
