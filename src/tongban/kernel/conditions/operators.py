"""The operators and the field types each one applies to."""

from enum import StrEnum

from tongban.kernel.conditions.fields import Field, FieldType


class Op(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"
    EXISTS = "exists"
    UNDER = "under"
    CONTAINS = "contains"
    OVERLAPS = "overlaps"
    YEARS_GE = "years_ge"
    YEARS_LE = "years_le"


YEARS_OPS = frozenset({Op.YEARS_GE, Op.YEARS_LE})

_ORDERED = frozenset({FieldType.INT, FieldType.DATE})
_SINGLE = frozenset({FieldType.BOOL, FieldType.INT, FieldType.DATE, FieldType.CODE})
_TYPES = {
    Op.EQ: _SINGLE,
    Op.NE: _SINGLE,
    Op.IN: frozenset({FieldType.INT, FieldType.DATE, FieldType.CODE}),
    Op.LT: _ORDERED,
    Op.LE: _ORDERED,
    Op.GT: _ORDERED,
    Op.GE: _ORDERED,
    Op.BETWEEN: _ORDERED,
    Op.EXISTS: frozenset(FieldType),
    Op.UNDER: frozenset({FieldType.CODE}),
    Op.CONTAINS: frozenset({FieldType.LIST}),
    Op.OVERLAPS: frozenset({FieldType.LIST}),
    Op.YEARS_GE: frozenset({FieldType.DATE}),
    Op.YEARS_LE: frozenset({FieldType.DATE}),
}


def applies_to(op: Op, field: Field) -> bool:
    """Whether the operator may be used on the field; ``under`` needs a code scheme with a tree."""
    if op is Op.UNDER and field.scheme is None:
        return False
    return field.field_type in _TYPES[op]
