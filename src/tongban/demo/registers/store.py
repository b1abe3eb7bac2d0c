"""A department's own database: its register, its log of every request, and the fault it is told to have."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg
from psycopg.rows import dict_row

LOG = """
INSERT INTO request_log (exchange_id, at, client, resource, purpose, cause, request_hash, response_hash, outcome, signature)
VALUES (%(exchange_id)s, %(at)s, %(client)s, %(resource)s, %(purpose)s, %(cause)s, %(request_hash)s, %(response_hash)s, %(outcome)s,
        %(signature)s) RETURNING id
"""
LINES = """
SELECT exchange_id, at, client, resource, request_hash, response_hash, outcome FROM request_log ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request as the department answers for it; `signature` is the platform's, over the request."""

    exchange_id: str
    client: str
    resource: str
    purpose: str
    cause: str
    request_hash: bytes
    response_hash: bytes
    outcome: str
    signature: str


class Store:
    """One connection, used by one thread at a time."""

    def __init__(self, url: str, clock: Path | None) -> None:
        self._clock = clock
        self._lock = Lock()
        self._database = psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def record(self, number: str, *, another: bool = False) -> dict[str, Any] | None:
        """What the register holds under a number, or under any other."""
        comparison = "<>" if another else "="
        query = f"SELECT * FROM register WHERE number {comparison} %s ORDER BY number LIMIT 1"  # noqa: S608 - one of two signs
        with self._lock:
            return self._database.execute(query, [number]).fetchone()

    def fault(self) -> str:
        """How the system misbehaves at present, empty when it does not."""
        with self._lock:
            row = self._database.execute("SELECT kind FROM fault").fetchone()
        return "" if row is None else str(row["kind"])

    def write_log(self, entry: LogEntry) -> int:
        values = {name: getattr(entry, name) for name in LogEntry.__slots__}
        with self._lock:
            row = self._database.execute(LOG, {**values, "at": self.now()}).fetchone()
        assert row is not None
        return int(row["id"])

    def keep_clock(self) -> None:
        """Let the database know the instant in which the sample city stands."""
        with self._lock:
            self._database.execute("UPDATE clock SET at = %s WHERE at IS DISTINCT FROM %s", [self.now()] * 2)

    def now(self) -> datetime:
        """The sample city's instant; the machine's where no clock stands."""
        if self._clock is None or not self._clock.exists():
            return datetime.now(UTC)
        return datetime.fromisoformat(json.loads(self._clock.read_text())["now"])


def log_lines(url: str) -> list[str]:
    """The log, oldest first, one JSON object a line, as the platform asks for it."""
    with psycopg.connect(url, row_factory=dict_row) as database:
        rows = database.execute(LINES).fetchall()
    return [
        json.dumps(
            {
                "exchange_id": str(row["exchange_id"]),
                "at": row["at"].astimezone(UTC).isoformat(),
                "client": row["client"],
                "resource": row["resource"],
                "request_hash": bytes(row["request_hash"]).hex(),
                "response_hash": bytes(row["response_hash"]).hex(),
                "outcome": row["outcome"],
            }
        )
        for row in rows
    ]


def set_fault(url: str, kind: str) -> None:
    """Let the system misbehave from the next request on; an empty kind ends it."""
    with psycopg.connect(url) as database:
        database.execute("DELETE FROM fault")
        if kind:
            database.execute("INSERT INTO fault (kind) VALUES (%s)", [kind])
