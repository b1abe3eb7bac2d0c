"""Keeping the data catalogue: entries and their versions, whether a resource can be asked, reviews."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import TypeAdapter

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models, rules, selectors
from tongban.domains.exchange.types import Entry, ResourceField
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import ElementType
from tongban.foundation.audit import services as audit
from tongban.foundation.imports import ImportReport, Tally
from tongban.kernel.actors import Actor
from tongban.kernel.documents import document_schema
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

Row = Mapping[str, Any]  # Any: parsed JSON, read strictly into an Entry
OBJECT = "exchange.Resource"
_ENTRY = TypeAdapter(Entry)
_COLUMNS = (
    "name",
    "provider",
    "fields",
    "sharing",
    "catalogue_code",
    "abstract",
    "format",
    "condition",
    "basis",
    "manner",
    "openness",
    "update_cycle",
    "system",
)


class FaultyResource(TongbanError):
    code: ClassVar[str] = "FAULTY_RESOURCE"
    default_sentence: ClassVar[str] = gettext_noop("数据目录有误，没有保存。请核对资源代码、提供部门和字段。")


class ReviewMissing(TongbanError):
    code: ClassVar[str] = "REVIEW_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明核对的结果：没有变化，或者改了哪里。")


class NotYourResource(TongbanError):
    """Another department's resource: only its provider or the data bureau acts for it."""

    code: ClassVar[str] = "NOT_YOUR_RESOURCE"
    default_sentence: ClassVar[str] = gettext_noop("这项资源由别的部门提供，请由那个部门处理。")


def load_resources(rows: Iterable[Row], *, actor: Actor, at: datetime) -> int:
    """Write resources from their JSON form, all or none; how many there were. Raises `FaultyResource`."""
    given = list(rows)
    report = import_resources(given, actor=actor, at=at)
    if report.refused:
        codes = {finding.row: given[finding.row].get("code") for finding in report.findings}
        faults = (
            f"{codes[one.row]}: {one.field} {one.value!r} ({one.reason})"
            for one in report.findings
            if one.is_refused
        )
        raise FaultyResource("; ".join(faults))
    return report.rows


@transaction.atomic
def import_resources(
    rows: Sequence[object], *, actor: Actor, at: datetime, dry_run: bool = False
) -> ImportReport:
    """Write the catalogue's entries, all or none. One with a national code is published: what it changes is its next version.

    A field may be given as its name alone: such an entry can be asked but is not described, and not published.
    """
    tally = Tally()
    found = tally.read("", [_spelt_out(row) for row in rows], _ENTRY, lambda entry: entry.code)
    _refuse_faults(found, tally)
    wanted = {entry.code: entry for entry in found.values()}
    present = {one.code: one for one in selectors.entries(wanted)}
    created, changed = tally.sort_out(wanted, present)
    if not tally.refused:
        _write(created + changed, at)
        for row, claims in _unnamed_sources(found, {one.code for one in created + changed}).items():
            tally.refuse("", row, *claims)
    if tally.refused or dry_run:
        transaction.set_rollback(True)
        return tally.report(is_dry_run=dry_run)
    if created or changed:
        _publish(created + changed, actor, at)
        _record(actor, "LOAD_RESOURCES", at, "", dict(tally.counts))
    return tally.report()


def export_resources() -> list[dict[str, Any]]:
    """Every entry in the form that `import_resources` reads, by code."""
    return [asdict(entry) for entry in selectors.entries(None)]


def entry_schema() -> dict[str, Any]:
    """JSON Schema of one entry."""
    return document_schema(_ENTRY, "Tongban data catalogue entry")


@transaction.atomic
def set_live(resource_code: str, *, is_live: bool, actor: Actor, at: datetime) -> None:
    """Say whether a resource can be asked at present; raises `selectors.ResourceNotFound`."""
    if not models.Resource.objects.filter(code=resource_code).update(is_live=is_live):
        raise selectors.ResourceNotFound(f"resource {resource_code}")
    _record(actor, "SET_LIVE", at, resource_code, {"is_live": is_live})


@transaction.atomic
def review_resource(
    resource_code: str, *, note: str, departments: frozenset[str] | None, actor: Actor, at: datetime
) -> date:
    """The provider has looked at its entry again; the day by which it is due next. `departments` None: whoever provides it.

    Raises `selectors.ResourceNotFound`, `NotYourResource`, `ReviewMissing`.
    """
    resource = selectors.get_resource(resource_code)
    if departments is not None and resource.provider not in departments:
        raise NotYourResource(f"resource {resource_code} is {resource.provider}'s")
    if not note.strip():
        raise ReviewMissing(f"resource {resource_code}")
    today = shanghai_date(at)
    models.Resource.objects.filter(code=resource_code).update(reviewed_on=today)
    _record(actor, "REVIEW_RESOURCE", at, resource_code, {"note": note.strip()})
    return rules.next_review(today)


def _spelt_out(row: object) -> object:
    """A row whose fields are names alone, with fields of which nothing more is known."""
    if not isinstance(row, Mapping):
        return row
    given = {name: value for name, value in row.items() if name != "is_live"}
    fields = row.get("fields")
    if isinstance(fields, list | tuple):
        given["fields"] = [
            asdict(ResourceField(field, field, None, ElementType.TEXT)) if isinstance(field, str) else field
            for field in fields
        ]
    return given


def _refuse_faults(found: dict[int, Entry], tally: Tally) -> None:
    """Refuse the entries that do not fit the guide, the directory or the register of systems."""
    departments = directory.department_names({entry.provider for entry in found.values()})
    is_placed = any(entry.system for entry in found.values())
    systems = {one.code for one in selectors.list_systems()} if is_placed else frozenset[str]()
    ended = standards.ended_elements()
    elements = {code for code in standards.elements() if code not in ended}
    taken = selectors.catalogue_codes()
    for row, entry in found.items():
        if entry.catalogue_code and taken.setdefault(entry.catalogue_code, entry.code) != entry.code:
            tally.refuse("", row, "catalogue_code", entry.catalogue_code, _("别的资源已经用了这个目录代码。"))
        for fault in rules.entry_faults(entry, elements=elements):
            tally.refuse("", row, fault.place, fault.value, fault.reason)
        if entry.provider not in departments:
            tally.refuse("", row, "provider", entry.provider, _("没有这个部门。请从部门列表中选择。"))
        if entry.system is not None and entry.system not in systems:
            tally.refuse("", row, "system", entry.system, _("台账里没有这个系统。"))


def _write(entries: Sequence[Entry], at: datetime) -> None:
    models.Resource.objects.bulk_create(
        [
            models.Resource(
                code=entry.code,
                name=entry.name,
                provider_id=entry.provider,
                fields=[field.name for field in entry.fields],
                sharing=entry.sharing,
                catalogue_code=entry.catalogue_code,
                abstract=entry.abstract,
                format=entry.format,
                condition=entry.condition,
                basis=entry.basis,
                manner=entry.manner,
                openness=entry.openness,
                update_cycle=entry.update_cycle,
                system_id=entry.system,
                reviewed_on=shanghai_date(at),
            )
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*_COLUMNS, "reviewed_on"],
    )
    models.ResourceField.objects.filter(resource__in=[entry.code for entry in entries]).delete()
    models.ResourceField.objects.bulk_create(
        models.ResourceField(
            resource_id=entry.code,
            position=position,
            name=field.name,
            label=field.label,
            element_id=field.element,
            field_type=field.field_type,
            length=field.length,
            is_key=field.is_key,
            is_sensitive=field.is_sensitive,
        )
        for entry in entries
        for position, field in enumerate(entry.fields)
    )


def _unnamed_sources(found: dict[int, Entry], touched: set[str]) -> dict[int, tuple[str, str, str]]:
    """By row, an element that another resource claims too while the data standard names neither as its source."""
    contested = rules.contested(selectors.claims())
    refused: dict[int, tuple[str, str, str]] = {}
    for row, entry in found.items():
        if entry.catalogue_code is None or entry.code not in touched:
            continue
        for number, field in enumerate(entry.fields):
            rivals = contested.get(field.element or "", ())
            others = [claim.resource_name for claim in rivals if claim.resource != entry.code]
            if others:
                reason = _("这个数据元还有%(others)s也在提供。请先在数据标准中指定哪一个是数源，再发布。")
                refused[row] = (
                    f"fields.{number}.element",
                    field.element or "",
                    reason % {"others": _("、").join(others)},
                )
    return refused


def _publish(entries: Sequence[Entry], actor: Actor, at: datetime) -> None:
    """The next version of each entry that has a national code."""
    described = [entry for entry in entries if entry.catalogue_code is not None]
    last = selectors.last_versions([entry.code for entry in described])
    models.ResourceVersion.objects.bulk_create(
        models.ResourceVersion(
            resource_id=entry.code,
            number=last.get(entry.code, 0) + 1,
            document=asdict(entry),
            published_at=at,
            published_by=actor.name,
        )
        for entry in described
    )
    today = shanghai_date(at)
    codes = [entry.code for entry in described]
    models.Resource.objects.filter(code__in=codes).update(updated_on=today)
    models.Resource.objects.filter(code__in=codes, published_on__isnull=True).update(published_on=today)


def _record(actor: Actor, action: str, at: datetime, code: str, detail: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, at=at, object_type=OBJECT, object_id=code, detail=detail)
