"""Guides and manuals, each made from one published version of substance and one of procedure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from datetime import date
from time import monotonic
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_noop

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.states import FROZEN
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
    VersionStatus,
)
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department, Window
from tongban.domains.standards.rules import mentioned
from tongban.domains.standards.types import Usage
from tongban.foundation.prepared import Statement
from tongban.kernel.errors import TongbanError

MOST_KEPT = 4_096
SECONDS_KEPT = 300.0
_Pair: TypeAlias = tuple[UUID, UUID]
"""Ids of a version of substance and of one of procedure."""
_kept: dict[_Pair, tuple[Guide, float]] = {}
# Half open: effective_from <= day < effective_to. Compared one by one: of how many ranges hold a day the planner knows nothing.
_IN_FORCE = (
    "{versions}.status = 'PUBLISHED' AND {versions}.effective_from <= {day}::date "
    "AND ({versions}.effective_to IS NULL OR {versions}.effective_to > {day}::date)"
)
# The nearest body answers: of divisions that contain each other the longest code. Asked for every plan; as a query set, building
# the statement would take longer than running it.
_FROM_BOTH_IN_FORCE = f"""
FROM catalogue_power power
JOIN catalogue_powerversion substance ON substance.power_id = power.id
JOIN catalogue_implementation implementation ON implementation.power_id = power.id
JOIN catalogue_implementationversion procedure ON procedure.implementation_id = implementation.id
WHERE {_IN_FORCE.format(versions="substance", day="%(day)s")}
AND {_IN_FORCE.format(versions="procedure", day="%(day)s")}
"""
_BOTH_IN_FORCE = (
    "SELECT DISTINCT ON (power.basic_code) power.basic_code, substance.id, procedure.id "
    + _FROM_BOTH_IN_FORCE
)
_PLACES = f"SELECT DISTINCT implementation.division {_FROM_BOTH_IN_FORCE} AND power.basic_code = %(code)s"
_THERE = "AND implementation.division = ANY(%(places)s)"
_NEAREST_FIRST = " ORDER BY power.basic_code, implementation.division DESC"
_OF_SOME = Statement(
    "versions_in_force",
    f"{_BOTH_IN_FORCE} {_THERE} AND power.basic_code = ANY(%(codes)s) {_NEAREST_FIRST}"
    % {"day": "$1", "places": "$2", "codes": "$3"},
)
_THEIRS_OWN_FIRST = """
AND (implementation.department_id = ANY(%(departments)s) OR power.department_id = ANY(%(departments)s))
ORDER BY power.basic_code, implementation.department_id = ANY(%(departments)s) DESC, implementation.division
"""
_SUBSTANCE_FIELDS = tuple(
    field.name
    for field in dataclass_fields(SubstanceDocument)
    if field.name not in ("department", "code_scheme")
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
    found = find_guides(wanted, division, on)
    missing = [code for code in wanted if code not in found]
    if missing:
        raise ItemNotFound(f"item {missing[0]} in {division} on {on}")
    return {code: found[code] for code in wanted}


def find_guides(basic_codes: Iterable[str], division: str, on: date) -> dict[str, Guide]:
    """The guides in force of those of several items that are carried out there, by basic code."""
    nearest = _nearest_in_force(division, on, list(dict.fromkeys(basic_codes)))
    return dict(zip(nearest, _guides(nearest.values()), strict=True))


def get_guide_by_versions(substance_version_id: UUID, procedure_version_id: UUID) -> Guide:
    """The frozen guide of a pair of versions, as a case cites it; raises ItemNotFound, for a draft too.

    Its text never changes, so the process keeps it. Phones and windows are the directory's of today: they are read anew every
    few minutes.
    """
    return _guides([(substance_version_id, procedure_version_id)])[0]


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


def element_usage(elements: Collection[str]) -> Mapping[str, list[Usage]]:
    """Which items' forms, situations and conditions use these data elements, for the data standard. One query."""
    rows = models.PowerVersion.objects.filter(status=VersionStatus.PUBLISHED).select_related("power")
    latest = rows.order_by("power", "-number").distinct("power")
    found: dict[str, list[Usage]] = {}
    for row in latest:
        for element in mentioned(row.document) & set(elements):
            found.setdefault(element, []).append(
                Usage("GUIDE", row.power.basic_code, row.document.get("name", row.power.basic_code))
            )
    return found


def list_department_items(department: str, on: date) -> tuple[ItemEntry, ...]:
    """The items whose substance a city department keeps. One query."""
    return _entries(models.PowerVersion.objects.filter(power__department_id=department), on)


def published_items(region: str, basic_codes: Iterable[str]) -> frozenset[str]:
    """Those of the codes that name a published item of a region's list, in force or yet to be. One query."""
    rows = models.PowerVersion.objects.filter(
        power__region=region, power__basic_code__in=set(basic_codes), status=VersionStatus.PUBLISHED
    )
    return frozenset(rows.values_list("power__basic_code", flat=True))


def list_guides(division: str, on: date) -> tuple[Guide, ...]:
    """Every guide in force in a division, by basic code; where several bodies carry an item out, the nearest one's."""
    return tuple(_guides(_nearest_in_force(division, on, None).values()))


def list_places(basic_code: str, on: date) -> frozenset[str]:
    """Codes of the divisions whose bodies carry an item out; it is done in all that lie in them."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"code": basic_code, "day": on})
        return frozenset(division for (division,) in cursor.fetchall())


def list_guides_of(departments: Iterable[str], on: date) -> tuple[Guide, ...]:
    """Every guide in force of what these departments keep or carry out, by basic code; their own procedure before another's."""
    parameters = {"departments": list(departments), "day": on}
    return tuple(_guides(_run(_BOTH_IN_FORCE + _THEIRS_OWN_FIRST, parameters).values()))


def forget_guides() -> None:
    """Drop this process's copies."""
    _kept.clear()


def _guides(pairs: Iterable[_Pair]) -> list[Guide]:
    """The guides of pairs of versions, from what the process keeps or with four queries for all the rest."""
    wanted, now = list(pairs), monotonic()
    found: dict[_Pair, Guide] = {}
    for pair in wanted:
        kept = _kept.get(pair)
        if kept is not None and now - kept[1] < SECONDS_KEPT:
            found[pair] = kept[0]
    missing = [pair for pair in wanted if pair not in found]
    if missing:
        read = _read(missing)
        if len(_kept) + len(read) > MOST_KEPT:
            _kept.clear()
        _kept.update((pair, (guide, now)) for pair, guide in read.items())
        found.update(read)
    return [found[pair] for pair in wanted]


def _read(pairs: Sequence[_Pair]) -> dict[_Pair, Guide]:
    substance_rows = models.PowerVersion.objects.filter(
        pk__in={substance for substance, _ in pairs}, status__in=FROZEN
    )
    procedure_rows = models.ImplementationVersion.objects.filter(
        pk__in={procedure for _, procedure in pairs}, status__in=FROZEN
    )
    substances = {row.pk: row for row in substance_rows.select_related("power")}
    procedures = {row.pk: row for row in procedure_rows.select_related("implementation")}
    for substance, procedure in pairs:
        if substance not in substances or procedure not in procedures:
            raise ItemNotFound(f"versions {substance}, {procedure}")
    rows = [(substances[substance], procedures[procedure]) for substance, procedure in pairs]
    return dict(zip(pairs, assemble_all(rows), strict=True))


def assemble(substance_row: models.PowerVersion, procedure_row: models.ImplementationVersion) -> Guide:
    """A guide from two rows, published or not (a preview)."""
    return assemble_all([(substance_row, procedure_row)])[0]


def assemble_all(
    rows: Sequence[tuple[models.PowerVersion, models.ImplementationVersion]],
) -> list[Guide]:
    """Guides from pairs of rows, with two queries for departments and windows."""
    documents = [rules.read_substance(substance.document) for substance, _ in rows]
    offices = {procedure.implementation.department_id for _, procedure in rows}
    departments = directory.get_departments({one.department for one in documents} | offices)
    windows = directory.windows_of(offices)
    return [
        _assemble(row, document, procedure_row, departments, windows)
        for (row, procedure_row), document in zip(rows, documents, strict=True)
    ]


def _assemble(
    substance_row: models.PowerVersion,
    document: SubstanceDocument,
    procedure_row: models.ImplementationVersion,
    departments: Mapping[str, Department],
    windows: Mapping[str, tuple[Window, ...]],
) -> Guide:
    procedure = rules.read_procedure(procedure_row.document)
    implementation = procedure_row.implementation
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
            windows=windows.get(office.code, ()),
            enquiry_phone=procedure.enquiry_phone or office.phone,
            complaint_phone=procedure.complaint_phone or office.complaint_phone,
            external_link=procedure.external_link,
        ),
    )


def _nearest_in_force(division: str, on: date, codes: list[str] | None) -> dict[str, _Pair]:
    """By basic code, in its order, the versions of substance and procedure; None asks for every item."""
    # The division and those above it, by length of code.
    places = [division[:length] for length in (2, 4, 6, 9) if length <= len(division)]
    if codes is None:
        return _run(_BOTH_IN_FORCE + _THERE + _NEAREST_FIRST, {"places": places, "day": on})
    with connection.cursor() as cursor:
        _OF_SOME.execute(cursor, [on, places, codes])
        return _pairs(cursor)


def _run(statement: str, parameters: Mapping[str, Any]) -> dict[str, _Pair]:  # Any: as the driver takes them
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return _pairs(cursor)


def _pairs(cursor: CursorWrapper) -> dict[str, _Pair]:
    return {code: (substance, procedure) for code, substance, procedure in cursor.fetchall()}


def _entries(rows: QuerySet[models.PowerVersion], on: date) -> tuple[ItemEntry, ...]:
    in_force = _IN_FORCE.format(versions=models.PowerVersion._meta.db_table, day="%s")
    # The text is constant, the day a parameter.
    rows = rows.filter(RawSQL(in_force, [on, on], output_field=BooleanField()))  # noqa: S611  # nosec B611
    found = rows.order_by("power__department_id", "power__basic_code").values_list(
        "power__basic_code",
        "document__name",
        "power__department__code",
        "power__department__name",
        "document__summary",
    )
    return tuple(ItemEntry(*values) for values in found)
