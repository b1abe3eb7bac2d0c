"""Reading a condition tree: JSON in, checked nodes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tongban.kernel.conditions.errors import ConditionError, ConditionFault
from tongban.kernel.conditions.fields import Field, FieldDictionary
from tongban.kernel.conditions.operators import YEARS_OPS, Op, applies_to
from tongban.kernel.conditions.values import Value, code, scalar, scalars, sequence, whole_number

DEFAULT_REFERENCE = "closing_date"
# No rule written by people nests deeper; a deeper one would only exhaust the stack.
MAX_DEPTH = 100

_LEAF_KEYS = frozenset({"field", "op", "value", "clause", "at"})

Clause = str | Mapping[str, object]


class GroupKind(StrEnum):
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True)
class Leaf:
    """One comparison, its value normalised. ``clause`` is the text it rests on (依据条款)."""

    field: Field
    op: Op
    value: Value
    clause: Clause | None = None
    at: str = DEFAULT_REFERENCE


@dataclass(frozen=True)
class Negation:
    child: "Node"


@dataclass(frozen=True)
class Group:
    kind: GroupKind
    children: tuple["Node", ...]


Node = Leaf | Negation | Group


def read_tree(raw: object, fields: FieldDictionary) -> Node:
    """The tree as nodes; raises :class:`ConditionError` with the fault and the field it concerns."""
    return _read(raw, fields, MAX_DEPTH)


def _read(raw: object, fields: FieldDictionary, depth: int) -> Node:
    if depth == 0:
        raise ConditionError(ConditionFault.BAD_NODE, f"nested deeper than {MAX_DEPTH}")
    if not isinstance(raw, Mapping):
        raise ConditionError(ConditionFault.BAD_NODE, f"a node is an object, not {type(raw).__name__}")
    keys = set(raw)
    for kind in GroupKind:
        if keys == {kind.value}:
            return Group(kind, _read_children(raw[kind.value], fields, depth))
    if keys == {"not"}:
        return Negation(_read(raw["not"], fields, depth - 1))
    if not {"field", "op"} <= keys <= _LEAF_KEYS:
        raise ConditionError(ConditionFault.BAD_NODE, f"a node with the keys {sorted(map(str, keys))}")
    return _read_leaf(raw, fields)


def _read_children(raw: object, fields: FieldDictionary, depth: int) -> tuple[Node, ...]:
    if not isinstance(raw, list | tuple):
        raise ConditionError(ConditionFault.BAD_NODE, "a group holds a list")
    return tuple(_read(child, fields, depth - 1) for child in raw)


def _read_leaf(raw: Mapping[str, object], fields: FieldDictionary) -> Leaf:
    name = raw["field"]
    if not isinstance(name, str):
        raise ConditionError(ConditionFault.BAD_NODE, "a field is named by text")
    op = _read_op(raw["op"], name)
    field = fields.get(name)
    if field is None:
        raise ConditionError(ConditionFault.UNKNOWN_FIELD, f"no field {name!r}", field=name)
    if not applies_to(op, field):
        raise ConditionError(ConditionFault.OP_TYPE, f"{op} on a {field.field_type} field", field=name)
    if "value" not in raw:
        raise ConditionError(ConditionFault.MISSING_VALUE, f"{op} without a value", field=name)
    return Leaf(
        field=field,
        op=op,
        value=_read_value(raw["value"], op, field),
        clause=_read_clause(raw, name),
        at=_read_reference(raw, op, name),
    )


def _read_op(raw: object, name: str) -> Op:
    try:
        return Op(str(raw))
    except ValueError as error:
        raise ConditionError(ConditionFault.UNKNOWN_OP, f"no operator {raw!r}", field=name) from error


def _read_value(raw: object, op: Op, field: Field) -> Value:
    if raw is None:
        raise ConditionError(ConditionFault.NULL_VALUE, f"{op} null", field=field.name)
    if op is Op.EXISTS:
        if not isinstance(raw, bool):
            raise ConditionError(ConditionFault.WRONG_TYPE, f"exists {raw!r}", field=field.name)
        return raw
    if op in YEARS_OPS:
        return _read_years(raw, field)
    if op is Op.BETWEEN:
        return _read_bounds(raw, field)
    if op in (Op.IN, Op.OVERLAPS):
        return scalars(raw, field)
    if op is Op.CONTAINS:
        return _read_element(raw, field)
    return scalar(raw, field)


def _read_years(raw: object, field: Field) -> int:
    years = whole_number(raw, field.name)
    if years < 0:
        raise ConditionError(ConditionFault.WRONG_TYPE, f"{years} years", field=field.name)
    return years


def _read_bounds(raw: object, field: Field) -> Value:
    if len(sequence(raw, field.name)) != len(("low", "high")):
        raise ConditionError(ConditionFault.BETWEEN_ARITY, f"between {raw!r}", field=field.name)
    low, high = scalars(raw, field)
    # One field, one type: both bounds are numbers or both are ISO dates.
    if low > high:  # type: ignore[operator]  # mypy sees the union of both bounds' types
        raise ConditionError(ConditionFault.BETWEEN_REVERSED, f"between {raw!r}", field=field.name)
    return (low, high)


def _read_element(raw: object, field: Field) -> str:
    element = code(raw, field)
    if not element:
        raise ConditionError(ConditionFault.EMPTY_VALUE, "contains an empty text", field=field.name)
    return element


def _read_clause(raw: Mapping[str, object], name: str) -> Clause | None:
    clause = raw.get("clause")
    if isinstance(clause, Mapping):
        return MappingProxyType(dict(clause))
    if isinstance(clause, str):
        return clause
    if "clause" in raw:
        raise ConditionError(ConditionFault.BAD_NODE, "a clause is text or an object", field=name)
    return None


def _read_reference(raw: Mapping[str, object], op: Op, name: str) -> str:
    if "at" not in raw:
        return DEFAULT_REFERENCE
    at = raw["at"]
    if op not in YEARS_OPS or not isinstance(at, str) or not at:
        raise ConditionError(ConditionFault.BAD_NODE, f"{op} at {at!r}", field=name)
    return at
