"""New rows of several tables with one statement: one round trip, planned once a connection.

What an application sets down lies in a dozen tables. Insert by insert, most of its time would go into building, sending and planning
the statements.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg import Binary
from psycopg.types.json import Jsonb

from tongban.foundation.prepared import Statement

Rows = Sequence[models.Model]
_PLAIN = {
    models.BigAutoField,
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DateTimeField,
    models.IntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
    models.UUIDField,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """A table, the columns to fill, and where their values come from; one object for each."""

    table: str
    columns: tuple[str, ...]
    plain: tuple[tuple[str, str], ...]
    """Column and attribute."""
    other: "tuple[models.Field[Any, Any], ...]"


def insert(*groups: Rows, once: str = "") -> bool:
    """Write unsaved rows, those of one model to a group; ids that the database gives are not read back.

    With `once`, a unique column of the first group's only row: when a row with its value is there already, nothing is written and
    the answer is False. A transaction under way that writes the same value is waited for. Raises ``IntegrityError`` as any insert;
    a foreign key may point into another group.
    """
    filled = [group for group in groups if group]
    if not filled:
        return True
    shapes = [_shape_of(group[0]) for group in filled]
    values = [_dump(group, shape) for group, shape in zip(filled, shapes, strict=True)]
    with connection.cursor() as cursor:
        _statement(tuple(shapes), once).execute(cursor, values)
        return bool(cursor.fetchone()[0])


def _shape_of(row: models.Model) -> _Shape:
    """Of the fields the row has a value for; the others are the database's to fill."""
    model = type(row)
    values = row.__dict__
    missing = tuple(
        name
        for name, is_key in _may_be_missing(model)
        if isinstance(values[name], DatabaseDefault) or (is_key and values[name] is None)
    )
    return _shape(model, missing)


@lru_cache
def _may_be_missing(model: type[models.Model]) -> tuple[tuple[str, bool], ...]:
    fields = model._meta.concrete_fields
    return tuple((one.attname, one.primary_key) for one in fields if one.primary_key or one.has_db_default())


@lru_cache(maxsize=256)
def _shape(model: type[models.Model], missing: tuple[str, ...]) -> _Shape:
    fields = [one for one in model._meta.concrete_fields if one.attname not in missing]
    return _Shape(
        table=model._meta.db_table,
        columns=tuple(str(one.column) for one in fields),
        plain=tuple((str(one.column), one.attname) for one in fields if _is_plain(one)),
        other=tuple(one for one in fields if not _is_plain(one)),
    )


def _is_plain(field: "models.Field[Any, Any]") -> bool:
    """Whether the database reads the value as Python writes it."""
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    is_filled_by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return type(kind) in _PLAIN and not is_filled_by_itself


@lru_cache(maxsize=256)
def _statement(shapes: tuple[_Shape, ...], once: str) -> Statement:
    parts = []
    for nth, shape in enumerate(shapes):
        table, names = shape.table, ", ".join(f'"{name}"' for name in shape.columns)
        # Every name is a model's, every value a parameter.
        part = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", ${nth + 1}::jsonb)'  # noqa: S608
        if once:
            part += " WHERE EXISTS (SELECT FROM g0)" if nth else f' ON CONFLICT ("{once}") DO NOTHING'
        parts.append(f"g{nth} AS ({part} RETURNING 1)")
    return Statement("rows", f"WITH {', '.join(parts)} SELECT EXISTS (SELECT FROM g0)")  # noqa: S608


def _dump(group: Rows, shape: _Shape) -> str:
    database = connections[DEFAULT_DB_ALIAS]  # itself: the proxy would look it up again for each value
    rows = []
    for row in group:
        values = row.__dict__
        written = {column: values[name] for column, name in shape.plain}
        for field in shape.other:
            written[str(field.column)] = field.get_db_prep_save(
                field.pre_save(row, add=True), connection=database
            )
        rows.append(written)
    return json.dumps(rows, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Jsonb | Binary):
        return value.obj
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    # An instant, a day, an id, an amount: PostgreSQL reads what Python writes.
    return str(value)
