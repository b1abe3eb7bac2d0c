"""Running quality rules over all rows at once, in DuckDB."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import duckdb

from tongban.domains.exchange.rules import quality
from tongban.domains.exchange.types import Check, QualityRule, RuleOutcome

DATA = "data"
"""The table or view to check: the fields as text, empty ones NULL, and `row`, from 1."""
FAULTY = "faulty"
"""What a check leaves behind: `row` and `rule`, the place of a broken rule in the list of rules."""

_FILLED_AT_ONCE = 20_000
# `ascii` of nothing and the like stay NULL: no rule raises on a value, however odd.
_MAKE_FAULTY = f"CREATE OR REPLACE TEMP TABLE {FAULTY} (row BIGINT, rule INTEGER)"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What rules found in the rows of `DATA`."""

    rows: int
    outcomes: tuple[RuleOutcome, ...]


def check_rows(connection: duckdb.DuckDBPyConnection, rules: Sequence[QualityRule], *, today: date) -> Sweep:
    """Check every row by every rule in one pass, then what compares rows; `FAULTY` names the broken ones.

    A rule SAME_AS needs its resource's rows in a table `other_<place of the rule>` with `key` and `value`; without it,
    there is nothing to compare with. Raises `FaultyRule`.
    """
    connection.execute(_MAKE_FAULTY)
    single = [
        (place, quality.row_condition(rule, today))
        for place, rule in enumerate(rules)
        if not quality.needs_all_rows(rule)
    ]
    if single:
        _check_single(connection, single, quality.packed_digits(rules))
    for place, rule in enumerate(rules):
        if rule.check is Check.UNIQUE:
            _check_unique(connection, place, rule)
        elif rule.check is Check.SAME_AS:
            _check_same(connection, place, rule)
    rows = _count(connection, f"SELECT count(*) FROM {DATA}")  # noqa: S608 - a constant
    found = connection.execute(f"SELECT rule, count(*) FROM {FAULTY} GROUP BY rule").fetchall()  # noqa: S608 - a constant
    wrong = dict(found)
    outcomes = tuple(
        RuleOutcome(rule.code, rule.text, rule.dimension, rows, wrong.get(place, 0), rule.least)
        for place, rule in enumerate(rules)
    )
    return Sweep(rows, outcomes)


def load_rows(
    connection: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, object]], fields: Sequence[str]
) -> None:
    """Put rows of a register under `DATA`, as text."""
    columns = ["row", *(quality.column(name) for name in fields)]
    kinds = ["BIGINT", *("VARCHAR" for _name in fields)]
    _fill(
        connection,
        DATA,
        dict(zip(columns, kinds, strict=True)),
        ((nth, *(_text(row.get(name)) for name in fields)) for nth, row in enumerate(rows, start=1)),
    )


def load_values(
    connection: duckdb.DuckDBPyConnection, place: int, values: Iterable[tuple[object, object]]
) -> None:
    """Put keys and values of another resource where the rule SAME_AS at that place looks for them."""
    found = ((_text(key), _text(value)) for key, value in values)
    _fill(connection, f"other_{place}", {"key": "VARCHAR", "value": "VARCHAR"}, found)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    """A table made anew from rows, column by column: a statement a row would take a millisecond each."""
    kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({kinds})")
    values = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
    remaining = iter(rows)
    while part := list(islice(remaining, _FILLED_AT_ONCE)):
        by_column = [list(column) for column in zip(*part, strict=True)]
        connection.execute(f"INSERT INTO {table} SELECT {values}", by_column)


def _check_single(
    connection: duckdb.DuckDBPyConnection, single: Sequence[tuple[int, str]], beside: Sequence[str]
) -> None:
    is_right = " AND ".join(f"({condition}) IS NOT FALSE" for _place, condition in single)
    broken = ", ".join(f"CASE WHEN NOT ({condition}) THEN {place} END" for place, condition in single)
    rows = f"(SELECT {', '.join(['*', *beside])} FROM {DATA})"  # noqa: S608 - expressions of checked names
    # The list is made for the broken rows only; the others have passed every condition once.
    connection.execute(
        f"INSERT INTO {FAULTY} SELECT row, rule FROM ("  # noqa: S608 - conditions are compiled from checked rules
        f"SELECT row, unnest([{broken}]) AS rule FROM {rows} WHERE NOT ({is_right})) WHERE rule IS NOT NULL"
    )


def _check_unique(connection: duckdb.DuckDBPyConnection, place: int, rule: QualityRule) -> None:
    """The first row of those alike is right. Hashes find the candidates, so that no text of all rows is held."""
    names = ", ".join(quality.column(name) for name in rule.fields)
    is_given = " AND ".join(f"{quality.column(name)} IS NOT NULL" for name in rule.fields)
    connection.execute(
        f"INSERT INTO {FAULTY} WITH repeated AS ("  # noqa: S608 - names are checked
        f"SELECT hash({names}) AS h FROM {DATA} WHERE {is_given} GROUP BY h HAVING count(*) > 1)"
        f" SELECT row, {place} FROM {DATA} SEMI JOIN repeated ON hash({names}) = repeated.h WHERE {is_given}"
        f" QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY row) > 1"
    )


def _check_same(connection: duckdb.DuckDBPyConnection, place: int, rule: QualityRule) -> None:
    other = f"other_{place}"
    is_there = _count(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [other])
    if not is_there:
        return
    (name,) = rule.fields
    key = quality.column(str(rule.params["key"]))
    connection.execute(
        f"INSERT INTO {FAULTY} SELECT row, {place} FROM {DATA} JOIN {other} ON {DATA}.{key} = {other}.key"  # noqa: S608 - names are checked
        f" WHERE {DATA}.{quality.column(name)} <> {other}.value"
    )


def _count(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()) -> int:
    row = connection.execute(sql, list(values)).fetchone()
    assert row is not None
    return int(row[0])


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
