"""Answering the platform over HTTP: who asks is checked, what was asked is logged before anything leaves."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from urllib.parse import unquote

from tongban.demo.registers import proof
from tongban.demo.registers.store import LogEntry, Store
from tongban.demo.registers.styles import Answer, Style

LARGEST = 100_000
LATE_S, HANGS_S = 4.0, 60.0
"""Longer than the platform waits, and much longer."""
FAULTS = ("slow", "hang", "down", "garbage", "huge", "other", "refuse", "none")


@dataclass(frozen=True, slots=True)
class Register:
    """One department's service; it takes `takes_s` to answer when nothing is wrong."""

    style: Style
    store: Store
    secret: str
    certificate: Callable[[], bytes]
    takes_s: float
    ended: Event


def make_server(port: int, register: Register) -> ThreadingHTTPServer:
    """A server on this machine only."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path == "/health":
                self._send(Answer(200, "text/plain", b"ok"), "")
                return
            self._serve("GET", b"")

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._serve("POST", self.rfile.read(min(length, LARGEST)))

        def _serve(self, method: str, body: bytes) -> None:
            fault = register.store.fault()
            if fault == "down":
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = _answer(register, method, self.path, headers, body, fault)
            if found is None:
                self._send(Answer(401, "text/plain", b"who are you"), "")
                return
            waited = {"slow": LATE_S, "hang": HANGS_S}.get(fault, register.takes_s)
            register.ended.wait(waited)
            try:
                self._send(*found)
            except OSError:
                self.close_connection = True  # who asked has gone

        def _send(self, answer: Answer, reference: str) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media)
            self.send_header("Content-Length", str(len(answer.body)))
            if reference:
                self.send_header("X-Log-Reference", reference)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing of single requests: the log is in the database."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def _answer(
    register: Register, method: str, target: str, headers: Mapping[str, str], body: bytes, fault: str
) -> tuple[Answer, str] | None:
    """The answer and its number in the log; None for somebody else than the platform."""
    style, store = register.style, register.store
    if not proof.is_genuine(method, target, headers, body, certificate=register.certificate()):
        return None
    if style.needs and not hmac.compare_digest(headers.get(style.needs, ""), register.secret):
        return None
    number = style.number_in(method, target, body)
    if number is None:
        return Answer(400, "text/plain", b"no such service"), ""
    outcome, answer = _look_up(style, store, number, fault)
    key = bytes.fromhex(headers["x-exchange-key"])
    entry = LogEntry(
        exchange_id=headers["x-exchange-id"],
        client=headers["x-exchange-client"],
        resource=headers["x-exchange-resource"],
        purpose=unquote(headers["x-exchange-purpose"]),
        cause=unquote(headers["x-exchange-cause"]),
        request_hash=proof.message_hash(key, f"{method} {target}".encode(), body),
        response_hash=proof.message_hash(key, answer.body),
        outcome=outcome,
        signature=headers["signature"],
    )
    return answer, str(store.write_log(entry))


def _look_up(style: Style, store: Store, number: str, fault: str) -> tuple[str, Answer]:
    if fault == "refuse":
        return "NOT_ALLOWED", style.refusal()
    if fault == "garbage":
        return "FOUND", Answer(200, "application/json", b"<html>Proxy error")
    if fault == "huge":
        return "FOUND", Answer(200, "application/json", b"[" + b"0," * 500_000 + b"0]")
    row = store.record(number, another=fault == "other")
    return "NOT_FOUND" if row is None else "FOUND", style.answer(row)


def wait_for_end(server: ThreadingHTTPServer, register: Register) -> None:
    """Return when the process was told to end."""
    while not register.ended.wait(1.0):
        register.store.keep_clock()
    server.shutdown()
