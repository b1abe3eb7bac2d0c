"""New rows of several tables with one statement: one round trip, planned once a connection.

What an application sets down lies in a dozen tables. Insert by insert, most of its time would go into building, sending and planning
the statements.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import DatabaseDefault
from psycopg import Connection
from psycopg.types.json import Jsonb

Rows = Sequence[models.Model]
Columns = tuple[str, ...]

_prepared: WeakKeyDictionary[Connection[Any], set[str]] = WeakKeyDictionary()


def insert(*groups: Rows, once: str = "") -> bool:
    """Write unsaved rows, those of one model to a group; ids that the database gives are not read back.

    With `once`, a unique column of the first group's only row: when a row with its value is there already, nothing is written and
    the answer is False. A transaction under way that writes the same value is waited for. Raises ``IntegrityError`` as any insert;
    a foreign key may point into another group.
    """
    filled = [group for group in groups if group]
    if not filled:
        return True
    fields = [_filled(group[0]) for group in filled]
    tables = tuple(
        (group[0]._meta.db_table, tuple(field.column for field in own))
        for group, own in zip(filled, fields, strict=True)
    )
    values = [_dump(group, own) for group, own in zip(filled, fields, strict=True)]
    with connection.cursor() as cursor:
        name = _prepare(cursor, _statement(tables, once))
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
        return bool(cursor.fetchone()[0])


def _filled(row: models.Model) -> "list[models.Field[Any, Any]]":
    """The fields the row has a value for; the others are the database's to fill."""
    return [
        field
        for field in row._meta.concrete_fields
        if not isinstance(getattr(row, field.attname), DatabaseDefault)
        and not (field.primary_key and row.pk is None)
    ]


@lru_cache(maxsize=256)
def _statement(tables: tuple[tuple[str, Columns], ...], once: str) -> str:
    parts = []
    for nth, (table, columns) in enumerate(tables):
        names = ", ".join(f'"{name}"' for name in columns)
        # Every name is a model's, every value a parameter.
        part = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", ${nth + 1}::jsonb)'  # noqa: S608
        if once:
            part += " WHERE EXISTS (SELECT FROM g0)" if nth else f' ON CONFLICT ("{once}") DO NOTHING'
        parts.append(f"g{nth} AS ({part} RETURNING 1)")
    return f"WITH {', '.join(parts)} SELECT EXISTS (SELECT FROM g0)"  # noqa: S608


def _prepare(cursor: CursorWrapper, statement: str) -> str:
    """The name under which the statement is known to this connection."""
    name = f"rows_{sha256(statement.encode()).hexdigest()[:24]}"
    known = _prepared.setdefault(cursor.connection, set())
    if name not in known:
        # Set-up of the connection, not a query of the page.
        cursor.connection.execute(f"PREPARE {name} AS {statement}")
        known.add(name)
    return name


def _dump(group: Rows, fields: "Sequence[models.Field[Any, Any]]") -> str:
    database = connections[DEFAULT_DB_ALIAS]  # itself: the proxy would look it up again for each value
    rows = [
        {
            field.column: field.get_db_prep_save(field.pre_save(row, add=True), connection=database)
            for field in fields
        }
        for row in group
    ]
    return json.dumps(rows, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Jsonb):
        return value.obj
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    # An instant, a day, an id, an amount: PostgreSQL reads what Python writes.
    return str(value)
