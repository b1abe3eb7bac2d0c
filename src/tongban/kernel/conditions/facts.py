"""Facts about one subject, checked and normalised once, so that conditions only compare."""

from collections.abc import Mapping

from tongban.kernel.conditions.errors import ConditionError, ConditionFault
from tongban.kernel.conditions.fields import Field, FieldDictionary, FieldType
from tongban.kernel.conditions.values import FactValue, scalar, sequence, text

# Every field of the dictionary is a key; None means unknown.
Facts = Mapping[str, FactValue | None]

_NONE_ON_RECORD: dict[FieldType, FactValue] = {FieldType.LIST: (), FieldType.INT: 0, FieldType.BOOL: False}


def load_facts(raw: Mapping[str, object], fields: FieldDictionary) -> Facts:
    """The facts in the form conditions compare; a field not given is unknown.

    A closed-world field without a value loads as none: an empty list, 0 or false. Raises
    :class:`ConditionError` naming the field: ``UNKNOWN_FIELD``, ``WRONG_TYPE``, ``BAD_DATE``, ``BAD_CODE``
    or ``NULL_IN_FACT_LIST``.
    """
    for name in raw:
        if name not in fields:
            raise ConditionError(ConditionFault.UNKNOWN_FIELD, f"no field {name!r}", field=name)
    return {name: _load(raw.get(name), field) for name, field in fields.items()}


def _load(value: object, field: Field) -> FactValue | None:
    if value is None:
        return _NONE_ON_RECORD[field.field_type] if field.closed_world else None
    if field.field_type is FieldType.LIST:
        return _load_list(value, field)
    return scalar(value, field)


def _load_list(value: object, field: Field) -> tuple[str, ...]:
    found = sequence(value, field.name)
    if any(entry is None for entry in found):
        raise ConditionError(ConditionFault.NULL_IN_FACT_LIST, "null in a fact list", field=field.name)
    return tuple(text(entry, field.name) for entry in found)
