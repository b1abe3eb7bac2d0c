"""Statements that are built once in a process and planned once a connection.

Of a read that finds one row by its key, building the statement takes several times as long as running it. Where a person waits and
thousands follow each other, such a read is written as a function that returns a query set and marked :func:`prepared`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from psycopg import Connection, sql

Given = ParamSpec("Given")
Row = TypeVar("Row")

# One value of a kind that no caller passes, to find in the built statement where each parameter went.
_STAND_INS: dict[object, Callable[[int], object]] = {
    UUID: lambda nth: UUID(int=nth),
    datetime: lambda nth: datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=nth),
    date: lambda nth: date(1, 1, 1) + timedelta(days=nth),
    str: lambda nth: f"\x00{nth}",
    list[UUID]: lambda nth: [UUID(int=nth)],
    list[str]: lambda nth: [f"\x00{nth}"],
}
_LONGEST_LABEL = 50
_known: WeakKeyDictionary[Connection[Any], set[str]] = WeakKeyDictionary()


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class AnyOf(models.Lookup):
    """``field__any_of=list``: as ``in``, in a statement that is the same for lists of every length."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*parameters, self.rhs)


def prepared(build: Callable[Given, "models.QuerySet[Any, Row]"]) -> Callable[Given, list[Row]]:
    """Read what the query set finds, a list; its parameters are positional, of the kinds `UUID`, `datetime`, `date`, `str` and lists.

    The function is called once, with stand-ins: it may not look at its values, and uses each of them (else ``TypeError``). Rows come
    as the query set gives them: objects with what `select_related` names, tuples of `values_list`, or flat values.
    """
    read: _Read[Row] | None = None

    @wraps(build)
    def run(*values: Given.args, **_named: Given.kwargs) -> list[Row]:
        nonlocal read
        if read is None:
            read = _Read(build)
        return read(values)

    return run


class Statement:
    """SQL with ``$1`` for its parameters, planned when a connection first meets it; the label is what its name begins with in logs."""

    def __init__(self, label: str, text: str) -> None:
        self.text = text
        self.name = f"{label[:_LONGEST_LABEL]}_{sha256(text.encode()).hexdigest()[:12]}"

    def execute(self, cursor: CursorWrapper, values: Sequence[Any]) -> None:  # Any: what the driver takes
        """Run it; what it answers is the cursor's."""
        known = _known.setdefault(cursor.connection, set())
        if self.name not in known:
            # Set-up of the connection, not a query of the page.
            cursor.connection.execute(f"PREPARE {self.name} AS {self.text}")
            known.add(self.name)
        given = f" ({', '.join(['%s'] * len(values))})" if values else ""
        cursor.execute(f"EXECUTE {self.name}{given}", values)


class _Read(Generic[Row]):
    """A query set as a statement, and how its rows become what the query set would give."""

    def __init__(self, build: Callable[..., "models.QuerySet[Any, Row]"]) -> None:
        kinds = {name: kind for name, kind in get_type_hints(build).items() if name != "return"}
        stand_ins = [_STAND_INS[kind](nth) for nth, kind in enumerate(kinds.values(), start=1)]
        query_set = build(*stand_ins)
        self._compiler = query_set.query.get_compiler(using=DEFAULT_DB_ALIAS)
        text, parameters = self._compiler.as_sql()
        written = tuple(_written(one, stand_ins) for one in parameters)
        unused = [name for nth, name in enumerate(kinds, start=1) if f"${nth}" not in written]
        if unused:
            raise TypeError(f"{build.__name__}: the query set does not use {', '.join(unused)}")
        text %= written
        self._statement = Statement(build.__name__.strip("_"), text)
        self._converters = self._compiler.get_converters([one[0] for one in self._compiler.select])
        self._made_of = query_set._iterable_class
        self._locks = query_set.query.select_for_update

    def __call__(self, values: Sequence[object]) -> list[Row]:
        if self._locks and connection.get_autocommit():
            # As Django says while it builds the SQL, which happens here only once.
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        with connection.cursor() as cursor:
            self._statement.execute(cursor, values)
            rows: Iterable[Any] = cursor.fetchall()
        if self._converters:
            rows = map(tuple, self._compiler.apply_converters(rows, self._converters))
        if self._made_of is ModelIterable:
            return list(self._objects(rows))
        return [row[0] for row in rows] if self._made_of is FlatValuesListIterable else list(rows)

    def _objects(self, rows: Iterable[Any]) -> Iterator[Any]:
        # As Django's own ModelIterable makes them.
        info = self._compiler.klass_info
        own = info["select_fields"]
        begin, end = own[0], own[-1] + 1
        names = [one[0].target.attname for one in self._compiler.select[begin:end]]
        related = get_related_populators(info, self._compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # the stubs are of a later Django
        for row in rows:
            made = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[begin:end])
            for one in related:
                one.populate(row, made)
            yield made


def _written(parameter: object, stand_ins: Sequence[object]) -> str:
    """A parameter of the built statement as ``$n``, or as itself where it is always the same."""
    for nth, one in enumerate(stand_ins, start=1):
        if type(one) is type(parameter) and one == parameter:
            return f"${nth}"
    return sql.Literal(parameter).as_string(connection.connection)
