"""Changing the data standard: a new version from a day on, ending, removing, naming the source, mapping to other standards."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.standards import models, selectors
from tongban.domains.standards.services.dictionary import (
    FaultyDictionary,
    finish,
    hold,
    load_dictionary,
    read_element,
)
from tongban.domains.standards.types import LoadReport, Mapped
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

OBJECT = "standards.Element"


class ElementInUse(TongbanError):
    """It can be ended, not removed; `places` says how many use it."""

    code: ClassVar[str] = "ELEMENT_IN_USE"
    default_sentence: ClassVar[str] = gettext_noop(
        "还有资源、事项、表单或者证照在用这个数据元，不能删除，只能停止使用。"
    )

    def __init__(self, message: str, *, places: int) -> None:
        super().__init__(message)
        self.places = places


class NothingChanged(TongbanError):
    code: ClassVar[str] = "NOTHING_CHANGED"
    default_sentence: ClassVar[str] = gettext_noop("和现在的定义一样，没有产生新版本。")


@transaction.atomic
def change_element(
    code: str,
    changed: Mapping[str, Any],  # Any: columns of an element, read as a load reads them
    *,
    effective_from: date,
    actor: Actor,
    at: datetime,
) -> int:
    """A new version that holds from a day on, at once when the day has come; its number. The old ones stay.

    Raises `selectors.ElementNotFound`, `FaultyDictionary`, `NothingChanged`.
    """
    now = selectors.get_element(code)
    wanted = read_element({**asdict(now), **changed, "code": code})
    if wanted == now:
        raise NothingChanged(f"element {code}")
    if effective_from <= shanghai_date(at):
        load_dictionary([asdict(wanted)], actor=actor, at=at)
        return selectors.last_versions([code])[code]
    # Two who change at once wait for each other, or both would be the same number.
    models.Element.objects.select_for_update().get(pk=code)
    number = selectors.last_versions([code]).get(code, 0) + 1
    models.ElementVersion.objects.create(
        element_id=code,
        number=number,
        document=asdict(wanted),
        effective_from=effective_from,
        made_at=at,
        made_by=actor.name,
    )
    _record("PLAN_ELEMENT", code, actor, at, {"number": number, "from": effective_from.isoformat()})
    return number


@transaction.atomic
def apply_due(*, actor: Actor, at: datetime) -> int:
    """Let the versions hold whose day has come, in order; how many did. Safe to run twice."""
    due = models.ElementVersion.objects.select_for_update().filter(
        applied_at__isnull=True, effective_from__lte=shanghai_date(at)
    )
    rows = list(due.order_by("effective_from", "number"))
    _created, changed = hold({row.element_id: selectors.as_written(row.document) for row in rows})
    models.ElementVersion.objects.filter(pk__in=[row.pk for row in rows]).update(applied_at=at)
    finish(LoadReport(0, len(changed), len(rows) - len(changed)), OBJECT, actor, at)
    return len(rows)


@transaction.atomic
def name_source(code: str, *, resource: str, field: str, actor: Actor, at: datetime) -> None:
    """一数一源: this resource's field is the one source of the element from today on."""
    changed = {"resource": resource, "resource_field": field}
    change_element(code, changed, effective_from=shanghai_date(at), actor=actor, at=at)


@transaction.atomic
def end_element(code: str, *, on: date, actor: Actor, at: datetime) -> None:
    """Nothing new is built on an element from a day on; what uses it stays. Raises `selectors.ElementNotFound`."""
    selectors.get_element(code)
    models.Element.objects.filter(pk=code).update(ended_on=on)
    _record("END_ELEMENT", code, actor, at, {"on": on.isoformat()})


@transaction.atomic
def remove_element(code: str, *, actor: Actor, at: datetime) -> None:
    """Delete an element that nothing uses. Raises `ElementInUse`, `selectors.ElementNotFound`."""
    selectors.get_element(code)
    places = selectors.usage([code]).get(code, ())
    if places:
        raise ElementInUse(f"element {code} is used in {len(places)} places", places=len(places))
    models.Element.objects.filter(pk=code).delete()
    selectors.forget_dictionary()
    transaction.on_commit(selectors.forget_dictionary)
    _record("REMOVE_ELEMENT", code, actor, at, {})


@transaction.atomic
def map_element(code: str, mapped: Sequence[Mapped], *, actor: Actor, at: datetime) -> None:
    """Write what other standards call an element and its values, in place of what was written before.

    Raises `FaultyDictionary` for a value that the element does not have.
    """
    element = selectors.get_element(code)
    known = {option.value for option in element.options} | {""}
    unknown = sorted({one.value for one in mapped} - known)
    if unknown or any(not one.standard or not one.code for one in mapped):
        raise FaultyDictionary(f"mapping of {code}: values {unknown}, or a standard or code is missing")
    models.ElementMapping.objects.filter(element_id=code).delete()
    models.ElementMapping.objects.bulk_create(
        models.ElementMapping(
            element_id=code, standard=one.standard, value=one.value, code=one.code, name=one.name
        )
        for one in mapped
    )
    _record("MAP_ELEMENT", code, actor, at, {"count": len(mapped)})


def _record(action: str, code: str, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, at=at, object_type=OBJECT, object_id=code, detail=detail)
