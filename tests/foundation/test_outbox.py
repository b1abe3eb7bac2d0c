from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tongban.foundation.audit.models import Entry
from tongban.foundation.audit.services import record
from tongban.foundation.outbox import registry, services
from tongban.foundation.outbox.models import Message, PausedQueue
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
    from django.db import transaction

    registry.subscribe(Happened, name="test.see", handler=lambda e, at: None)

    with pytest.raises(RuntimeError), transaction.atomic():
        services.publish(event, queue="SCJG")
        raise RuntimeError("the change failed")

    assert Message.objects.count() == 0


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


def test_a_receiver_that_does_not_answer_pauses_its_own_queue_only(registered):
    seen = []

    def call(e, at):
        if e.number == 1:
            raise registry.ReceiverUnreachable("no answer in 5 s")
        seen.append(e.number)

    registry.subscribe(CalledOut, name="test.call", handler=call, calls_out=True)
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


def test_the_index_serves_the_order_in_which_messages_are_taken():
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM outbox_message WHERE NOT is_dead AND available_at <= now() ORDER BY available_at, id LIMIT 20"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan; RESET enable_sort")

    assert "outbox_message_due" in plan
    assert "Sort" not in plan
