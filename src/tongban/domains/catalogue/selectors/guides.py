"""Guides and manuals, each made from one published version of substance and one of procedure."""

from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from datetime import date
from time import monotonic
from typing import ClassVar, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.types import (
    ExaminationPoint,
    Guide,
    ItemEntry,
    Manual,
    ManualPoint,
    Procedure,
    Stage,
    Substance,
    SubstanceDocument,
)
from tongban.domains.directory import selectors as directory
from tongban.kernel.errors import TongbanError

MOST_KEPT = 4_096
SECONDS_KEPT = 300.0
_kept: dict[tuple[UUID, UUID], tuple[Guide, float]] = {}
# Asked for every plan; as a query set, building the statement would take longer than running it.
_VERSIONS_IN_FORCE = """
SELECT power.basic_code, substance.id, procedure.id
FROM catalogue_power power
JOIN catalogue_powerversion substance ON substance.power_id = power.id
JOIN catalogue_implementation implementation ON implementation.power_id = power.id
JOIN catalogue_implementationversion procedure ON procedure.implementation_id = implementation.id
WHERE power.basic_code = ANY(%(codes)s) AND implementation.division = ANY(%(places)s)
AND substance.status = 'PUBLISHED' AND substance.effective_from <= %(day)s
AND (substance.effective_to IS NULL OR substance.effective_to > %(day)s)
AND procedure.status = 'PUBLISHED' AND procedure.effective_from <= %(day)s
AND (procedure.effective_to IS NULL OR procedure.effective_to > %(day)s)
ORDER BY implementation.division
"""
_Row = TypeVar("_Row", bound=Model)
_SUBSTANCE_FIELDS = tuple(
    field.name for field in dataclass_fields(SubstanceDocument) if field.name != "department"
)


class ItemNotFound(TongbanError):
    """No published item of that code in that place on that day."""

    code: ClassVar[str] = "ITEM_NOT_FOUND"
    default_sentence: ClassVar[str] = "没有找到这个事项。请换个说法搜索，或致电 12345。"


def get_guide(basic_code: str, division: str, on: date) -> Guide:
    """The guide in force in `division` (district or street; a city-level item answers everywhere); raises ItemNotFound.

    One query for the versions; the guide itself is kept in the process, for it never changes.
    """
    found = (
        _both_in_force(on)
        .filter(
            implementation__power__basic_code=basic_code, implementation__division__in=_enclosing(division)
        )
        .order_by("-implementation__division")
        .values_list("implementation__power__versions__id", "id")
        .first()
    )
    if found is None:
        raise ItemNotFound(f"item {basic_code} in {division} on {on}")
    return get_guide_by_versions(*found)


def get_guides(basic_codes: Iterable[str], division: str, on: date) -> dict[str, Guide]:
    """The guides in force of several items by basic code, with one query for the versions; raises ItemNotFound naming the first missing."""
    wanted = list(dict.fromkeys(basic_codes))
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS_IN_FORCE, {"codes": wanted, "places": _enclosing(division), "day": on})
        rows = cursor.fetchall()
    # The nearest body answers: a longer code of a division comes later and wins.
    pairs = {code: (substance, procedure) for code, substance, procedure in rows}
    missing = [code for code in wanted if code not in pairs]
    if missing:
        raise ItemNotFound(f"item {missing[0]} in {division} on {on}")
    return {code: get_guide_by_versions(*pairs[code]) for code in wanted}


def get_guide_by_versions(substance_version_id: UUID, procedure_version_id: UUID) -> Guide:
    """The frozen guide of a pair of versions, as a case cites it; raises ItemNotFound.

    Its text never changes, so the process keeps it. Phones and windows are the directory's of today: they are read anew every
    few minutes.
    """
    key = (substance_version_id, procedure_version_id)
    now = monotonic()
    kept = _kept.get(key)
    if kept is not None and now - kept[1] < SECONDS_KEPT:
        return kept[0]
    guide = _read(substance_version_id, procedure_version_id)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (guide, now)
    return guide


def get_manual(guide: Guide) -> Manual:
    """业务手册 of the very version that the public guide shows (指南与手册无差别)."""
    basis = {one.id: one for one in guide.substance.legal_basis}
    names = {material.code: material.name for material in guide.substance.materials}

    def officers_side(stage: Stage) -> tuple[ManualPoint, ...]:
        return tuple(_manual_point(point) for point in guide.substance.points if point.stage is stage)

    def _manual_point(point: ExaminationPoint) -> ManualPoint:
        cited = tuple(basis[reference] for reference in point.basis if reference in basis)
        return ManualPoint(point, names.get(point.material or "", ""), cited)

    return Manual(
        guide=guide,
        acceptance=officers_side(Stage.ACCEPTANCE),
        examination=officers_side(Stage.EXAMINATION),
        special_procedures=guide.substance.special_procedures,
    )


def list_items(region: str, on: date) -> tuple[ItemEntry, ...]:
    """Every item of a region's list in force, by department and code. Two queries."""
    return _entries(_in_force(models.PowerVersion.objects.filter(power__region=region), on))


def list_department_items(department: str, on: date) -> tuple[ItemEntry, ...]:
    """The items whose substance a city department keeps. Two queries."""
    return _entries(_in_force(models.PowerVersion.objects.filter(power__department_id=department), on))


def list_guides(division: str, on: date) -> tuple[Guide, ...]:
    """Every guide in force in a division, by basic code; where several bodies carry an item out, the nearest one's."""
    rows = (
        _both_in_force(on)
        .filter(implementation__division__in=_enclosing(division))
        .order_by("implementation__division")
        .values_list("implementation__power__basic_code", "implementation__power__versions__id", "id")
    )
    nearest = {code: (substance, procedure) for code, substance, procedure in rows}
    return tuple(get_guide_by_versions(*nearest[code]) for code in sorted(nearest))


def forget_guides() -> None:
    """Drop this process's copies."""
    _kept.clear()


def _read(substance_version_id: UUID, procedure_version_id: UUID) -> Guide:
    substance_row = (
        models.PowerVersion.objects.select_related("power").filter(pk=substance_version_id).first()
    )
    procedure_row = (
        models.ImplementationVersion.objects.select_related("implementation")
        .filter(pk=procedure_version_id)
        .first()
    )
    if substance_row is None or procedure_row is None:
        raise ItemNotFound(f"versions {substance_version_id}, {procedure_version_id}")
    return assemble(substance_row, procedure_row)


def assemble(substance_row: models.PowerVersion, procedure_row: models.ImplementationVersion) -> Guide:
    """A guide from two rows, published or not (a preview)."""
    document = rules.read_substance(substance_row.document)
    procedure = rules.read_procedure(procedure_row.document)
    implementation = procedure_row.implementation
    departments = directory.get_departments([document.department, implementation.department_id])
    office = departments[implementation.department_id]
    return Guide(
        substance=Substance(
            power_id=substance_row.power_id,
            version_id=substance_row.pk,
            version=substance_row.number,
            department=departments[document.department],
            **{name: getattr(document, name) for name in _SUBSTANCE_FIELDS},
        ),
        procedure=Procedure(
            implementation_id=implementation.pk,
            version_id=procedure_row.pk,
            version=procedure_row.number,
            implementation_code=implementation.code,
            department=office,
            division=implementation.division,
            level=procedure.level,
            promised_days=procedure.promised_days,
            visits=procedure.visits,
            visits_reason=procedure.visits_reason,
            channels=procedure.channels,
            steps=procedure.steps,
            windows=directory.windows_for(office.code),
            enquiry_phone=procedure.enquiry_phone or office.phone,
            complaint_phone=procedure.complaint_phone or office.complaint_phone,
            external_link=procedure.external_link,
        ),
    )


def _in_force(rows: QuerySet[_Row], on: date) -> QuerySet[_Row]:
    return rows.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=on), status="PUBLISHED", effective_from__lte=on
    )


def _both_in_force(on: date) -> QuerySet[models.ImplementationVersion]:
    """Procedures in force, joined with their power's substance in force."""
    substance = "implementation__power__versions__"
    return _in_force(models.ImplementationVersion.objects.all(), on).filter(
        Q(**{f"{substance}effective_to__isnull": True}) | Q(**{f"{substance}effective_to__gt": on}),
        **{f"{substance}status": "PUBLISHED", f"{substance}effective_from__lte": on},
    )


def _enclosing(division: str) -> list[str]:
    """The division and those above it, by length of code."""
    return [division[:length] for length in (2, 4, 6, 9) if length <= len(division)]


def _entries(rows: QuerySet[models.PowerVersion]) -> tuple[ItemEntry, ...]:
    found = list(
        rows.order_by("power__department_id", "power__basic_code").values_list(
            "power__basic_code",
            "document__name",
            "power__department__code",
            "power__department__name",
            "document__summary",
        )
    )
    return tuple(ItemEntry(*values) for values in found)
