"""Reads of the data standard, from a copy each process keeps."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from django.db.models import Max
from django.utils.translation import gettext_noop

from tongban.domains.standards import models
from tongban.domains.standards.types import DataElement, ElementType, MaterialType, Option
from tongban.kernel.conditions import Field
from tongban.kernel.errors import TongbanError

# A load reaches every process within this time; in between, reading costs no query.
SECONDS_BETWEEN_CHECKS = 30.0


class ElementNotFound(TongbanError):
    code: ClassVar[str] = "ELEMENT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("数据标准中没有这个数据项。")


class MaterialTypeNotFound(TongbanError):
    code: ClassVar[str] = "MATERIAL_TYPE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("材料字典中没有这种材料。")


@dataclass(frozen=True, slots=True)
class _Dictionary:
    revision: int
    checked_at: float
    elements: Mapping[str, DataElement]
    condition_fields: Mapping[str, Field]
    material_types: Mapping[str, MaterialType]


_copy: _Dictionary | None = None


def elements() -> Mapping[str, DataElement]:
    """Every data element by code."""
    return _dictionary().elements


def get_element(code: str) -> DataElement:
    """One data element; raises `ElementNotFound`."""
    found = elements().get(code)
    if found is None:
        raise ElementNotFound(f"element {code}")
    return found


def condition_fields() -> Mapping[str, Field]:
    """The field dictionary for conditions: every element that is neither text nor a file."""
    return _dictionary().condition_fields


def material_types() -> Mapping[str, MaterialType]:
    """Every material type by code."""
    return _dictionary().material_types


def get_material_type(code: str) -> MaterialType:
    """One material type; raises `MaterialTypeNotFound`."""
    found = material_types().get(code)
    if found is None:
        raise MaterialTypeNotFound(f"material type {code}")
    return found


def forget_dictionary() -> None:
    """Drop this process's copy; the next read takes a fresh one."""
    global _copy
    _copy = None


def _dictionary() -> _Dictionary:
    global _copy
    now = time.monotonic()
    if _copy is not None and now - _copy.checked_at < SECONDS_BETWEEN_CHECKS:
        return _copy
    revision = models.DictionaryRevision.objects.values_list("revision", flat=True).first() or 0
    if _copy is None or _copy.revision != revision:
        _copy = _read(revision, now)
    else:
        _copy = _Dictionary(revision, now, _copy.elements, _copy.condition_fields, _copy.material_types)
    return _copy


def _read(revision: int, now: float) -> _Dictionary:
    found = {row.code: as_element(row) for row in models.Element.objects.prefetch_related("options")}
    return _Dictionary(
        revision=revision,
        checked_at=now,
        elements=MappingProxyType(found),
        condition_fields=MappingProxyType(
            {
                code: element.condition_field
                for code, element in found.items()
                if element.can_stand_in_conditions
            }
        ),
        material_types=MappingProxyType(
            {row.code: as_material_type(row) for row in models.MaterialType.objects.all()}
        ),
    )


def last_versions(codes: Iterable[str]) -> Mapping[str, int]:
    """By element, the number of the newest version; one that has none is left out."""
    rows = models.ElementVersion.objects.filter(element__in=set(codes))
    return dict(rows.values_list("element_id").annotate(last=Max("number")))


def as_element(row: models.Element) -> DataElement:
    return DataElement(
        code=row.code,
        name=row.name,
        element_type=ElementType(row.element_type),
        label=row.label,
        question=row.question,
        why=row.why,
        help=row.help,
        unit=row.unit,
        scheme=row.scheme,
        options=tuple(Option(option.value, option.label, option.help) for option in row.options.all()),
        validator=row.validator,
        is_sensitive=row.is_sensitive,
        closed_world=row.closed_world,
        resource=row.resource,
        resource_field=row.resource_field,
        max_length=row.max_length,
        minimum=row.minimum,
        maximum=row.maximum,
    )


def as_material_type(row: models.MaterialType) -> MaterialType:
    return MaterialType(row.code, row.name, tuple(row.aliases), row.licence_type, row.resource)
