"""Where an answer comes from, kept through every change of it."""

from collections.abc import Mapping
from datetime import date

from tongban.domains.eforms.types import Answer, Origin, SubjectRole
from tongban.domains.standards.rules import check_value
from tongban.domains.standards.types import DataElement

_ROLES = frozenset(role.value for role in SubjectRole)


def element_of(key: str, elements: Mapping[str, DataElement]) -> DataElement | None:
    """The data element a field key asks for, None when the key is none."""
    role, _dot, code = key.partition(".")
    return elements.get(code) if role in _ROLES else None


def merge_values(
    saved: Mapping[str, Answer],
    values: Mapping[str, object],
    elements: Mapping[str, DataElement],
    *,
    today: date,
) -> dict[str, Answer]:
    """The answers with what was just typed: raw values by field key over those saved.

    A value is kept in its standard form when it has one and as typed when it has none. A prefilled value that
    was changed remembers what the register said; typed back, it counts as prefilled again.
    Keys that name no data element are left out.
    """
    merged = dict(saved)
    for key, raw in values.items():
        element = element_of(key, elements)
        if element is None:
            continue
        value, problem = check_value(element, raw, today=today)
        answer = _answer(saved.get(key), raw if problem else value)
        if answer is None:
            merged.pop(key, None)
        else:
            merged[key] = answer
    return merged


def refresh_values(saved: Mapping[str, Answer], found: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers with what registers say now. What a person typed stays; a value she corrected stays too, and
    remembers the newer word of the register. What a register no longer says is kept with its old date.
    """
    merged = dict(saved)
    for key, new in found.items():
        before = saved.get(key)
        if before is None or before.origin is Origin.PREFILLED:
            merged[key] = new
        elif before.origin is Origin.CORRECTED:
            origin = Origin.PREFILLED if before.value == new.value else Origin.CORRECTED
            merged[key] = Answer(before.value, origin, new.source, new.as_of, new.value)
    return merged


def _answer(before: Answer | None, value: object) -> Answer | None:
    if before is None or before.origin is Origin.TYPED:
        return None if value is None else Answer(value, Origin.TYPED)
    original = before.prefilled_value
    origin = Origin.PREFILLED if value == original else Origin.CORRECTED
    return Answer(value, origin, before.source, before.as_of, original)
