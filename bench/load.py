"""A small HTTP load: connections kept alive in one process, requests one after another on each."""

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """`p95_ms` over all answers; an answer that is not 200 counts as failed."""

    per_second: float
    p95_ms: float
    failed: int


def measure(host: str, port: int, path: str, *, connections: int, seconds: float) -> Load:
    """Ask for `path` as fast as the server answers, on `connections` connections for `seconds`."""
    return asyncio.run(_measure(host, port, path, connections, seconds))


async def _measure(host: str, port: int, path: str, connections: int, seconds: float) -> Load:
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Language: zh-CN\r\n\r\n".encode()
    begun = time.perf_counter()
    parts = await asyncio.gather(*(_client(host, port, request, begun + seconds) for _ in range(connections)))
    elapsed = time.perf_counter() - begun
    times = sorted(one for part, _ in parts for one in part)
    failed = sum(count for _, count in parts)
    if not times:
        return Load(0.0, float("inf"), failed)
    return Load(len(times) / elapsed, times[int(len(times) * 0.95)] * 1000, failed)


async def _client(host: str, port: int, request: bytes, until: float) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection(host, port)
    times, failed = [], 0
    while (asked := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        if b" 200 " in head[:16]:
            times.append(time.perf_counter() - asked)
        else:
            failed += 1
    writer.close()
    return times, failed
