"""The field dictionary: what a condition may speak of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop


class FieldType(StrEnum):
    BOOL = "bool"
    INT = "int"
    DATE = "date"
    CODE = "code"
    LIST = "list"


class CodeScheme(StrEnum):
    GBT4754 = "gbt4754"
    DIVISION = "division"


# "No record means none" makes sense where none has a value: an empty list, 0, false.
CLOSED_WORLD_TYPES = frozenset({FieldType.LIST, FieldType.INT, FieldType.BOOL})


class FaultyField(TongbanError):
    """An entry of the field dictionary that contradicts itself."""

    code: ClassVar[str] = "FAULTY_FIELD"
    default_sentence: ClassVar[str] = gettext_noop("数据字典中的数据项定义有误。")


@dataclass(frozen=True)
class Field:
    """A data element as conditions see it.

    Money is a whole number of fen, a ratio a whole number of basis points. ``source`` is the register the
    value comes from and ``supply_by`` who can supply it when no register does. A ``closed_world`` field is
    never unknown: no record means none.
    """

    name: str
    field_type: FieldType
    label: str = ""
    scheme: CodeScheme | None = None
    unit: str | None = None
    source: str | None = None
    supply_by: str | None = None
    closed_world: bool = False

    def __post_init__(self) -> None:
        if self.closed_world and self.field_type not in CLOSED_WORLD_TYPES:
            raise FaultyField(f"{self.name}: a {self.field_type} field cannot be closed-world")
        if self.scheme is not None and self.field_type is not FieldType.CODE:
            raise FaultyField(f"{self.name}: a {self.field_type} field has no code scheme")


FieldDictionary = Mapping[str, Field]


def read_fields(raw: Mapping[str, Mapping[str, object]]) -> dict[str, Field]:
    """The dictionary from its JSON form; raises :class:`FaultyField`."""
    return {name: _read_field(name, entry) for name, entry in raw.items()}


def _read_field(name: str, entry: Mapping[str, object]) -> Field:
    scheme = _text(entry, "scheme")
    try:
        return Field(
            name=name,
            field_type=FieldType(str(entry.get("type"))),
            label=_text(entry, "label") or name,
            scheme=CodeScheme(scheme) if scheme is not None else None,
            unit=_text(entry, "unit"),
            source=_text(entry, "source"),
            supply_by=_text(entry, "supply_by"),
            closed_world=entry.get("closed_world", False) is True,
        )
    except ValueError as error:
        raise FaultyField(f"{name}: {error}") from error


def _text(entry: Mapping[str, object], key: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise FaultyField(f"{key} must be text, is {type(value).__name__}")
    return value
