"""Reads of an element's versions, of what other standards call it, and of who uses it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from tongban.domains.standards import models, rules
from tongban.domains.standards.types import (
    DataElement,
    ElementType,
    ElementVersion,
    Mapped,
    Option,
    Usage,
    UsageSource,
)

_sources: list[UsageSource] = []


def register_usage_source(source: UsageSource) -> None:
    """Let a higher domain say where it uses elements."""
    if source not in _sources:
        _sources.append(source)


def usage(elements: Collection[str]) -> Mapping[str, tuple[Usage, ...]]:
    """By element, every place that uses it; one that nobody uses is left out."""
    found: dict[str, tuple[Usage, ...]] = {}
    for source in _sources:
        for code, places in source(elements).items():
            found[code] = (*found.get(code, ()), *places)
    return found


def list_versions(code: str) -> tuple[ElementVersion, ...]:
    """The versions of an element, the newest first, each with what it changed."""
    found: list[ElementVersion] = []
    before: DataElement | None = None
    for row in models.ElementVersion.objects.filter(element_id=code).order_by("number"):
        element = as_written(row.document)
        changed = rules.changes(before, element) if before is not None else ()
        found.append(
            ElementVersion(
                number=row.number,
                effective_from=row.effective_from,
                made_at=row.made_at,
                made_by=row.made_by,
                applied_at=row.applied_at,
                changes=changed,
            )
        )
        before = element
    return tuple(reversed(found))


def list_mappings(code: str) -> tuple[Mapped, ...]:
    """What other standards call an element and its values, by standard."""
    rows = models.ElementMapping.objects.filter(element_id=code).order_by("standard", "value")
    return tuple(Mapped(row.standard, row.value, row.code, row.name) for row in rows)


def ended_elements() -> Mapping[str, date]:
    """Elements on which nothing new is built, with the day from which on."""
    rows = models.Element.objects.filter(ended_on__isnull=False)
    return {code: day for code, day in rows.values_list("code", "ended_on") if day is not None}


def as_written(document: Mapping[str, Any]) -> DataElement:
    """A version's document as an element."""
    options = tuple(Option(**option) for option in document["options"])
    kind = ElementType(document["element_type"])
    return DataElement(**{**document, "options": options, "element_type": kind})
