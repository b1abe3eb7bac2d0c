"""What editors read: their departments' items, the versions of one, what a version changes, the guide it becomes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.selectors.guides import ItemNotFound, assemble
from tongban.domains.catalogue.types import Guide, VersionStatus

_OPEN = (VersionStatus.DRAFT, VersionStatus.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class ItemToEdit:
    """A substance or a procedure an editor keeps; `open_version` is the draft or submitted version, if any."""

    id: UUID
    """Of the power, or of the implementation."""
    is_substance: bool
    basic_code: str
    name: str
    division: str
    department: str
    open_version: UUID | None
    open_status: VersionStatus | None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version of a substance or, with its `division`, of a procedure."""

    id: UUID
    number: int
    status: VersionStatus
    basic_code: str
    name: str
    division: str | None
    department: str
    document: Mapping[str, Any]  # Any: parsed JSON
    effective_from: date
    effective_to: date | None
    revision: int
    submitted_by: UUID | None
    published_at: datetime | None


def list_items_to_edit(departments: Collection[str]) -> tuple[ItemToEdit, ...]:
    """The substances, then the procedures these departments keep, by code. Three queries."""
    substances = models.PowerVersion.objects.filter(power__department_id__in=departments)
    procedures = models.ImplementationVersion.objects.filter(implementation__department_id__in=departments)
    own = list(
        substances.select_related("power")
        .order_by("power__basic_code", "power_id", "-number")
        .distinct("power__basic_code", "power_id")
    )
    carried_out = list(
        procedures.select_related("implementation__power")
        .order_by("implementation__power__basic_code", "implementation__code", "-number")
        .distinct("implementation__power__basic_code", "implementation__code")
    )
    powers = {row.implementation.power_id for row in carried_out}
    named = models.PowerVersion.objects.filter(power_id__in=powers).order_by("power_id", "-number")
    names = dict(named.distinct("power_id").values_list("power_id", "document__name"))
    return (
        *(
            ItemToEdit(
                id=row.power_id,
                is_substance=True,
                basic_code=row.power.basic_code,
                name=row.document["name"],
                division=row.power.region,
                department=row.power.department_id,
                open_version=row.pk if row.status in _OPEN else None,
                open_status=VersionStatus(row.status) if row.status in _OPEN else None,
            )
            for row in own
        ),
        *(
            ItemToEdit(
                id=row.implementation_id,
                is_substance=False,
                basic_code=row.implementation.power.basic_code,
                name=names.get(row.implementation.power_id, ""),
                division=row.implementation.division,
                department=row.implementation.department_id,
                open_version=row.pk if row.status in _OPEN else None,
                open_status=VersionStatus(row.status) if row.status in _OPEN else None,
            )
            for row in carried_out
        ),
    )


def get_version(version_id: UUID) -> VersionEntry:
    """A version of a substance or a procedure; raises ItemNotFound. The caller judges who may see it."""
    row = _row(version_id)
    return _entry(row, _name(row))


def list_versions(version_id: UUID) -> tuple[VersionEntry, ...]:
    """All versions of the substance or procedure that a version belongs to, newest first; raises ItemNotFound."""
    row = _row(version_id)
    name = _name(row)
    if isinstance(row, models.PowerVersion):
        own = models.PowerVersion.objects.select_related("power").filter(power=row.power)
        return tuple(_entry(one, one.document["name"]) for one in own.order_by("-number"))
    rows = models.ImplementationVersion.objects.select_related("implementation__power")
    carried_out = rows.filter(implementation=row.implementation)
    return tuple(_entry(one, name) for one in carried_out.order_by("-number"))


def changes(version_id: UUID) -> tuple[str, ...]:
    """What a version changes over the published one before it, in words; raises ItemNotFound."""
    row = _row(version_id)
    before: Mapping[str, Any] = {}  # Any: parsed JSON
    for one in list_versions(version_id):
        if one.number < row.number and one.status is VersionStatus.PUBLISHED:
            before = one.document
            break
    return rules.describe_changes(before, row.document)


def preview(version_id: UUID) -> Guide:
    """The guide a version becomes, with the other half as it stands; raises ItemNotFound."""
    row = _row(version_id)
    if isinstance(row, models.ImplementationVersion):
        return assemble(_latest_substance(row.implementation.power_id), row)
    procedure = (
        models.ImplementationVersion.objects.select_related("implementation")
        .filter(implementation__power=row.power)
        .order_by("implementation__division", "-number")
        .first()
    )
    if procedure is None:
        raise ItemNotFound(f"no implementation of {row.power.basic_code}")
    return assemble(row, procedure)


def _row(version_id: UUID) -> models.PowerVersion | models.ImplementationVersion:
    substance = models.PowerVersion.objects.select_related("power").filter(pk=version_id).first()
    if substance is not None:
        return substance
    rows = models.ImplementationVersion.objects.select_related("implementation__power")
    procedure = rows.filter(pk=version_id).first()
    if procedure is None:
        raise ItemNotFound(f"version {version_id}")
    return procedure


def _latest_substance(power_id: UUID) -> models.PowerVersion:
    """The published substance, else the newest."""
    rows = models.PowerVersion.objects.select_related("power").filter(power_id=power_id).order_by("-number")
    found = rows.filter(status=VersionStatus.PUBLISHED).first() or rows.first()
    assert found is not None, "a power is created with its first version"
    return found


def _name(row: models.PowerVersion | models.ImplementationVersion) -> str:
    if isinstance(row, models.PowerVersion):
        return str(row.document["name"])
    return str(_latest_substance(row.implementation.power_id).document["name"])


def _entry(row: models.PowerVersion | models.ImplementationVersion, name: str) -> VersionEntry:
    if isinstance(row, models.PowerVersion):
        code, division, department = row.power.basic_code, None, row.power.department_id
    else:
        implementation = row.implementation
        code, division = implementation.power.basic_code, implementation.division
        department = implementation.department_id
    return VersionEntry(
        id=row.pk,
        number=row.number,
        status=VersionStatus(row.status),
        basic_code=code,
        name=name,
        division=division,
        department=department,
        document=row.document,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        revision=row.revision,
        submitted_by=row.submitted_by,
        published_at=row.published_at,
    )
