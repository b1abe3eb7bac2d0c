"""The office's own database: events it was told of, and what it decided."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Lock

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, case_number TEXT NOT NULL, type TEXT NOT NULL, is_handled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS work (case_number TEXT PRIMARY KEY, status TEXT NOT NULL, finding TEXT NOT NULL DEFAULT '');
"""


class Ledger:
    """One SQLite file, used by the receiving and the working thread."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript(_TABLES)

    def note_event(self, event_id: str, case_number: str, kind: str) -> bool:
        """Keep an event; False when it was told before."""
        return self._run("INSERT OR IGNORE INTO event VALUES (?, ?, ?, 0)", event_id, case_number, kind) == 1

    def waiting(self) -> list[str]:
        """Cases with an event not yet handled."""
        rows = self._rows("SELECT DISTINCT case_number FROM event WHERE NOT is_handled ORDER BY case_number")
        return [str(row[0]) for row in rows]

    def note_work(self, case_number: str, status: str, finding: str) -> None:
        """What the case came to; the events that led here are handled."""
        self._run(
            "INSERT INTO work VALUES (?, ?, ?) ON CONFLICT (case_number)"
            " DO UPDATE SET status = excluded.status, finding = excluded.finding",
            case_number,
            status,
            finding,
        )
        self._run("UPDATE event SET is_handled = 1 WHERE case_number = ?", case_number)

    def setting(self, name: str) -> str:
        rows = self._rows("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    def set(self, name: str, value: str) -> None:
        self._run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)

    def _run(self, statement: str, *values: str) -> int:
        with self._lock, closing(self._database.execute(statement, values)) as cursor:
            return cursor.rowcount

    def _rows(self, query: str, *values: str) -> list[tuple[object, ...]]:
        with self._lock, closing(self._database.execute(query, values)) as cursor:
            return cursor.fetchall()
