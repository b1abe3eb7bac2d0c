"""Values in trees and facts: their types checked and brought into the one form that is compared.

Numbers are whole, dates are ISO text (which orders like the days), codes are normalised.
"""

import re
from collections.abc import Sequence
from datetime import date

from tongban.kernel.conditions.code_trees import is_well_formed, normalise_code
from tongban.kernel.conditions.errors import ConditionError, ConditionFault
from tongban.kernel.conditions.fields import Field, FieldType

Scalar = bool | int | str
FactValue = bool | int | str | tuple[str, ...]
Value = Scalar | tuple[Scalar, ...]

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def whole_number(value: object, field: str) -> int:
    """A whole number; a boolean is not a number, 10.0 is 10 and 1.5 is refused."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConditionError(ConditionFault.WRONG_TYPE, f"{value!r} is not a whole number", field=field)
    return value


def iso_date(value: object, field: str) -> str:
    """A real day as ``YYYY-MM-DD``."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str):
        raise ConditionError(ConditionFault.WRONG_TYPE, f"{value!r} is not a date", field=field)
    if _ISO_DATE.fullmatch(value) is None:
        raise ConditionError(ConditionFault.BAD_DATE, f"{value!r} is not YYYY-MM-DD", field=field)
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise ConditionError(ConditionFault.BAD_DATE, f"{value!r} is no day", field=field) from error
    return value


def text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ConditionError(ConditionFault.WRONG_TYPE, f"{value!r} is not text", field=field)
    return value


def code(value: object, field: Field) -> str:
    """A code in the form that is compared; raises ``BAD_CODE`` when its scheme does not know the shape."""
    found = text(value, field.name)
    if field.scheme is not None and not is_well_formed(field.scheme, found):
        raise ConditionError(
            ConditionFault.BAD_CODE, f"{found!r} is no {field.scheme} code", field=field.name
        )
    return normalise_code(field.scheme, found)


def scalar(value: object, field: Field) -> Scalar:
    """One value of the field's type (for a list field: of its elements), normalised."""
    if field.field_type is FieldType.BOOL:
        if not isinstance(value, bool):
            raise ConditionError(
                ConditionFault.WRONG_TYPE, f"{value!r} is not true or false", field=field.name
            )
        return value
    if field.field_type is FieldType.INT:
        return whole_number(value, field.name)
    if field.field_type is FieldType.DATE:
        return iso_date(value, field.name)
    return code(value, field)


def scalars(value: object, field: Field) -> tuple[Scalar, ...]:
    """A list of at least one value of the field's type, none of them null, in the order given."""
    found = sequence(value, field.name)
    if not found:
        raise ConditionError(ConditionFault.EMPTY_VALUE, "an empty list", field=field.name)
    if any(entry is None for entry in found):
        raise ConditionError(ConditionFault.NULL_IN_LIST, "null in a list", field=field.name)
    return tuple(scalar(entry, field) for entry in found)


def sequence(value: object, field: str) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise ConditionError(ConditionFault.WRONG_TYPE, f"{value!r} is not a list", field=field)
    return value
