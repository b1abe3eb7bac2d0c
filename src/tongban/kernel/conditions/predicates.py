"""Leaves brought to the few predicates that are left once dates are folded and values normalised.

``lt``, ``gt``, ``ne`` and the year operators disappear here, so the canonical form and the evaluation
cannot disagree about what a leaf means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from tongban.kernel.conditions.errors import ConditionError, ConditionFault
from tongban.kernel.conditions.fields import FieldType
from tongban.kernel.conditions.operators import Op
from tongban.kernel.conditions.tree import Leaf
from tongban.kernel.conditions.values import Scalar, Value, iso_date

Params = Mapping[str, object]


@dataclass(frozen=True)
class Predicate:
    """A comparison in its one form: ``[op, field, value]``, perhaps negated."""

    op: Op
    field: str
    value: Value
    negated: bool = False

    def as_json(self) -> list[object]:
        if self.op is Op.EXISTS:
            return [self.op.value, self.field]
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return [self.op.value, self.field, value]


def to_predicate(leaf: Leaf, params: Params) -> Predicate:
    """The leaf's one form; raises ``MISSING_PARAM`` without the date it counts years from."""
    make = partial(Predicate, field=leaf.field.name)
    value = leaf.value
    if leaf.op is Op.NE:
        return _equality(leaf, negated=True)
    if leaf.op is Op.EQ:
        return _equality(leaf, negated=False)
    if leaf.op is Op.EXISTS:
        return make(op=Op.EXISTS, value=True, negated=value is False)
    if leaf.op is Op.LT:
        return make(op=Op.LE, value=neighbour(leaf.value, -1, leaf.field.name))
    if leaf.op is Op.GT:
        return make(op=Op.GE, value=neighbour(leaf.value, +1, leaf.field.name))
    if leaf.op is Op.YEARS_GE:
        return make(op=Op.LE, value=_years_before(leaf, params))
    if leaf.op is Op.YEARS_LE:
        return make(op=Op.GE, value=_years_before(leaf, params))
    if isinstance(value, tuple):
        return _membership(leaf, value)
    return make(op=leaf.op, value=value)


def _equality(leaf: Leaf, *, negated: bool) -> Predicate:
    if leaf.field.field_type is FieldType.BOOL:
        return Predicate(Op.EQ, leaf.field.name, True, negated=negated == (leaf.value is True))
    return Predicate(Op.EQ, leaf.field.name, leaf.value, negated=negated)


def _membership(leaf: Leaf, values: tuple[Scalar, ...]) -> Predicate:
    name = leaf.field.name
    if leaf.op is Op.BETWEEN:
        low, high = values
        return Predicate(Op.EQ, name, low) if low == high else Predicate(Op.BETWEEN, name, values)
    # One field, one type, so the elements order among themselves.
    distinct = tuple(sorted(set(values)))
    if len(distinct) == 1:
        return Predicate(Op.EQ if leaf.op is Op.IN else Op.CONTAINS, name, distinct[0])
    return Predicate(leaf.op, name, distinct)


def neighbour(value: Value, step: int, field: str) -> int | str:
    """The whole number or the day beside a value; raises ``BAD_DATE`` beyond the calendar."""
    if isinstance(value, int):
        return value + step
    assert isinstance(value, str)
    try:
        return (date.fromisoformat(value) + timedelta(days=step)).isoformat()
    except OverflowError as error:
        raise ConditionError(ConditionFault.BAD_DATE, f"no day beside {value}", field=field) from error


def _years_before(leaf: Leaf, params: Params) -> str:
    """The reference day less whole years; 29 February becomes 28 February in a common year."""
    given = params.get(leaf.at)
    if given is None:
        raise ConditionError(ConditionFault.MISSING_PARAM, f"no {leaf.at}", field=leaf.field.name)
    reference = date.fromisoformat(iso_date(given, leaf.at))
    assert isinstance(leaf.value, int)
    year = reference.year - leaf.value
    if year < date.min.year:
        raise ConditionError(
            ConditionFault.BAD_DATE, f"{reference} less {leaf.value} years", field=leaf.field.name
        )
    try:
        return reference.replace(year=year).isoformat()
    except ValueError:
        return reference.replace(year=year, day=28).isoformat()
