"""Rows that many tests begin with: made once by the services, rolled back, and copied in for each test that wants them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connection, transaction

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class KeptRows(Generic[Made]):
    """What a builder answered, and the rows it wrote, by table."""

    made: Made
    rows: Mapping[str, bytes]

    def put_back(self) -> Made:
        """Write the rows into tables that hold none of them."""
        with connection.cursor() as cursor:
            for table, rows in self.rows.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT BINARY)') as copy:
                    copy.write(rows)
        return self.made


def keep(build: Callable[[], Made]) -> KeptRows[Made]:
    """Run `build` on empty tables and take what it wrote; the database is left as it was."""
    with transaction.atomic():
        empty = [table for table in connection.introspection.table_names() if not _read(table)]
        made = build()
        written = {table: _read(table) for table in empty}
        transaction.set_rollback(True)
    # Numbers are counted in a transaction of their own, so their rows are still there.
    return KeptRows(made, {table: rows for table, rows in written.items() if rows and not _read(table)})


def _read(table: str) -> bytes:
    """The rows of a table in PostgreSQL's own form; nothing for an empty one."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
        if cursor.fetchone() == (False,):
            return b""
        with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT BINARY)') as copy:
            return b"".join(copy)
