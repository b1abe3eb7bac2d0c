"""Telling a department's system what happened: recorded once, signed, delivered until it answers, replayed on request.

An event is first written down for each client of its department (in the transaction that takes it from the outbox) and from there
sent on the client's own queue: a system that is down holds up nobody else. The envelope is CloudEvents 1.0, the signature follows
Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`). It says which case to look at and carries no personal data.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop

from tongban.domains.cases.events import CaseEvent, CaseMoved
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Connection
from tongban.foundation import addresses, rows
from tongban.foundation.outbox import services as outbox
from tongban.foundation.outbox.registry import ReceiverUnreachable
from tongban.foundation.prepared import Statement
from tongban.kernel.errors import TongbanError
from tongban.sites.openapi.models import ApiClient, WebhookEvent

KEPT_DAYS = 30
OVERLAP = timedelta(hours=24)
"""How long the previous secret still signs after a rotation."""
TIMEOUT = httpx.Timeout(10.0)
_SECRET_BYTES = 32
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class WebhookMissing(TongbanError):
    code: ClassVar[str] = "WEBHOOK_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("还没有登记推送地址。请先登记。")


class WebhookRefused(Exception):
    """The receiver answered, but would not take the message."""


@dataclass(frozen=True, slots=True)
class WebhookDue:
    """One recorded event is to be sent."""

    event_id: UUID


def set_webhook(client_id: UUID, url: str) -> str | None:
    """Register the address; answers the signing secret the first time, afterwards None.

    Raises ``AddressRefused``.
    """
    addresses.judge(url)
    with transaction.atomic():
        client = ApiClient.objects.select_for_update().get(pk=client_id)
        secret = None if client.webhook_secret else _new_secret()
        client.webhook_url = url
        if secret is not None:
            client.webhook_secret = secret
        client.save(update_fields=["webhook_url", "webhook_secret"])
    return secret


def rotate_secret(client_id: UUID, *, at: datetime) -> str:
    """A new signing secret; the old one signs beside it for :data:`OVERLAP`. Raises :class:`WebhookMissing`."""
    with transaction.atomic():
        client = ApiClient.objects.select_for_update().get(pk=client_id)
        if not client.webhook_url:
            raise WebhookMissing(f"client {client_id} has no webhook")
        client.previous_webhook_secret = client.webhook_secret
        client.previous_secret_until = at + OVERLAP
        secret = client.webhook_secret = _new_secret()
        client.save(update_fields=["webhook_secret", "previous_webhook_secret", "previous_secret_until"])
        return secret


def record_event(event: CaseEvent, at: datetime) -> None:
    """Write the event down for each system of its department and have it sent to those with an address."""
    recorded: list[WebhookEvent] = []
    due: list[WebhookEvent] = []
    for client_id, sequence, has_address in _next_numbers(_heard_by(event.department)):
        event_id = uuid4()
        body = envelope(event, event_id=event_id, sequence=sequence)
        row = WebhookEvent(id=event_id, client_id=client_id, sequence=sequence, body=body, at=at)
        recorded.append(row)
        if has_address:
            due.append(row)
    rows.insert(recorded, outbox.rows_for(_as_due(due)))


def deliver(due: WebhookDue, at: datetime) -> None:
    """Send one event; raises ``ReceiverUnreachable``, :class:`WebhookRefused` or ``AddressRefused``."""
    row = WebhookEvent.objects.select_related("client").filter(pk=due.event_id).first()
    if row is None or row.delivered_at is not None:
        return
    client = row.client
    if not client.is_active or not client.webhook_url:
        return
    _post(client.webhook_url, json.dumps(row.body, ensure_ascii=False).encode(), row.id, _secrets(client, at))
    WebhookEvent.objects.filter(pk=row.pk).update(delivered_at=at)


def replay(client_id: UUID, *, after: int) -> int:
    """Send again what the client was sent after sequence number `after`; answers how many."""
    with transaction.atomic():
        events = list(
            WebhookEvent.objects.select_for_update()
            .filter(client_id=client_id, sequence__gt=after)
            .order_by("sequence")
        )
        WebhookEvent.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=None)
        outbox.publish_many(_as_due(events))
    return len(events)


def list_events(client_id: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Envelopes after sequence number `after`, oldest first."""
    events = WebhookEvent.objects.filter(client_id=client_id, sequence__gt=after).order_by("sequence")
    return list(events.values_list("body", flat=True)[:limit])


def envelope(event: CaseEvent, *, event_id: UUID, sequence: int) -> dict[str, Any]:
    """The event as CloudEvents 1.0, JSON format."""
    kind = _WORDS.sub("-", type(event).__qualname__.removeprefix("Case")).lower()
    data = {
        "case_number": event.case_number,
        "application_number": event.application_number,
        "basic_code": event.basic_code,
        "item_code": event.item_code,
        "department": event.department,
        "status": event.status,
    }
    if isinstance(event, CaseMoved):
        data["action"] = event.action
    return {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"{settings.PUBLIC_URL}/api/v1",
        "type": f"tongban.case.{kind}",
        "subject": event.case_number,
        "time": event.at.isoformat(),
        "datacontenttype": "application/json",
        "sequence": str(sequence),
        "data": data,
    }


def signature_headers(
    body: bytes, *, event_id: UUID, sent_at: int, secrets_in_use: Sequence[str]
) -> Mapping[str, str]:
    """Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one signature a secret in use."""
    signed = f"{event_id}.{sent_at}.".encode() + body
    signatures = [
        base64.b64encode(
            hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
        ).decode()
        for secret in secrets_in_use
    ]
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _heard_by(department: str) -> list[str]:
    """Whose systems hear of a department's cases: its own, and the guiding department's that works for its offices."""
    found = directory.get_department(department)
    if found.guided_by is None or found.connection is not Connection.OWN_SYSTEM:
        return [department]
    return [department, found.guided_by]


# Locked in order of id: sequence numbers are given out one after the other, so who reads the feed misses none.
_NEXT_NUMBERS = Statement(
    "next_webhook_numbers",
    "UPDATE openapi_client c SET last_sequence = c.last_sequence + 1"
    " FROM (SELECT id FROM openapi_client WHERE department = ANY($1) AND is_active ORDER BY id FOR UPDATE) heard"
    " WHERE c.id = heard.id RETURNING c.id, c.last_sequence, c.webhook_url <> ''",
)


def _next_numbers(departments: list[str]) -> list[tuple[UUID, int, bool]]:
    """Of each system of these departments: its id, the number of its next event, whether it has an address to send to."""
    with connection.cursor() as cursor:
        _NEXT_NUMBERS.execute(cursor, [departments])
        return list(cursor.fetchall())


def _as_due(events: Iterable[WebhookEvent]) -> list[tuple[WebhookDue, str]]:
    """As the outbox takes them, on a queue for each system."""
    return [(WebhookDue(event.pk), str(event.client_id)) for event in events]


def _post(url: str, body: bytes, event_id: UUID, secrets_in_use: Sequence[str]) -> None:
    try:
        target = addresses.judge(url)
    except addresses.HostUnknown as error:
        raise ReceiverUnreachable(str(error)) from error
    headers = {
        "Host": target.host,
        "Content-Type": "application/cloudevents+json",
        "User-Agent": "Tongban",
        **signature_headers(body, event_id=event_id, sent_at=int(time.time()), secrets_in_use=secrets_in_use),
    }
    try:
        # No redirects, no proxy from the environment: the request goes where the address was judged, or nowhere.
        with (
            httpx.Client(
                timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=_trusted()
            ) as client,
            client.stream(
                "POST",
                target.url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.server_name},
            ) as response,
        ):
            status = response.status_code
    except httpx.TransportError as error:
        raise ReceiverUnreachable(type(error).__name__) from error
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ReceiverUnreachable(f"answered {status}")
    if not 200 <= status < 300:
        raise WebhookRefused(f"answered {status}")


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities a receiver's certificate may come from; reading them takes longer than everything else of a sending."""
    return httpx.create_ssl_context(trust_env=False)


def _secrets(client: ApiClient, at: datetime) -> list[str]:
    found = [client.webhook_secret]
    if client.previous_webhook_secret and client.previous_secret_until and at < client.previous_secret_until:
        found.append(client.previous_webhook_secret)
    return found


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
