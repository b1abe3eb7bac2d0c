"""Lists of divisions, departments, centres and windows from a file, as one import."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from pydantic import TypeAdapter

from tongban.domains.directory import models, rules, selectors
from tongban.domains.directory.services.registering import department_columns, require_divisions
from tongban.domains.directory.types import Department, DivisionRecord, ServiceCentre, WindowRecord
from tongban.foundation.audit import services as audit
from tongban.foundation.imports import Tally
from tongban.foundation.search import pinyin
from tongban.kernel.actors import Actor

PARTS = ("divisions", "departments", "centres", "windows")
"""In the order in which they rest on each other."""
NO_DEPARTMENT = "机构目录里没有这个部门"
NO_DIVISION = "没有这个行政区划"
NO_CENTRE = "没有这个政务服务中心"
SECOND_OFFICE = "这个行政区划里已有同一部门的机构"
ELSEWHERE = "不在本市的行政区划之内"

_DIVISION = TypeAdapter(DivisionRecord)
_DEPARTMENT = TypeAdapter(Department)
_CENTRE = TypeAdapter(ServiceCentre)
_WINDOW = TypeAdapter(WindowRecord)
_DEPARTMENT_COLUMNS = [
    column.name for column in models.Department._meta.concrete_fields if column.name not in ("id", "code")
]

Lists = Mapping[str, Sequence[object]]
"""Parsed JSON: the rows by name of their part; each may be left out."""


class _File:
    """The rows that fit the format, and what they may name: what is there, and what they bring."""

    def __init__(self, tally: Tally, lists: Lists) -> None:
        code = attrgetter("code")
        self.divisions = tally.read("divisions", lists.get("divisions", ()), _DIVISION, code)
        self.departments = tally.read("departments", lists.get("departments", ()), _DEPARTMENT, code)
        self.centres = tally.read("centres", lists.get("centres", ()), _CENTRE, code)
        self.windows = tally.read("windows", lists.get("windows", ()), _WINDOW, code)
        self.departments_there = {one.code: one for one in selectors.list_departments()}
        self.centres_there = {one.code: one for one in selectors.list_centres()}
        self.all_departments = self.departments_there | _by_code(self.departments.values())
        named = {one.division for one in self.departments.values()}
        named |= {one.division for one in self.centres.values()}
        self.division_codes = {one.code for one in self.divisions.values()} | set(
            models.Division.objects.filter(code__in=named).values_list("code", flat=True)
        )


@transaction.atomic
def load_directory(lists: Lists, *, tally: Tally, actor: Actor, at: datetime) -> frozenset[str]:
    """Write what is new or differs, unless the tally has a refused row; the codes of all departments, those of the file included.

    What the file does not name stays as it is. The nation's divisions are loaded when there are none yet.
    """
    require_divisions(local=settings.CATALOGUE_REGION, actor=actor, at=at)
    file = _File(tally, lists)
    _check_divisions(file, tally)
    _check_departments(file, tally)
    for row, centre in file.centres.items():
        if centre.division not in file.division_codes:
            tally.refuse("centres", row, "division", centre.division, NO_DIVISION)
    _check_windows(file, tally)
    if not tally.refused:
        _write_divisions(file, tally, actor, at)
        _write_departments(file, tally, actor, at)
        _write_centres(file, tally, actor, at)
        _write_windows(file, tally, actor, at)
    return frozenset(file.all_departments)


def _check_divisions(file: _File, tally: Tally) -> None:
    for row, division in file.divisions.items():
        if not division.code.startswith(settings.CATALOGUE_REGION):
            tally.refuse("divisions", row, "code", division.code, ELSEWHERE)


def _check_departments(file: _File, tally: Tally) -> None:
    offices: dict[tuple[str, str], str] = {}
    for one in file.all_departments.values():
        if one.guided_by is not None:
            offices.setdefault((one.guided_by, one.division), one.code)
    for row, department in file.departments.items():
        guide = None if department.guided_by is None else file.all_departments.get(department.guided_by)
        if department.guided_by is not None and guide is None:
            tally.refuse("departments", row, "guided_by", department.guided_by, NO_DEPARTMENT)
        if department.division not in file.division_codes:
            tally.refuse("departments", row, "division", department.division, NO_DIVISION)
        for field, fault in rules.department_faults(department, guide):
            tally.refuse("departments", row, field, str(getattr(department, field)), fault)
        first = offices.get((department.guided_by or "", department.division), department.code)
        if first != department.code:
            tally.refuse("departments", row, "division", department.division, f"{SECOND_OFFICE}：{first}")


def _check_windows(file: _File, tally: Tally) -> None:
    centres = file.centres_there.keys() | {one.code for one in file.centres.values()}
    for row, window in file.windows.items():
        if window.centre not in centres:
            tally.refuse("windows", row, "centre", window.centre, NO_CENTRE)
        for code in window.departments:
            if code not in file.all_departments:
                tally.refuse("windows", row, "departments", code, NO_DEPARTMENT)


def _write_divisions(file: _File, tally: Tally, actor: Actor, at: datetime) -> None:
    wanted = _by_code(file.divisions.values())
    rows = models.Division.objects.filter(code__in=wanted, is_local=True)
    created, changed = tally.sort_out(wanted, {row.code: DivisionRecord(row.code, row.name) for row in rows})
    above = {code[:length] for code in wanted for length in rules.LEVEL_BY_LENGTH}
    there = set(models.Division.objects.filter(code__in=above).values_list("code", flat=True)) | set(wanted)
    touched = sorted((*created, *changed), key=lambda one: (len(one.code), one.code))
    models.Division.objects.bulk_create(
        [
            models.Division(
                code=one.code,
                name=one.name,
                parent_id=rules.parent_code(one.code, there),
                level=rules.LEVEL_BY_LENGTH[len(one.code)],
                pinyin=pinyin(one.name),
                is_local=True,
            )
            for one in touched
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "pinyin", "is_local"],
    )
    _record("SAVE_DIVISION", "directory.Division", touched, actor, at)


def _write_departments(file: _File, tally: Tally, actor: Actor, at: datetime) -> None:
    created, changed = tally.sort_out(_by_code(file.departments.values()), file.departments_there)
    models.Department.objects.bulk_create(
        [models.Department(code=one.code, **department_columns(one)) for one in (*created, *changed)],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=_DEPARTMENT_COLUMNS,
    )
    _record("SAVE_DEPARTMENT", "directory.Department", (*created, *changed), actor, at)


def _write_centres(file: _File, tally: Tally, actor: Actor, at: datetime) -> None:
    created, changed = tally.sort_out(_by_code(file.centres.values()), file.centres_there)
    models.ServiceCentre.objects.bulk_create(
        [
            models.ServiceCentre(
                code=one.code,
                name=one.name,
                address=one.address,
                phone=one.phone,
                hours=one.hours,
                division_id=one.division,
            )
            for one in (*created, *changed)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "address", "phone", "hours", "division"],
    )
    _record("SAVE_CENTRE", "directory.ServiceCentre", (*created, *changed), actor, at)


def _write_windows(file: _File, tally: Tally, actor: Actor, at: datetime) -> None:
    wanted = {
        one.code: replace(one, departments=tuple(sorted(set(one.departments))))
        for one in file.windows.values()
    }
    there = {one.code: one for one in selectors.list_window_records(wanted)}
    created, changed = tally.sort_out(wanted, there)
    touched = [*created, *changed]
    models.Window.objects.bulk_create(
        [
            models.Window(
                code=one.code, centre_id=one.centre, name=one.name, phone=one.phone, hours=one.hours
            )
            for one in touched
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["centre", "name", "phone", "hours"],
    )
    takes_for = models.Window.departments.through
    takes_for.objects.filter(window_id__in=[one.code for one in changed]).delete()
    ids = dict(models.Department.objects.values_list("code", "id"))
    takes_for.objects.bulk_create(
        takes_for(window_id=one.code, department_id=ids[code]) for one in touched for code in one.departments
    )
    _record("SAVE_WINDOW", "directory.Window", touched, actor, at)


_Coded = TypeVar("_Coded", Department, DivisionRecord, ServiceCentre, WindowRecord)


def _by_code(records: Iterable[_Coded]) -> dict[str, _Coded]:
    return {one.code: one for one in records}


def _record(action: str, object_type: str, touched: Iterable[_Coded], actor: Actor, at: datetime) -> None:
    audit.record_many(audit.Entry(actor, action, at, object_type, one.code) for one in touched)
