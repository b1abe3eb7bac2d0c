"""Reads of the directory."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.directory import models, rules
from tongban.domains.directory.types import (
    Connection,
    Department,
    Division,
    DivisionRecord,
    Level,
    ServiceCentre,
    Window,
    WindowRecord,
)
from tongban.foundation.prepared import prepared
from tongban.kernel.divisions import national_divisions
from tongban.kernel.errors import TongbanError


class DivisionNotFound(TongbanError):
    code: ClassVar[str] = "DIVISION_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个行政区划。请从列表中选择。")


class DepartmentNotFound(TongbanError):
    code: ClassVar[str] = "DEPARTMENT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个部门。请从部门列表中选择。")


def get_division(code: str) -> Division:
    """One division; raises `DivisionNotFound`."""
    row = models.Division.objects.filter(code=code).first()
    if row is None:
        raise DivisionNotFound(f"division {code}")
    return _division(row)


def list_districts() -> tuple[Division, ...]:
    """The districts and counties of the city served here, in order of pinyin."""
    rows = models.Division.objects.filter(is_local=True, level=Level.COUNTY).order_by("pinyin", "code")
    return tuple(_division(row) for row in rows)


def list_streets(district: str) -> tuple[Division, ...]:
    """The streets and towns of a district, in order of pinyin; empty for an unknown district."""
    rows = models.Division.objects.filter(parent_id=district, level=Level.TOWN).order_by("pinyin", "code")
    return tuple(_division(row) for row in rows)


def division_path(code: str) -> tuple[Division, ...]:
    """The division and those above it, from the province down; raises `DivisionNotFound`."""
    rows = models.Division.objects.filter(code__in=[code[:length] for length in rules.LEVEL_BY_LENGTH])
    found = tuple(_division(row) for row in rows.order_by("code"))
    if not found or found[-1].code != code:
        raise DivisionNotFound(f"division {code}")
    return found


def get_department(code: str) -> Department:
    """One department; raises `DepartmentNotFound`."""
    return get_departments([code])[code]


def get_departments(codes: Iterable[str]) -> Mapping[str, Department]:
    """Several departments by code in one query; raises `DepartmentNotFound` naming the first one missing."""
    wanted = set(codes)
    found = {row.code: as_department(row) for row in _departments(sorted(wanted))}
    missing = wanted - found.keys()
    if missing:
        raise DepartmentNotFound(f"department {min(missing)}")
    return found


@prepared
def _departments(codes: list[str]) -> QuerySet[models.Department]:
    return models.Department.objects.filter(code__any_of=codes)


def department_names(codes: Iterable[str]) -> Mapping[str, str]:
    """Names by code; an unknown code is left out."""
    rows = models.Department.objects.filter(code__in=set(codes))
    return dict(rows.values_list("code", "name"))


def list_departments(*, division: str | None = None, level: Level | None = None) -> tuple[Department, ...]:
    """Departments in order of level, then pinyin; all of them unless a division or level is named."""
    rows = models.Department.objects.all()
    if division is not None:
        rows = rows.filter(division_id=division)
    if level is not None:
        rows = rows.filter(level=level)
    return tuple(as_department(row) for row in rows.order_by("level", "pinyin", "code"))


def office_for(city_department: str, division: str) -> Department:
    """Who implements a city department's power in a division: its district office, otherwise itself.

    `division` may be the district or a street in it. Raises `DepartmentNotFound`.
    """
    office = Q(guided_by_id=city_department, division_id=rules.district_of(division))
    rows = {row.code: row for row in models.Department.objects.filter(office | Q(code=city_department))}
    city = rows.pop(city_department, None)
    if city is None:
        raise DepartmentNotFound(f"department {city_department}")
    for row in rows.values():
        return as_department(row)
    return as_department(city)


def list_offices(city_department: str) -> tuple[Department, ...]:
    """The district offices a city department guides, in order of their division; empty when it has none."""
    return offices_of([city_department]).get(city_department, ())


def offices_of(city_departments: Iterable[str]) -> Mapping[str, tuple[Department, ...]]:
    """By city department, the district offices it guides in order of their division; one query."""
    rows = models.Department.objects.filter(guided_by__in=set(city_departments))
    found: dict[str, list[Department]] = {}
    for row in rows.order_by("division_id", "code"):
        assert row.guided_by_id is not None, "it is what they were found by"
        found.setdefault(row.guided_by_id, []).append(as_department(row))
    return {code: tuple(offices) for code, offices in found.items()}


def windows_for(department_code: str) -> tuple[Window, ...]:
    """The windows that take papers for a department."""
    rows = models.Window.objects.filter(departments__code=department_code).select_related("centre")
    return tuple(_window(row) for row in rows.order_by("code"))


def windows_of(departments: Iterable[str]) -> Mapping[str, tuple[Window, ...]]:
    """By department, the windows that take papers for it; one query."""
    wanted = set(departments)
    rows = models.Window.objects.filter(departments__code__in=wanted).select_related("centre")
    found: dict[str, tuple[Window, ...]] = {}
    for row in rows.annotate(of_department=F("departments__code")).order_by("code"):
        found[row.of_department] = (*found.get(row.of_department, ()), _window(row))
    return found


def get_window(code: str) -> Window | None:
    row = models.Window.objects.filter(code=code).select_related("centre").first()
    return None if row is None else _window(row)


def list_windows(division: str) -> tuple[Window, ...]:
    """Every window in a division and below it."""
    rows = models.Window.objects.filter(centre__division__code__startswith=division).select_related("centre")
    return tuple(_window(row) for row in rows.order_by("code"))


def list_centres(division: str | None = None) -> tuple[ServiceCentre, ...]:
    rows = models.ServiceCentre.objects.all()
    if division is not None:
        rows = rows.filter(division__code__startswith=division)
    return tuple(
        ServiceCentre(row.code, row.name, row.address, row.phone, row.hours, row.division_id)
        for row in rows.order_by("code")
    )


def list_window_records(codes: Iterable[str] | None = None) -> tuple[WindowRecord, ...]:
    """Windows as an import brings them, by code; all of them unless some are named. Two queries."""
    rows = models.Window.objects.prefetch_related("departments").order_by("code")
    if codes is not None:
        rows = rows.filter(code__in=set(codes))
    return tuple(
        WindowRecord(
            code=row.code,
            centre=row.centre_id,
            name=row.name,
            phone=row.phone,
            hours=row.hours,
            departments=tuple(sorted(one.code for one in row.departments.all())),
        )
        for row in rows
    )


def list_own_divisions() -> tuple[DivisionRecord, ...]:
    """The divisions of this city that the nation's list does not have, or under another name; by code."""
    national = national_divisions().names
    rows = models.Division.objects.filter(is_local=True, level__in=(Level.COUNTY, Level.TOWN)).order_by(
        "code"
    )
    return tuple(DivisionRecord(row.code, row.name) for row in rows if national.get(row.code) != row.name)


def as_department(row: models.Department) -> Department:
    return Department(
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        uscc=row.uscc,
        division=row.division_id,
        level=Level(row.level),
        guided_by=row.guided_by_id,
        connection=Connection(row.connection),
        phone=row.phone,
        complaint_phone=row.complaint_phone,
        address=row.address,
        reconsideration_body=row.reconsideration_body,
        court=row.court,
    )


def _division(row: models.Division) -> Division:
    return Division(row.code, row.name, row.parent_id)


def _window(row: models.Window) -> Window:
    centre = row.centre
    return Window(
        code=row.code,
        centre=centre.name,
        name=row.name,
        address=centre.address,
        phone=row.phone or centre.phone,
        hours=row.hours,
        division=centre.division_id,
    )
