"""The baseline of a submission: pgbench writes the rows that one submission wrote, prepared, with no program around it."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from tongban.foundation import postgres
from tongban.foundation.postgres.processes import run_client

THREADS = 2
_TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_UUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'")


@dataclass(frozen=True, slots=True)
class Baseline:
    per_second: float
    rows: int
    statements: int


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each value as SQL writes it."""


def run(application: str, *, clients: int, seconds: int) -> Baseline:
    """Transactions a second that write what the application of that number wrote, for as many clients at once."""
    tables = _written_with(application)
    statements = list(_statements(tables))
    script = ["\\set n random(1, 1000000000000000)", "BEGIN;", *(f"{one};" for one in statements), "COMMIT;"]
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write("\n".join(script) + "\n")
        file.flush()
        told = run_client(
            postgres.locate(),
            "pgbench",
            *("--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(THREADS, clients)}"),
            *(f"--time={seconds}", f"--file={file.name}", postgres.default_url()),
        )
    found = _TPS.search(told)
    assert found is not None, told
    return Baseline(float(found[1]), sum(len(table.rows) for table in tables), len(statements))


def _written_with(application: str) -> list[_Table]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM cases_application WHERE number = %s", [application])
        (written_by,) = cursor.fetchone()
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FILTER (WHERE is_identity = 'NO')"
            " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY table_name ORDER BY table_name"
        )
        tables = []
        for name, columns in cursor.fetchall():
            values = ", ".join(f'quote_nullable("{column}"::text)' for column in columns)
            cursor.execute(f'SELECT {values} FROM "{name}" WHERE xmin::text = %s', [written_by])  # noqa: S608 - names of the catalogue
            rows = tuple(cursor.fetchall())
            if rows:
                tables.append(_Table(name, tuple(columns), rows))
    return tables


def _statements(tables: Iterable[_Table]) -> Iterable[str]:
    """One insert a table, with ids and numbers of its own each time; the draft that was closed is one more row."""
    fresh = _fresh(tables)
    for table in tables:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        rows = ", ".join(f"({', '.join(fresh.get(value, value) for value in row)})" for row in table.rows)
        yield f'INSERT INTO "{table.name}" ({columns}) VALUES {rows}'  # noqa: S608 - rows of the database itself


def _fresh(tables: Iterable[_Table]) -> Mapping[str, str]:
    """What must not be written twice, by what it was: ids, numbers and the key against doubling."""
    fresh: dict[str, str] = {}
    for table in tables:
        for row in table.rows:
            for column, value in zip(table.columns, row, strict=True):
                if column == "id" and _UUID.fullmatch(value):
                    fresh[value] = f"md5(:n::bigint::text || '{len(fresh)}')::uuid"
                elif column in {"number", "idempotency_key"}:
                    fresh[value] = f"'{len(fresh)}-' || :n::bigint::text"
    return fresh
