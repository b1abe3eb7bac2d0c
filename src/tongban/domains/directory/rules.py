"""Pure rules of the directory."""

from collections.abc import Container, Iterator

from tongban.domains.directory.types import Connection, Department, Level
from tongban.kernel.identifiers import validate_uscc

LEVEL_BY_LENGTH = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWN}
_LENGTHS = tuple(LEVEL_BY_LENGTH)


def parent_code(code: str, known: Container[str]) -> str | None:
    """The nearest division above a code; levels that the nation's list leaves out are skipped."""
    for length in reversed(_LENGTHS):
        if length < len(code) and code[:length] in known:
            return code[:length]
    return None


def district_of(division: str) -> str:
    """The county-level code of a division at or below the county, otherwise the code itself."""
    return division[:6]


def department_faults(department: Department, guide: Department | None) -> Iterator[tuple[str, str]]:
    """Why a department may not be saved: each field at fault with a sentence."""
    if department.connection is not Connection.LINKED_ONLY or department.uscc:
        verdict = validate_uscc(department.uscc)
        if not verdict.valid:
            yield "uscc", verdict.reason
    if guide is not None and guide.level >= department.level:
        yield "guided_by", "业务指导部门的层级应高于本部门。请选择上级部门。"
    if department.phone and department.phone == department.complaint_phone:
        yield "complaint_phone", "咨询电话与投诉电话不能相同。请分别填写。"
