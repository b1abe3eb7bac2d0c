"""Guides and manuals, each made from one published version of substance and one of procedure."""

from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from datetime import date
from time import monotonic
from typing import ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_noop

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
# Half open: effective_from <= day < effective_to.
_IN_FORCE = "{versions}.status = 'PUBLISHED' AND daterange({versions}.effective_from, {versions}.effective_to) @> {day}::date"
# The nearest body answers: of divisions that contain each other the longest code. Asked for every plan; as a query set, building
# the statement would take longer than running it.
_BOTH_IN_FORCE = f"""
SELECT DISTINCT ON (power.basic_code) power.basic_code, substance.id, procedure.id
FROM catalogue_power power
JOIN catalogue_powerversion substance ON substance.power_id = power.id
JOIN catalogue_implementation implementation ON implementation.power_id = power.id
JOIN catalogue_implementationversion procedure ON procedure.implementation_id = implementation.id
WHERE implementation.division = ANY(%(places)s)
AND {_IN_FORCE.format(versions="substance", day="%(day)s")}
AND {_IN_FORCE.format(versions="procedure", day="%(day)s")}
"""  # noqa: S608 - made of constants; every value is a parameter
_OF_SOME_CODES = "AND power.basic_code = ANY(%(codes)s)"
_NEAREST_FIRST = " ORDER BY power.basic_code, implementation.division DESC"
_SUBSTANCE_FIELDS = tuple(
    field.name for field in dataclass_fields(SubstanceDocument) if field.name != "department"
)


class ItemNotFound(TongbanError):
    """No published item of that code in that place on that day."""

    code: ClassVar[str] = "ITEM_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这个事项。请换个说法搜索，或致电 12345。")


def get_guide(basic_code: str, division: str, on: date) -> Guide:
    """The guide in force in `division` (district or street; a city-level item answers everywhere); raises ItemNotFound.

    One query for the versions; the guide itself is kept in the process, for it never changes.
    """
    return get_guides([basic_code], division, on)[basic_code]


def get_guides(basic_codes: Iterable[str], division: str, on: date) -> dict[str, Guide]:
    """The guides in force of several items by basic code, with one query for the versions; raises ItemNotFound naming the first missing."""
    wanted = list(dict.fromkeys(basic_codes))
    nearest = _nearest_in_force(division, on, wanted)
    missing = [code for code in wanted if code not in nearest]
    if missing:
        raise ItemNotFound(f"item {missing[0]} in {division} on {on}")
    return {code: get_guide_by_versions(*nearest[code]) for code in wanted}


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
    """Every item of a region's list in force, by department and code. One query."""
    return _entries(models.PowerVersion.objects.filter(power__region=region), on)


def list_department_items(department: str, on: date) -> tuple[ItemEntry, ...]:
    """The items whose substance a city department keeps. One query."""
    return _entries(models.PowerVersion.objects.filter(power__department_id=department), on)


def list_guides(division: str, on: date) -> tuple[Guide, ...]:
    """Every guide in force in a division, by basic code; where several bodies carry an item out, the nearest one's."""
    return tuple(get_guide_by_versions(*pair) for pair in _nearest_in_force(division, on, None).values())


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


def _nearest_in_force(division: str, on: date, codes: list[str] | None) -> dict[str, tuple[UUID, UUID]]:
    """By basic code, in its order, the versions of substance and procedure; None asks for every item."""
    # The division and those above it, by length of code.
    places = [division[:length] for length in (2, 4, 6, 9) if length <= len(division)]
    statement = _BOTH_IN_FORCE + ("" if codes is None else _OF_SOME_CODES) + _NEAREST_FIRST
    with connection.cursor() as cursor:
        cursor.execute(statement, {"places": places, "day": on, "codes": codes})
        return {code: (substance, procedure) for code, substance, procedure in cursor.fetchall()}


def _entries(rows: QuerySet[models.PowerVersion], on: date) -> tuple[ItemEntry, ...]:
    in_force = _IN_FORCE.format(versions=models.PowerVersion._meta.db_table, day="%s")
    # The text is constant, the day a parameter.
    rows = rows.filter(RawSQL(in_force, [on], output_field=BooleanField()))  # noqa: S611  # nosec B611
    found = rows.order_by("power__department_id", "power__basic_code").values_list(
        "power__basic_code",
        "document__name",
        "power__department__code",
        "power__department__name",
        "document__summary",
    )
    return tuple(ItemEntry(*values) for values in found)
