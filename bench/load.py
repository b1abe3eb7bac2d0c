"""A small HTTP load: kept-alive connections in processes of their own, each with one request under way at a time."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from multiprocessing import get_context

PERCENTILE = 0.95
READ_BYTES = 1 << 18
SILENCE_S = 30.0
"""A server that says nothing for so long has failed the measurement."""


@dataclass(frozen=True, slots=True)
class Load:
    """`p95_ms` over the wanted answers; every other answer counts as failed."""

    answered: int
    failed: int
    seconds: float
    p95_ms: float

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


@dataclass(slots=True)
class _Connection:
    requests: Iterator[bytes]
    socket: socket.socket
    asked: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def ask_again_and_again(
    port: int, request: bytes, *, connections: int, seconds: float, processes: int = 1
) -> Load:
    """The same request as fast as the server answers 200, on each connection, for so many seconds."""
    endless = [[request]] * connections
    return _spread(partial(_ask, port, 200, True, seconds), endless, processes)


def send_once(
    port: int, requests: Sequence[Sequence[bytes]], *, wanted: int, seconds: float, processes: int = 1
) -> Load:
    """Each connection sends its own requests in turn, none of them twice, until the time is over or they run out."""
    return _spread(partial(_ask, port, wanted, False, seconds), requests, processes)


def get(path: str, port: int, headers: Sequence[str] = ()) -> bytes:
    """The bytes of a visitor's request."""
    lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Language: zh-CN", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(path: str, port: int, cookie: str, body: bytes) -> bytes:
    """The bytes of a browser's request that sends a form."""
    origin = f"http://127.0.0.1:{port}"
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: {origin}",
        f"Referer: {origin}{path}",
        f"Cookie: {cookie}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _spread(
    ask: partial[tuple[list[float], int, float]], requests: Sequence[Sequence[bytes]], processes: int
) -> Load:
    shares = [requests[nth::processes] for nth in range(processes)]
    begun = time.perf_counter()
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        parts = list(pool.map(ask, shares))
    times = sorted(one for part, _failed, _seconds in parts for one in part)
    failed = sum(part[1] for part in parts)
    seconds = max(part[2] for part in parts)
    assert seconds <= time.perf_counter() - begun
    p95 = times[int(len(times) * PERCENTILE)] * 1000 if times else float("inf")
    return Load(len(times), failed, seconds, p95)


def _ask(
    port: int, wanted: int, is_endless: bool, seconds: float, requests: Sequence[Sequence[bytes]]
) -> tuple[list[float], int, float]:
    """Times of the wanted answers, how many others came, and how long it took."""
    status = str(wanted).encode()
    times: list[float] = []
    failed = 0
    with selectors.DefaultSelector() as selector:
        begun = time.perf_counter()
        for own in requests:
            open_socket = socket.create_connection(("127.0.0.1", port))
            connection = _Connection(cycle(own) if is_endless else iter(own), open_socket)
            selector.register(open_socket, selectors.EVENT_READ, connection)
            _send_next(connection, selector)
        while selector.get_map():
            ready = selector.select(SILENCE_S)
            if not ready:
                raise TimeoutError(f"no answer for {SILENCE_S:.0f} s")
            for key, _events in ready:
                connection = key.data
                if not _read(connection):
                    continue
                now = time.perf_counter()
                if connection.received[9:12] == status:
                    times.append(now - connection.asked)
                else:
                    failed += 1
                connection.received.clear()
                if now - begun < seconds:
                    _send_next(connection, selector)
                else:
                    _close(connection, selector)
        elapsed = time.perf_counter() - begun
    return times, failed, elapsed


def _send_next(connection: _Connection, selector: selectors.BaseSelector) -> None:
    request = next(connection.requests, None)
    if request is None:
        _close(connection, selector)
        return
    connection.asked = time.perf_counter()
    connection.socket.sendall(request)


def _close(connection: _Connection, selector: selectors.BaseSelector) -> None:
    selector.unregister(connection.socket)
    connection.socket.close()


def _read(connection: _Connection) -> bool:
    """Take what has come; whether the answer is whole."""
    some = connection.socket.recv(READ_BYTES)
    if not some:
        raise ConnectionError("the server closed a connection that was to be kept")
    received = connection.received
    received += some
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    start = received.lower().index(b"content-length:", 0, end) + len(b"content-length:")
    length = int(received[start : received.index(b"\r\n", start)])
    return len(received) >= end + 4 + length
