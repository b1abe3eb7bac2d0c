"""Receiving events: checked by signature and age (Standard Webhooks), kept before they are answered for."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event

from tongban.demo.department_system.ledger import Ledger

TOLERANCE_S = 300
LARGEST = 100_000


def is_genuine(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> bool:
    """Whether the platform signed this body within the last five minutes."""
    event_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(now - int(sent_at)) > TOLERANCE_S:
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    wanted = hmac.digest(key, f"{event_id}.{sent_at}.".encode() + body, hashlib.sha256)
    good = f"v1,{base64.b64encode(wanted).decode()}"
    return any(hmac.compare_digest(good, given) for given in headers.get("webhook-signature", "").split(" "))


def make_server(port: int, *, ledger: Ledger, arrived: Event) -> ThreadingHTTPServer:
    """A server on this machine only; `arrived` is set when there is something to do."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, LARGEST))
            self._answer(self._receive(body))

        def do_GET(self) -> None:
            self._answer(200 if self.path == "/health" else 404)

        def _receive(self, body: bytes) -> int:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not is_genuine(headers, body, secret=ledger.setting("webhook_secret"), now=time.time()):
                return 401
            event = json.loads(body)
            if ledger.note_event(event["id"], event["subject"], event["type"]):
                arrived.set()
            return 204

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing of single requests."""

    return ThreadingHTTPServer(("127.0.0.1", port), Receiver)
