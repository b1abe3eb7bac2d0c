"""The shape of a condition tree as JSON Schema, for editors and for the catalogue's exchange format.

Shape only: types of fields, code formats, real dates, reversed bounds and parameters are checked against
the field dictionary by :mod:`tongban.kernel.conditions.tree`.
"""

from tongban.kernel.conditions.operators import Op

_SCALAR_NUMBER_OR_TEXT = ["integer", "string"]


def _leaf(ops: tuple[Op, ...], value: dict[str, object], *, dated: bool = False) -> dict[str, object]:
    properties: dict[str, object] = {
        "field": {"type": "string", "minLength": 1},
        "op": {"enum": [op.value for op in ops]},
        "value": value,
        "clause": {"$ref": "#/$defs/clause"},
    }
    if dated:
        properties["at"] = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "properties": properties,
        "required": ["field", "op", "value"],
        "additionalProperties": False,
    }


def _list_of(item_type: list[str] | str, **bounds: int) -> dict[str, object]:
    return {"type": "array", "items": {"type": item_type}, **bounds}


def _group(key: str, content: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {key: content},
        "required": [key],
        "additionalProperties": False,
    }


_NODE = {"$ref": "#/$defs/node"}
_NODES: dict[str, object] = {"type": "array", "items": _NODE}

CONDITION_SCHEMA: dict[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Condition tree",
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "oneOf": [
                _group("all", _NODES),
                _group("any", _NODES),
                _group("not", dict(_NODE)),
                {"$ref": "#/$defs/leaf"},
            ]
        },
        "clause": {
            "description": "The text (依据条款) the leaf comes from; no part of its identity.",
            "oneOf": [{"type": "string"}, {"type": "object"}],
        },
        "leaf": {
            "oneOf": [
                _leaf((Op.EQ, Op.NE), {"type": ["boolean", "integer", "string"]}),
                _leaf((Op.CONTAINS, Op.UNDER), {"type": "string", "minLength": 1}),
                _leaf((Op.IN,), _list_of(_SCALAR_NUMBER_OR_TEXT, minItems=1)),
                _leaf((Op.OVERLAPS,), _list_of("string", minItems=1)),
                _leaf((Op.LT, Op.LE, Op.GT, Op.GE), {"type": _SCALAR_NUMBER_OR_TEXT}),
                _leaf((Op.BETWEEN,), _list_of(_SCALAR_NUMBER_OR_TEXT, minItems=2, maxItems=2)),
                _leaf((Op.EXISTS,), {"type": "boolean"}),
                _leaf((Op.YEARS_GE, Op.YEARS_LE), {"type": "integer", "minimum": 0}, dated=True),
            ]
        },
    },
}
