"""Reads of the data catalogue."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models, rules
from tongban.domains.exchange.types import (
    CatalogueEntry,
    Claim,
    Entry,
    EntryVersion,
    Resource,
    ResourceField,
)
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import DataElement, Usage
from tongban.foundation.prepared import prepared
from tongban.kernel.errors import TongbanError

COLUMNS = ("code", "name", "provider_id", "provider__name", "fields", "sharing", "is_live", "way__version")
"""Of which `as_resource` makes a resource."""


class ResourceNotFound(TongbanError):
    code: ClassVar[str] = "RESOURCE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("数据目录中没有这项信息资源。")


def get_resource(code: str) -> Resource:
    """One resource; raises `ResourceNotFound`."""
    return get_resources([code])[code]


def get_resources(codes: Iterable[str]) -> Mapping[str, Resource]:
    """Several resources in one query; raises `ResourceNotFound` naming the first one missing."""
    wanted = set(codes)
    found = {row[0]: as_resource(row) for row in _by_code(sorted(wanted))}
    missing = wanted - found.keys()
    if missing:
        raise ResourceNotFound(f"resource {min(missing)}")
    return found


def list_resources() -> tuple[Resource, ...]:
    """Every resource by code."""
    return tuple(map(as_resource, models.Resource.objects.order_by("code").values_list(*COLUMNS)))


def list_resources_of(providers: Iterable[str]) -> tuple[Resource, ...]:
    """The resources of these departments, by code."""
    rows = models.Resource.objects.filter(provider__code__in=set(providers)).order_by("code")
    return tuple(as_resource(row) for row in rows.values_list(*COLUMNS))


def live_resources() -> frozenset[str]:
    """Codes of the resources that can be asked now."""
    return frozenset(_live())


@prepared
def _live() -> QuerySet[models.Resource, str]:
    return models.Resource.objects.filter(is_live=True).values_list("code", flat=True)


@prepared
def _by_code(codes: list[str]) -> QuerySet[models.Resource, tuple[Any, ...]]:
    return models.Resource.objects.filter(code__any_of=codes).values_list(*COLUMNS)


def as_resource(row: tuple[Any, ...]) -> Resource:
    code, name, provider, provider_name, fields, sharing, is_live, way = row
    return Resource(code, name, provider, provider_name, tuple(fields), sharing, is_live, way)


def field_labels(resource: str) -> Mapping[str, str]:
    """What people call the fields of a resource, by name; nothing for one that is not described yet."""
    rows = models.ResourceField.objects.filter(resource_id=resource)
    return dict(rows.values_list("name", "label"))


def entries(codes: Iterable[str] | None) -> tuple[Entry, ...]:
    """The catalogue's entries of these codes, or all of them, by code; two queries."""
    rows = models.Resource.objects.prefetch_related("rows").order_by("code")
    if codes is not None:
        rows = rows.filter(code__in=set(codes))
    return tuple(as_entry(row) for row in rows)


def list_catalogue(providers: Iterable[str] | None = None) -> tuple[CatalogueEntry, ...]:
    """Every entry with what is known of it, or those of some providers; three queries."""
    rows = _described().order_by("catalogue_code", "code")
    if providers is not None:
        rows = rows.filter(provider_id__in=set(providers))
    return tuple(as_catalogue_entry(row) for row in rows)


def get_catalogue_entry(code: str) -> CatalogueEntry:
    """One entry; raises `ResourceNotFound`."""
    row = _described().filter(code=code).first()
    if row is None:
        raise ResourceNotFound(f"resource {code}")
    return as_catalogue_entry(row)


def list_versions(code: str) -> tuple[EntryVersion, ...]:
    """The published versions of a resource, the newest first, each with what it changed."""
    rows = models.ResourceVersion.objects.filter(resource_id=code).order_by("number")
    found: list[EntryVersion] = []
    before: Entry | None = None
    for row in rows:
        entry = _read_entry(row.document)
        changed = rules.changes(before, entry) if before is not None else ()
        found.append(EntryVersion(row.number, row.published_at, row.published_by, changed))
        before = entry
    return tuple(reversed(found))


def last_versions(codes: Iterable[str]) -> Mapping[str, int]:
    """By resource, the number of the newest version; one that was never published is left out."""
    rows = models.ResourceVersion.objects.filter(resource__in=set(codes))
    return dict(rows.values_list("resource_id").annotate(last=Max("number")))


def catalogue_codes() -> dict[str, str]:
    """The resource that has each national code."""
    rows = models.Resource.objects.filter(catalogue_code__isnull=False)
    return {national or "": code for national, code in rows.values_list("catalogue_code", "code")}


def claims(elements: Iterable[str] | None = None) -> tuple[Claim, ...]:
    """责任清单: which resource holds which data element, and whether the standard names it as the source; by element."""
    rows = models.ResourceField.objects.filter(element__isnull=False).select_related("resource__provider")
    if elements is not None:
        rows = rows.filter(element__in=set(elements))
    known = standards.elements()
    return tuple(_claim(row, known.get(row.element_id or "")) for row in rows.order_by(*_CLAIM_ORDER))


_CLAIM_ORDER = ("element_id", "resource_id", "position")


def _claim(row: models.ResourceField, element: DataElement | None) -> Claim:
    return Claim(
        element=row.element_id or "",
        resource=row.resource_id,
        resource_name=row.resource.name,
        provider=row.resource.provider_id,
        provider_name=row.resource.provider.name,
        field=row.name,
        is_source=element is not None
        and (element.resource, element.resource_field) == (row.resource_id, row.name),
    )


def element_usage(elements: Collection[str]) -> Mapping[str, list[Usage]]:
    """Which resources use these elements, for the data standard."""
    found: dict[str, list[Usage]] = {}
    for claim in claims(elements):
        found.setdefault(claim.element, []).append(Usage("RESOURCE", claim.resource, claim.resource_name))
    return found


def _described() -> QuerySet[models.Resource]:
    return (
        models.Resource.objects.select_related("provider", "system")
        .prefetch_related(Prefetch("rows"))
        .annotate(last_version=Max("versions__number"))
    )


def as_entry(row: models.Resource) -> Entry:
    return Entry(
        code=row.code,
        name=row.name,
        provider=row.provider_id,
        sharing=row.sharing,
        fields=_fields(row),
        catalogue_code=row.catalogue_code,
        abstract=row.abstract,
        format=row.format,
        condition=row.condition,
        basis=row.basis,
        manner=row.manner,
        openness=row.openness,
        update_cycle=row.update_cycle,
        system=row.system_id,
    )


def _fields(row: models.Resource) -> tuple[ResourceField, ...]:
    """In order; of a resource that is older than the fields' rows, its names."""
    rows = tuple(
        ResourceField(
            name=one.name,
            label=one.label,
            element=one.element_id,
            field_type=one.field_type,
            length=one.length,
            is_key=one.is_key,
            is_sensitive=one.is_sensitive,
        )
        for one in row.rows.all()
    )
    return rows or tuple(ResourceField(name, name, None, "text") for name in row.fields)


def as_catalogue_entry(row: models.Resource) -> CatalogueEntry:
    return CatalogueEntry(
        entry=as_entry(row),
        provider_name=row.provider.name,
        system_name=row.system.name if row.system else "",
        is_live=row.is_live,
        published_on=row.published_on,
        updated_on=row.updated_on,
        version=row.last_version or 0,  # type: ignore[attr-defined]  # annotated by _described
        reviewed_on=row.reviewed_on,
        review_due=rules.next_review(row.reviewed_on) if row.reviewed_on else None,
    )


def _read_entry(document: Mapping[str, Any]) -> Entry:
    """A version as it was written."""
    fields = tuple(ResourceField(**field) for field in document["fields"])
    return Entry(**{**document, "fields": fields})
