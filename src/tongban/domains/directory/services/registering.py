"""The nation's divisions, and one department at a time, registered or changed by its code."""

from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.directory import models, rules, selectors
from tongban.domains.directory.types import Department
from tongban.foundation.audit import services as audit
from tongban.foundation.search import pinyin
from tongban.kernel.actors import Actor
from tongban.kernel.divisions import DivisionRegister, national_divisions
from tongban.kernel.errors import TongbanError

_BATCH = 5_000


class FaultyDepartment(TongbanError):
    """A department that contradicts itself or the one that guides it."""

    code: ClassVar[str] = "FAULTY_DEPARTMENT"
    default_sentence: ClassVar[str] = gettext_noop("部门信息有误，没有保存。请核对后重新填写。")


@transaction.atomic
def load_divisions(
    *, local: str, actor: Actor, at: datetime, register: DivisionRegister | None = None
) -> int:
    """Write the nation's divisions, mark `local` and all below it as served here; how many they are.

    A division that is no longer in the register stays: addresses and old cases name it.
    """
    names = (register or national_divisions()).names
    rows = [
        models.Division(
            code=code,
            name=name,
            parent_id=rules.parent_code(code, names),
            level=rules.LEVEL_BY_LENGTH[len(code)],
            pinyin=pinyin(name) if code.startswith(local) else "",  # lists are shown of this city only
            is_local=code.startswith(local),
        )
        for code, name in sorted(names.items(), key=lambda entry: (len(entry[0]), entry[0]))
    ]
    models.Division.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "parent", "level", "pinyin", "is_local"],
    )
    audit.record(
        actor=actor,
        action="LOAD_DIVISIONS",
        at=at,
        object_type="directory.Division",
        object_id=local,
        detail={"count": len(rows)},
    )
    return len(rows)


def require_divisions(*, local: str, actor: Actor, at: datetime) -> None:
    """Load the nation's divisions where none of this city is known yet."""
    if not models.Division.objects.filter(is_local=True).exists():
        load_divisions(local=local, actor=actor, at=at)


@transaction.atomic
def save_department(department: Department, *, actor: Actor, at: datetime) -> Department:
    """Register a department or change it, by its code.

    Raises `FaultyDepartment`, `selectors.DivisionNotFound`, `selectors.DepartmentNotFound` (the guiding one).
    """
    selectors.get_division(department.division)
    guide = None if department.guided_by is None else selectors.get_department(department.guided_by)
    for _field, fault in rules.department_faults(department, guide):
        raise FaultyDepartment(f"department {department.code}", sentence=fault)
    try:
        with transaction.atomic():
            _write_department(department)
    except IntegrityError as error:
        raise FaultyDepartment(
            f"department {department.code}", sentence=_("这个区已有同一部门的区级机构。请修改原有机构。")
        ) from error
    _record(actor, "SAVE_DEPARTMENT", at, "directory.Department", department.code)
    return department


def _record(actor: Actor, action: str, at: datetime, object_type: str, object_id: str) -> None:
    audit.record(actor=actor, action=action, at=at, object_type=object_type, object_id=object_id)


def _write_department(department: Department) -> None:
    models.Department.objects.update_or_create(code=department.code, defaults=department_columns(department))


def department_columns(department: Department) -> dict[str, object]:
    """What the row of a department holds beside its code."""
    return {
        "name": department.name,
        "short_name": department.short_name,
        "uscc": department.uscc,
        "division_id": department.division,
        "level": department.level,
        "guided_by_id": department.guided_by,
        "connection": department.connection,
        "phone": department.phone,
        "complaint_phone": department.complaint_phone,
        "address": department.address,
        "reconsideration_body": department.reconsideration_body,
        "court": department.court,
        "pinyin": pinyin(department.name),
    }
