"""Loading of the data standard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from tongban.domains.standards import models, rules
from tongban.domains.standards.selectors import dictionary as selectors
from tongban.domains.standards.types import DataElement, ElementType, LoadReport, MaterialType, Option
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

Row = Mapping[str, Any]  # Any: parsed JSON, checked by the constructors, rules and columns
Entry = TypeVar("Entry", DataElement, MaterialType)

_COLUMNS = tuple(field.name for field in fields(DataElement) if field.name not in ("code", "options"))
_OPTIONAL: Mapping[str, object] = {
    "why": "",
    "help": "",
    "unit": None,
    "scheme": None,
    "options": (),
    "validator": None,
    "is_sensitive": False,
    "closed_world": False,
    "resource": None,
    "resource_field": None,
    "max_length": None,
    "minimum": None,
    "maximum": None,
}


class FaultyDictionary(TongbanError):
    """A row that the dictionary cannot take; nothing of the load is kept."""

    code: ClassVar[str] = "FAULTY_DICTIONARY"
    default_sentence: ClassVar[str] = gettext_noop("数据标准文件有误，没有载入。请按提示修改后重新载入。")


@transaction.atomic
def load_dictionary(rows: Iterable[Row], *, actor: Actor, at: datetime) -> LoadReport:
    """Write data elements from their JSON form; all of them or, raising `FaultyDictionary`, none.

    An element that is not in `rows` stays: answers given under it must remain readable. What changes is the element's next version.
    """
    wanted = _unique([read_element(row) for row in rows])
    created, changed = hold(wanted)
    _keep_versions(created + changed, actor, at)
    report = LoadReport(len(created), len(changed), len(wanted) - len(created) - len(changed))
    finish(report, "standards.Element", actor, at)
    return report


def hold(wanted: Mapping[str, DataElement]) -> tuple[list[DataElement], list[DataElement]]:
    """Let these elements hold from now on; which are new and which differ from what held before."""
    present = {
        row.code: selectors.as_element(row) for row in models.Element.objects.prefetch_related("options")
    }
    created = [element for code, element in wanted.items() if code not in present]
    changed = [element for code, element in wanted.items() if code in present and present[code] != element]
    touched = created + changed
    models.Element.objects.bulk_create(
        [
            models.Element(code=item.code, **{name: getattr(item, name) for name in _COLUMNS})
            for item in touched
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=_COLUMNS,
    )
    models.ElementOption.objects.filter(element__in=[element.code for element in changed]).delete()
    models.ElementOption.objects.bulk_create(_options(touched))
    return created, changed


@transaction.atomic
def load_material_types(rows: Iterable[Row], *, actor: Actor, at: datetime) -> LoadReport:
    """Write material types from their JSON form; all of them or, raising `FaultyDictionary`, none."""
    wanted = _unique([_read_material_type(row) for row in rows])
    present = {row.code: selectors.as_material_type(row) for row in models.MaterialType.objects.all()}
    created = [code for code in wanted if code not in present]
    changed = [code for code in wanted if code in present and present[code] != wanted[code]]
    models.MaterialType.objects.bulk_create(
        [
            models.MaterialType(
                code=item.code,
                name=item.name,
                aliases=list(item.aliases),
                licence_type=item.licence_type,
                resource=item.resource,
            )
            for item in (wanted[code] for code in created + changed)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "aliases", "licence_type", "resource"],
    )
    report = LoadReport(len(created), len(changed), len(wanted) - len(created) - len(changed))
    finish(report, "standards.MaterialType", actor, at)
    return report


def _keep_versions(touched: Sequence[DataElement], actor: Actor, at: datetime) -> None:
    """What holds from now on, as the next version of each element."""
    last = selectors.last_versions([element.code for element in touched])
    models.ElementVersion.objects.bulk_create(
        models.ElementVersion(
            element_id=element.code,
            number=last.get(element.code, 0) + 1,
            document=asdict(element),
            effective_from=shanghai_date(at),
            made_at=at,
            made_by=actor.name,
            applied_at=at,
        )
        for element in touched
    )


def finish(report: LoadReport, object_type: str, actor: Actor, at: datetime) -> None:
    """Let every process read again, and record the load; nothing when nothing changed."""
    if not report.created and not report.changed:
        return
    models.DictionaryRevision.objects.get_or_create(id=1)
    models.DictionaryRevision.objects.update(revision=F("revision") + 1)
    selectors.forget_dictionary()
    transaction.on_commit(selectors.forget_dictionary)
    audit.record(
        actor=actor,
        action="LOAD_DICTIONARY",
        at=at,
        object_type=object_type,
        object_id="",
        detail={"created": report.created, "changed": report.changed},
    )


def read_element(row: Row) -> DataElement:
    given = {**_OPTIONAL, **row}
    try:
        options = tuple(Option(**option) for option in given.pop("options"))
        kind = ElementType(str(given.pop("element_type")))
        element = DataElement(element_type=kind, options=options, **given)
    except (KeyError, TypeError, ValueError) as error:
        raise FaultyDictionary(f"element {row.get('code')!r}: {error}") from error
    fault = rules.element_fault(element)
    if fault:
        raise FaultyDictionary(f"element {element.code}: {fault}")
    return element


def _read_material_type(row: Row) -> MaterialType:
    try:
        aliases = tuple(row["aliases"])
        licence_type, resource = row["licence_type"], row.get("resource")
        return MaterialType(
            code=str(row["code"]),
            name=str(row["name"]),
            aliases=aliases,
            licence_type=None if licence_type is None else str(licence_type),
            resource=None if resource is None else str(resource),
        )
    except (KeyError, TypeError) as error:
        raise FaultyDictionary(f"material type {row.get('code')!r}: {error}") from error


def _unique(items: list[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for item in items:
        if item.code in found:
            raise FaultyDictionary(f"{item.code} is given twice")
        found[item.code] = item
    return found


def _options(elements: Iterable[DataElement]) -> list[models.ElementOption]:
    return [
        models.ElementOption(
            element_id=element.code,
            position=position,
            value=option.value,
            label=option.label,
            help=option.help,
        )
        for element in elements
        for position, option in enumerate(element.options)
    ]
