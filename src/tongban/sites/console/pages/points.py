"""The examination points of a case: clause, what the machine found and why, what the officer found."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.rules import examination
from tongban.domains.cases.rules.access import may_tick
from tongban.domains.cases.states import BEFORE_ACCEPTANCE, IN_PROGRESS
from tongban.domains.cases.types import Dossier, Tick, TickMark
from tongban.domains.catalogue.types import ExaminationPoint, Guide, LegalBasis, Stage
from tongban.domains.eforms.rules import element_of
from tongban.domains.eforms.types import Answer
from tongban.domains.lifeevents.rules.wording import reasons
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor
from tongban.kernel.conditions import FieldDictionary, explain
from tongban.sites.console.words import State
from tongban.sites.shared.fields import field_id
from tongban.sites.shared.formats import moment


@dataclass(frozen=True, slots=True)
class Clause:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PointLine:
    code: str
    id: str
    name: str
    note_name: str
    text: str
    clauses: tuple[Clause, ...]
    material: str
    is_passed: bool
    is_failed: bool
    note: str
    who: str
    machine: "MachineFinding | None"
    error: str


@dataclass(frozen=True, slots=True)
class MachineFinding:
    state: State
    because: str
    """The comparisons that decide it, in the words of the form."""


@dataclass(frozen=True, slots=True)
class PointGroup:
    title: str
    lines: tuple[PointLine, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed at the points, shown again when it will not do."""

    marks: Mapping[str, TickMark]
    errors: Mapping[str, str]


NOTHING_TYPED = Typed({}, {})


def can_tick(dossier: Dossier, actor: Actor) -> bool:
    if dossier.status not in BEFORE_ACCEPTANCE | IN_PROGRESS or not dossier.allowed_actions:
        return False
    return may_tick(actor, department=dossier.department, applicant_id=dossier.applicant_id)


def points_of(dossier: Dossier, guide: Guide, typed: Typed) -> tuple[PointGroup, ...]:
    kept = {tick.point: tick for tick in dossier.ticks}
    fields = examination.answer_fields(guide.substance.form, standards.condition_fields())
    titles = {Stage.ACCEPTANCE: _("受理要点"), Stage.EXAMINATION: _("审查要点")}
    groups = []
    for stage, title in titles.items():
        lines = [
            _point_line(point, guide, dossier.answers, fields, kept.get(point.code), typed)
            for point in examination.points_of(guide.substance, stage)
        ]
        if lines:
            groups.append(PointGroup(title, tuple(lines)))
    return tuple(groups)


def _point_line(
    point: ExaminationPoint,
    guide: Guide,
    answers: Mapping[str, Answer],
    fields: FieldDictionary,
    tick: Tick | None,
    typed: Typed,
) -> PointLine:
    name = f"point:{point.code}"
    kept = TickMark(point.code, tick.passed, tick.note) if tick else TickMark(point.code, None)
    mark = typed.marks.get(point.code, kept)
    who = ""
    if tick is not None and tick.at is not None:
        who = _("%(name)s，%(when)s") % {"name": tick.officer_name, "when": moment(tick.at)}
    material = next((one.name for one in guide.substance.materials if one.code == point.material), "")
    bases = {basis.id: basis for basis in guide.substance.legal_basis}
    return PointLine(
        code=point.code,
        id=field_id(name),
        name=name,
        note_name=f"note:{point.code}",
        text=point.text,
        clauses=tuple(_clause(bases[one]) for one in point.basis if one in bases),
        material=material,
        is_passed=mark.passed is True,
        is_failed=mark.passed is False,
        note=mark.note,
        who=who,
        machine=_machine(point, answers, fields),
        error=typed.errors.get(point.code, ""),
    )


def _clause(basis: LegalBasis) -> Clause:
    return Clause(f"《{basis.law}》{basis.article}", basis.text)


def _machine(
    point: ExaminationPoint, answers: Mapping[str, Answer], fields: FieldDictionary
) -> MachineFinding | None:
    """What the point's condition says of the answers and why; None where only a person can look."""
    check = examination.machine_check(point, answers, fields)
    if check is None:
        return None
    condition, facts = check
    explanation = explain(condition, facts, fields, say=_)
    state = {
        True: State(_("系统核对相符"), "done", "check"),
        False: State(_("系统核对不符"), "bad", "x"),
        None: State(_("系统核对不了"), "asked", "circle-alert"),
    }[explanation.verdict]
    known = standards.elements()
    elements = {key: found for key in fields if (found := element_of(key, known)) is not None}
    return MachineFinding(state, reasons(explanation, elements))
