"""Data elements, code lists and the material dictionary (数据标准)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from tongban.kernel.conditions import CodeScheme, Field, FieldType


class ElementType(StrEnum):
    TEXT = "text"
    BOOL = "bool"
    INT = "int"
    DATE = "date"
    CODE = "code"
    LIST = "list"
    MONEY = "money"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class DataElement:
    """数据元: one meaning, one type, wherever it is asked or stored.

    `question` and `why` are the words of life in which it is asked; `validator` names a check of
    `standards.rules.VALIDATORS`; `resource` and `resource_field` say which exchange resource
    supplies it, None when only the applicant can.
    """

    code: str
    name: str
    element_type: ElementType
    label: str
    question: str
    why: str
    help: str
    unit: str | None
    scheme: str | None
    options: tuple[Option, ...]
    validator: str | None
    is_sensitive: bool
    closed_world: bool
    resource: str | None
    resource_field: str | None
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None

    @property
    def condition_field(self) -> Field:
        """The element as the condition kernel knows it, money as fen; ValueError for text and files."""
        if self.element_type in (ElementType.TEXT, ElementType.FILE):
            raise ValueError(f"{self.code} is {self.element_type}: it cannot stand in a condition")
        is_money = self.element_type is ElementType.MONEY
        return Field(
            name=self.code,
            field_type=FieldType.INT if is_money else FieldType(self.element_type.value),
            label=self.label,
            scheme=None if self.scheme is None else CodeScheme(self.scheme),
            unit=self.unit,
            source=self.resource,
            closed_world=self.closed_world,
        )

    @property
    def can_stand_in_conditions(self) -> bool:
        return self.element_type not in (ElementType.TEXT, ElementType.FILE)


@dataclass(frozen=True, slots=True)
class MaterialType:
    """材料字典: one canonical material with its common names, and what makes asking for it needless: the licence type that it
    is, or the resource that holds what it says.
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    licence_type: str | None
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load of a dictionary changed; a second load of the same rows changes nothing."""

    created: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class ElementVersion:
    """One version of an element; `applied_at` None: it holds from `effective_from` on, a day that has not come."""

    number: int
    effective_from: date
    made_at: datetime
    made_by: str
    applied_at: datetime | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an element, or one of its values, is called in another standard; `value` empty: the element itself."""

    standard: str
    value: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Usage:
    """One place that uses an element: a resource, a guide, a package, a licence type."""

    kind: str
    code: str
    name: str


class UsageSource(Protocol):
    """A higher domain says where it uses these elements; registered in `apps.ready`."""

    def __call__(self, elements: Collection[str]) -> Mapping[str, Sequence[Usage]]: ...
