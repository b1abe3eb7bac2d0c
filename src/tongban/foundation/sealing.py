"""Which rows of an append-only table may be sealed next (ADR 0005).

Such a table has the column `transaction`, the number of the writing transaction, and a number that grows with every row. Rows are
sealed in the order (transaction, number), and only once every transaction up to theirs has ended, so that a late commit can never slip
in before a sealed row. Another server counts transactions anew: a database moved there begins a new stretch, of greater numbers only.
"""

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

BEFORE_ALL = -1
_XMAX = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_XMIN = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last sealed row stands; `above` is the number above which its stretch lies, `top` the greatest number sealed."""

    transaction: int = BEFORE_ALL
    number: int = BEFORE_ALL
    above: int = 0
    top: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows that come next, as a condition for WHERE; they are taken in the order (transaction, number)."""

    condition: str
    above: int


def next_stretch(cursor: CursorWrapper, last: Place, *, table: str, number: str) -> Stretch:
    """What may be sealed after the last sealed row; table and column are names of ours, never input."""
    behind = (
        f"(transaction, {number}) > ({last.transaction:d}, {last.number:d}) AND {number} > {last.above:d}"
    )
    # A transaction number not yet reached was given by a former server: those rows were committed there, and come first.
    former = f"transaction >= {_XMAX} AND {behind}"
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE {former}), {_XMAX}")  # noqa: S608 - names are constants, numbers are numbers
    has_former, reached = cursor.fetchone()
    if has_former:
        return Stretch(former, last.above)
    if last.transaction >= reached:
        return Stretch(f"transaction < {_XMIN} AND {number} > {last.top:d}", last.top)
    return Stretch(f"transaction < {_XMIN} AND {behind}", last.above)
