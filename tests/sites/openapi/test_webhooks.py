"""Events reach the department's system: signed, once, in spite of an hour without it."""

import base64
import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.cases.city import at
from sites.openapi.conftest import System
from sites.openapi.receiver import Received, Receiver
from tongban.domains.cases.types import ApplicationReceipt
from tongban.foundation import clock
from tongban.foundation.outbox import registry
from tongban.foundation.outbox import services as outbox
from tongban.foundation.outbox.models import Message, PausedQueue
from tongban.sites.openapi.models import ApiClient, WebhookEvent
from tongban.sites.openapi.tasks import forget_old
from tongban.sites.openapi.webhooks import record_event


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def register(system: System, receiver: Receiver) -> str:
    secret: str = system.put("/webhook", {"url": receiver.url}).json()["secret"]
    return secret


def deliver() -> None:
    """Everything that is due now, as the worker would."""
    for _ in range(100):
        if outbox.deliver_due() == 0:
            return
    raise AssertionError("the outbox does not come to an end")


def an_hour_passes() -> None:
    """What waits for a later try is due."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    PausedQueue.objects.update(until=past)
    Message.objects.filter(is_dead=False).update(available_at=past)


def signatures(received: Received) -> list[str]:
    return [part.removeprefix("v1,") for part in received.headers["webhook-signature"].split(" ")]


def signed(received: Received, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode()
    return base64.b64encode(hmac.new(key, text + received.body, hashlib.sha256).digest()).decode()


def test_an_event_is_a_signed_cloud_event_without_personal_data(
    food: System, receiver: Receiver, receipt: ApplicationReceipt
) -> None:
    secret = register(food, receiver)

    deliver()

    (only,) = receiver.received
    assert only.headers["content-type"] == "application/cloudevents+json"
    assert signatures(only) == [signed(only, secret)]
    assert abs(int(only.headers["webhook-timestamp"]) - time.time()) < 60
    event = only.event
    assert (event["specversion"], event["type"]) == ("1.0", "tongban.case.received")
    assert (event["id"], event["subject"]) == (only.headers["webhook-id"], receipt.cases[0].number)
    assert event["data"]["status"] == "RECEIVED"
    assert "示例小馆" not in only.body.decode()


def test_a_system_hears_only_of_its_own_departments_cases(
    food: System, fire: System, receiver: Receiver, receipt: ApplicationReceipt
) -> None:
    register(food, receiver)
    with Receiver() as other:
        register(fire, other)
        deliver()

        assert [one.event["subject"] for one in receiver.received] == [receipt.cases[0].number]
        assert [one.event["subject"] for one in other.received] == [receipt.cases[1].number]


def test_after_an_hour_down_nothing_is_lost_or_doubled_and_others_did_not_wait(
    food: System, fire: System, receiver: Receiver, receipt: ApplicationReceipt
) -> None:
    register(food, receiver)
    receiver.status = 503
    number = receipt.cases[0].number
    food.act(number, "accept", revision=1)
    with Receiver() as other:
        register(fire, other)
        deliver()
        assert [one.event["type"] for one in other.received] == ["tongban.case.received"]
    assert receiver.received == []
    an_hour_passes()
    deliver()
    receiver.status = 204

    for _ in range(3):
        an_hour_passes()
        deliver()

    told = sorted((one.event["sequence"], one.event["type"]) for one in receiver.received)
    assert told == [("1", "tongban.case.received"), ("2", "tongban.case.moved")]
    assert Message.objects.count() == 0
    assert not WebhookEvent.objects.filter(client_id=food.client_id, delivered_at=None).exists()


def test_a_receiver_that_is_gone_keeps_its_messages(food: System, receipt: ApplicationReceipt) -> None:
    with Receiver() as closed:
        register(food, closed)

    deliver()

    assert Message.objects.get(is_dead=False).reason.startswith("ReceiverUnreachable")


def test_an_event_is_recorded_with_three_statements_and_queued_only_for_an_address(
    food: System, fire: System, receiver: Receiver, receipt: ApplicationReceipt
) -> None:
    register(fire, receiver)
    records = Message.objects.filter(subscriber__startswith="openapi.record_event/").order_by("id")
    statements = []

    for message in records:
        event = registry.subscriber_named(message.subscriber).load(message.payload)
        record_event(event, event.at)
        with CaptureQueriesContext(connection) as captured:
            record_event(event, event.at)
        statements.append(len(captured))

    assert statements == [3, 3]
    assert sorted(WebhookEvent.objects.values_list("client_id", "sequence")) == sorted(
        [(food.client_id, 1), (food.client_id, 2), (fire.client_id, 1), (fire.client_id, 2)]
    )
    queues = Message.objects.filter(subscriber__startswith="openapi.deliver").values_list("queue", flat=True)
    assert [queue.partition("/")[2] for queue in queues] == [str(fire.client_id)] * 2


def test_a_redirect_is_not_followed(food: System, receiver: Receiver, receipt: ApplicationReceipt) -> None:
    with Receiver() as elsewhere:
        receiver.status, receiver.location = 302, elsewhere.url
        register(food, receiver)
        deliver()

        assert elsewhere.received == []
    assert Message.objects.get().reason == "WebhookRefused: answered 302"


def test_for_a_day_the_old_secret_signs_beside_the_new_one(
    food: System, receiver: Receiver, receipt: ApplicationReceipt
) -> None:
    old = register(food, receiver)
    new = food.post("/webhook/rotate-secret", {}).json()["secret"]
    deliver()
    with clock.standing_at(at(3, 4, 10)):
        food.post("/events/replay", {"after": 0})
        deliver()

    within, later = receiver.received
    assert signatures(within) == [signed(within, new), signed(within, old)]
    assert signatures(later) == [signed(later, new)]


def test_replay_sends_the_same_events_again(
    food: System, receiver: Receiver, receipt: ApplicationReceipt, capsys: pytest.CaptureFixture[str]
) -> None:
    register(food, receiver)
    food.act(receipt.cases[0].number, "accept", revision=1)
    deliver()

    answer = food.post("/events/replay", {"after": 1})
    call_command("webhook_replay", str(food.client_id), after=1)
    deliver()

    ids = [one.headers["webhook-id"] for one in receiver.received]
    assert answer.json() == {"events": 1}
    assert (len(ids), len(set(ids)), ids[-1]) == (3, 2, ids[1])


def test_events_can_be_asked_for_without_a_webhook(food: System, receipt: ApplicationReceipt) -> None:
    food.act(receipt.cases[0].number, "accept", revision=1)
    deliver()

    first = food.get("/events", limit=1).json()
    rest = food.get("/events", after=first["last_sequence"]).json()

    assert [event["type"] for event in first["items"]] == ["tongban.case.received"]
    assert [event["data"]["action"] for event in rest["items"]] == ["ACCEPT"]
    assert food.get("/events", after=2).json() == {"items": [], "last_sequence": 2}


def test_signing_secrets_do_not_lie_readable_in_the_database(food: System, receiver: Receiver) -> None:
    secret = register(food, receiver)

    with connection.cursor() as cursor:
        cursor.execute("SELECT webhook_secret FROM openapi_client WHERE id = %s", [food.client_id])
        (kept,) = cursor.fetchone()
    assert secret not in kept
    assert ApiClient.objects.get().webhook_secret == secret


def test_old_events_go_unless_a_registered_address_has_not_taken_them(
    food: System, fire: System, receiver: Receiver, receipt: ApplicationReceipt
) -> None:
    register(food, receiver)
    receiver.status = 503
    deliver()
    assert WebhookEvent.objects.filter(delivered_at=None).count() == 2

    with clock.standing_at(at(4, 20)):
        forget_old(0)

    assert [event.client_id for event in WebhookEvent.objects.all()] == [food.client_id]


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(
    food: System, receiver: Receiver, receipt: ApplicationReceipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: judged as permitted, the name then points elsewhere; the request still goes to the judged address."""
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    with Receiver() as inside:
        answers = iter(["127.0.0.1"])
        real = socket.getaddrinfo

        def resolve(host: str, service: Any, *more: Any, **named: Any) -> Any:
            if host != "dept.example":
                return real(host, service, *more, **named)
            # Asked once it names the receiver; whoever asks again is sent to another machine.
            address = next(answers, "127.0.0.2")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, service))]

        ApiClient.objects.filter(pk=food.client_id).update(webhook_url=f"http://dept.example:{port}/events")
        client = ApiClient.objects.get(pk=food.client_id)
        client.webhook_secret = "whsec_QUFBQUFBQUFBQUFB"
        client.save(update_fields=["webhook_secret"])
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        deliver()

        assert [one.headers["host"] for one in receiver.received] == [f"dept.example:{port}"]
        assert inside.received == []
        assert next(answers, None) is None


def test_a_refused_address_is_not_registered(food: System) -> None:
    answer = food.put("/webhook", {"url": "https://169.254.169.254/latest/"})

    assert (answer.status_code, answer.json()["code"]) == (422, "ADDRESS_REFUSED")
    assert ApiClient.objects.get().webhook_url == ""
