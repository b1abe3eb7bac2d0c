"""The audit of the three rules: every material of every item judged by the one verdict, and counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from tongban.domains.catalogue.rules.materials import ON_PAPER, every_verdict
from tongban.domains.catalogue.types import (
    AuditLine,
    AuditSums,
    Guide,
    MaterialForm,
    MaterialsAudit,
    MaterialVerdict,
    Sources,
)


def audit(guides: Iterable[Guide], sources: Mapping[str, Sources], *, at: datetime) -> MaterialsAudit:
    """Verdict and proof of each material, and what they come to for each department that keeps the items."""
    lines = [
        _line(guide, verdict)
        for guide in guides
        for verdict in every_verdict(guide.substance, sources[guide.substance.basic_code])
    ]
    by_department: dict[str, list[AuditLine]] = {}
    for line in lines:
        by_department.setdefault(line.department, []).append(line)
    departments = [
        _sums(code, found[0].department_name, found) for code, found in sorted(by_department.items())
    ]
    return MaterialsAudit(at, tuple(lines), tuple(departments), _sums("", "", lines))


def of_departments(found: MaterialsAudit, departments: Iterable[str]) -> MaterialsAudit:
    """The same for these departments alone."""
    wanted = set(departments)
    lines = tuple(one for one in found.lines if one.department in wanted)
    sums = tuple(one for one in found.departments if one.department in wanted)
    return MaterialsAudit(found.at, lines, sums, _sums("", "", lines))


def _line(guide: Guide, verdict: MaterialVerdict) -> AuditLine:
    is_kept = verdict.licence_type is not None or verdict.material.form in ON_PAPER
    was_asked = bool(verdict.basis) and verdict.material.form is not MaterialForm.FORM
    return AuditLine(
        item=guide.substance.basic_code,
        item_name=guide.title,
        department=guide.substance.department.code,
        department_name=guide.substance.department.name,
        verdict=verdict,
        was_asked=was_asked,
        asks_for_kept=verdict.must_ask and is_kept,
        was_kept=was_asked and is_kept,
    )


def _sums(department: str, name: str, lines: Iterable[AuditLine]) -> AuditSums:
    found = list(lines)
    spared = Counter(str(one.verdict.rule) for one in found if one.verdict.rule is not None)
    remains = Counter(str(one.verdict.remains) for one in found if one.verdict.remains is not None)
    return AuditSums(
        department=department,
        department_name=name,
        items=len({one.item for one in found}),
        before=sum(one.was_asked for one in found),
        now=sum(one.verdict.must_ask for one in found),
        waived=dict(sorted(spared.items())),
        remains=dict(sorted(remains.items())),
        items_before=len({one.item for one in found if one.was_kept}),
        items_now=len({one.item for one in found if one.asks_for_kept}),
    )
