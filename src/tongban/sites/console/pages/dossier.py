"""The dossier: papers, form with provenance, examination points with their clause, clock, and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.rules.access import may_tick
from tongban.domains.cases.rules.examination import answer_fields, machine_verdict
from tongban.domains.cases.states import BEFORE_ACCEPTANCE, IN_PROGRESS
from tongban.domains.cases.types import (
    CheckTask,
    ClockAccount,
    DecisionRecord,
    Dossier,
    Due,
    HistoryEntry,
    Outcome,
    Status,
    TickMark,
    TraceLine,
)
from tongban.domains.catalogue.types import ExaminationPoint, Guide, LegalBasis, Stage
from tongban.domains.eforms.rules import element_of
from tongban.domains.eforms.types import Attachment, AttachmentStatus, Origin, slot_key
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor
from tongban.sites.console.acts import ActForm, acts_for, field_label, group_words
from tongban.sites.console.words import (
    State,
    check_words,
    due_words,
    light_state,
    limit_words,
    outcome_state,
    provenance,
    status_state,
    value_words,
)
from tongban.sites.shared.fields import Problem, field_id
from tongban.sites.shared.formats import file_size, full_day, moment, plain_day


@dataclass(frozen=True, slots=True)
class FileLink:
    address: str
    title: str
    note: str
    state: State | None


@dataclass(frozen=True, slots=True)
class MaterialGroup:
    name: str
    note: str
    files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class FieldLine:
    label: str
    value: str
    source: str
    is_prefilled: bool
    is_corrected: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class FieldGroup:
    title: str
    lines: tuple[FieldLine, ...]


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
    machine: State | None
    error: str


@dataclass(frozen=True, slots=True)
class PointGroup:
    title: str
    lines: tuple[PointLine, ...]


@dataclass(frozen=True, slots=True)
class ActButton:
    slug: str
    title: str
    effect: str
    address: str
    is_direct: bool
    is_grave: bool


@dataclass(frozen=True, slots=True)
class DueLine:
    name: str
    words: str
    article: str


@dataclass(frozen=True, slots=True)
class Sibling:
    item: str
    department: str
    number: str
    address: str
    """Empty where the case is another department's."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    when: str
    sentence: str
    who: str
    is_internal: bool


@dataclass(frozen=True, slots=True)
class CheckLine:
    id: str
    kind: str
    subject: str
    due: str
    state: State
    note: str
    case_number: str
    item: str
    case_address: str
    settle_action: str


@dataclass(frozen=True, slots=True)
class DecisionBox:
    words: str
    when: str
    reason: str
    bases: tuple[str, ...]
    points: tuple[str, ...]
    licences: tuple[str, ...]
    override: str


@dataclass(frozen=True, slots=True)
class SupplementBox:
    lines: tuple[tuple[str, str, str], ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    number: str
    application_number: str
    item: str
    situation: str
    applicant: str
    assignee: str
    version: str
    received: str
    state: State
    light: State
    light_class: str
    revision: int
    dues: tuple[DueLine, ...]
    clock_address: str
    flags: tuple[str, ...]
    siblings: tuple[Sibling, ...]
    materials: tuple[MaterialGroup, ...]
    papers: tuple[FileLink, ...]
    first_file: str
    groups: tuple[FieldGroup, ...]
    points: tuple[PointGroup, ...]
    points_action: str
    """Empty when this officer cannot tick now."""
    supplement: SupplementBox | None
    checks: tuple[CheckLine, ...]
    decision: DecisionBox | None
    acts: tuple[ActButton, ...]
    no_acts: str
    history: tuple[HistoryLine, ...]
    problems: tuple[Problem, ...]
    guide_address: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed at the points, shown again when it will not do."""

    marks: Mapping[str, TickMark]
    errors: Mapping[str, str]


NOTHING_TYPED = Typed({}, {})


def build(
    dossier: Dossier,
    guide: Guide,
    actor: Actor,
    *,
    own_offices: frozenset[str],
    typed: Typed = NOTHING_TYPED,
    problems: Sequence[Problem] = (),
) -> DossierPage:
    """`own_offices` are the names of the departments whose cases this officer may open."""
    materials = _materials(dossier, guide)
    papers = tuple(
        FileLink(
            reverse("console:paper", args=[paper.id]),
            paper.title,
            f"{paper.number} · {plain_day(paper.issued_at)}",
            None,
        )
        for paper in dossier.papers
    )
    return DossierPage(
        number=dossier.number,
        application_number=dossier.application_number,
        item=dossier.item_name,
        situation=_situation(dossier, guide),
        applicant=dossier.applicant_name,
        assignee=dossier.assignee_name or _("还没有人承办"),
        version=_("第%(substance)d版指南，第%(procedure)d版实施")
        % {
            "substance": guide.substance.version,
            "procedure": guide.procedure.version,
        },
        received=moment(dossier.received_at),
        state=status_state(dossier.status),
        light=light_state(dossier.light),
        light_class=dossier.light.value.lower(),
        revision=dossier.revision,
        dues=_dues(dossier),
        clock_address=reverse("console:clock", args=[dossier.number]) if dossier.due else "",
        flags=_flags(dossier, guide),
        siblings=_siblings(dossier, own_offices),
        materials=materials,
        papers=papers,
        first_file=_first_file(materials, papers),
        groups=_groups(dossier),
        points=_points(dossier, guide, typed),
        points_action=reverse("console:points", args=[dossier.number]) if _can_tick(dossier, actor) else "",
        supplement=_supplement(dossier),
        checks=tuple(check_line(check) for check in dossier.checks),
        decision=_decision(dossier.decision, guide),
        acts=tuple(act_button(act, dossier.number) for act in acts_for(dossier)),
        no_acts=_no_acts(dossier),
        history=tuple(history_line(entry) for entry in reversed(dossier.history)),
        problems=tuple(problems),
        guide_address=reverse("portal:guide", args=[guide.procedure.division, guide.substance.basic_code]),
    )


def act_button(act: type[ActForm], number: str) -> ActButton:
    return ActButton(
        slug=act.slug,
        title=str(act.title),
        effect=str(act.effect),
        address=reverse("console:act", args=[number, act.slug]),
        is_direct=act.is_direct,
        is_grave=act.is_grave,
    )


def history_line(entry: HistoryEntry) -> HistoryLine:
    who = (
        _("%(name)s · %(department)s")
        % {
            "name": entry.actor_name,
            "department": entry.department_name,
        }
        if entry.department_name
        else entry.actor_name
    )
    return HistoryLine(moment(entry.at), entry.sentence, who, not entry.is_public)


def check_line(check: CheckTask) -> CheckLine:
    return CheckLine(
        id=f"check-{check.id}",
        kind=check_words(check.kind),
        subject=check.subject,
        due=full_day(check.due_on),
        state=outcome_state(check.outcome),
        note=check.note,
        case_number=check.case_number,
        item=check.item_name,
        case_address=reverse("console:dossier", args=[check.case_number]),
        settle_action=reverse("console:settle", args=[check.id]),
    )


def due_line(due: Due) -> DueLine:
    return DueLine(limit_words(due.kind), due_words(due), due.article)


def _dues(dossier: Dossier) -> tuple[DueLine, ...]:
    return tuple(due_line(due) for due in (dossier.promise, dossier.due) if due is not None)


def _situation(dossier: Dossier, guide: Guide) -> str:
    for situation in guide.substance.situations:
        if situation.code == dossier.situation:
            return situation.name
    return ""


def _flags(dossier: Dossier, guide: Guide) -> tuple[str, ...]:
    names = {material.code: material.name for material in guide.substance.materials}
    flags = []
    if dossier.uses_promise:
        flags.append(_("按告知承诺办理：准予后要在期限内核查"))
    if dossier.deferred_materials:
        later = _("、").join(names.get(code, code) for code in dossier.deferred_materials)
        flags.append(_("申请容缺：%(materials)s") % {"materials": later})
    if dossier.was_supplemented and dossier.status is Status.RECEIVED:
        flags.append(_("已补正过一次，不能再要求补正"))
    return tuple(flags)


def _siblings(dossier: Dossier, own_offices: frozenset[str]) -> tuple[Sibling, ...]:
    return tuple(
        Sibling(
            one.item_name,
            one.department_name,
            one.number,
            reverse("console:dossier", args=[one.number]) if one.department_name in own_offices else "",
        )
        for one in dossier.siblings
    )


def _materials(dossier: Dossier, guide: Guide) -> tuple[MaterialGroup, ...]:
    by_slot: dict[str, list[Attachment]] = {}
    for one in dossier.attachments:
        by_slot.setdefault(one.slot, []).append(one)
    groups: dict[str, MaterialGroup] = {}
    for material in guide.substance.materials:
        slot = slot_key(material.material_type, material.licence_holder)
        files = tuple(_file(dossier, one) for one in by_slot.pop(slot, []))
        later = material.code in dossier.deferred_materials
        if files or later:
            note = _("容缺，待补交") if later and not files else ""
            groups[slot] = MaterialGroup(material.name, note, files)
    for slot, others in by_slot.items():
        groups[slot] = MaterialGroup(_("其他附件"), "", tuple(_file(dossier, one) for one in others))
    return tuple(groups.values())


def _file(dossier: Dossier, one: Attachment) -> FileLink:
    is_clean = one.status is AttachmentStatus.CLEAN
    address = reverse("console:attachment", args=[dossier.number, one.id]) if is_clean else ""
    state = None
    if one.status is AttachmentStatus.HELD:
        state = State(_("正在查毒，暂不能打开"), "going", "hourglass")
    elif one.status is AttachmentStatus.REFUSED:
        state = State(_("没有通过查毒"), "bad", "circle-x")
    return FileLink(address, one.filename, file_size(one.size), state)


def _first_file(materials: Sequence[MaterialGroup], papers: Sequence[FileLink]) -> str:
    files = [file for group in materials for file in group.files if file.address]
    return next((file.address for file in [*files, *papers]), "")


def _groups(dossier: Dossier) -> tuple[FieldGroup, ...]:
    elements = standards.elements()
    asked = {item.target for item in dossier.supplement}
    groups: dict[str, list[FieldLine]] = {}
    for key, answer in dossier.answers.items():
        element = element_of(key, elements)
        line = FieldLine(
            label=field_label(key),
            value=value_words(element, answer.value),
            source=provenance(element, answer),
            is_prefilled=answer.origin is Origin.PREFILLED,
            is_corrected=answer.origin is Origin.CORRECTED,
            is_asked=key in asked,
        )
        groups.setdefault(group_words(key), []).append(line)
    return tuple(FieldGroup(title, tuple(lines)) for title, lines in groups.items())


def _can_tick(dossier: Dossier, actor: Actor) -> bool:
    if dossier.status not in BEFORE_ACCEPTANCE | IN_PROGRESS or not dossier.allowed_actions:
        return False
    return may_tick(actor, department=dossier.department, applicant_id=dossier.applicant_id)


def _points(dossier: Dossier, guide: Guide, typed: Typed) -> tuple[PointGroup, ...]:
    kept = {tick.point: tick for tick in dossier.ticks}
    fields = answer_fields(guide.substance.form, standards.condition_fields())
    titles = {Stage.ACCEPTANCE: _("受理要点"), Stage.EXAMINATION: _("审查要点")}
    groups = []
    for stage, title in titles.items():
        lines = []
        for point in guide.substance.points:
            if point.stage is not stage:
                continue
            tick = kept.get(point.code)
            mark = typed.marks.get(point.code)
            if mark is None:
                mark = TickMark(point.code, tick.passed, tick.note) if tick else TickMark(point.code, None)
            verdict = machine_verdict(point, dossier.answers, fields)
            who = ""
            if tick is not None and tick.at is not None:
                who = _("%(name)s，%(when)s") % {"name": tick.officer_name, "when": moment(tick.at)}
            lines.append(_point_line(point, guide, mark, who, verdict, typed.errors.get(point.code, "")))
        if lines:
            groups.append(PointGroup(title, tuple(lines)))
    return tuple(groups)


def _point_line(
    point: ExaminationPoint, guide: Guide, mark: TickMark, who: str, verdict: bool | None, error: str
) -> PointLine:
    materials = {material.code: material.name for material in guide.substance.materials}
    bases = {basis.id: basis for basis in guide.substance.legal_basis}
    machine = None
    if verdict is not None:
        machine = (
            State(_("系统核对相符"), "done", "check") if verdict else State(_("系统核对不符"), "bad", "x")
        )
    name = f"point:{point.code}"
    return PointLine(
        code=point.code,
        id=field_id(name),
        name=name,
        note_name=f"note:{point.code}",
        text=point.text,
        clauses=tuple(_clause(bases[one]) for one in point.basis if one in bases),
        material=materials.get(point.material or "", ""),
        is_passed=mark.passed is True,
        is_failed=mark.passed is False,
        note=mark.note,
        who=who,
        machine=machine,
        error=error,
    )


def _clause(basis: LegalBasis) -> Clause:
    return Clause(f"《{basis.law}》{basis.article}", basis.text)


def _supplement(dossier: Dossier) -> SupplementBox | None:
    if not dossier.supplement:
        return None
    lines = tuple((item.label, item.problem, item.remedy) for item in dossier.supplement)
    if dossier.status is not Status.SUPPLEMENTING:
        return SupplementBox(lines, _("申请人已经补正。"))
    if dossier.supplement_answer_by is None:
        return SupplementBox(lines, _("等申请人补正，时钟停。"))
    day = full_day(dossier.supplement_answer_by)
    return SupplementBox(lines, _("等申请人在%(day)s前补正，时钟停。") % {"day": day})


def _decision(decision: DecisionRecord | None, guide: Guide) -> DecisionBox | None:
    if decision is None:
        return None
    bases = {basis.id: f"《{basis.law}》{basis.article}" for basis in guide.substance.legal_basis}
    points = {point.code: point.text for point in guide.substance.points}
    is_grant = decision.outcome is Outcome.GRANT
    told = {"name": decision.officer_name, "when": moment(decision.decided_at)}
    return DecisionBox(
        words=_("准予") if is_grant else _("不予许可"),
        when=_("%(name)s，%(when)s") % told,
        reason="" if decision.is_override else decision.reason,
        bases=tuple(bases.get(one, one) for one in decision.legal_basis),
        points=tuple(points.get(one, one) for one in decision.failed_points),
        licences=decision.licences,
        override=decision.reason if decision.is_override else "",
    )


def _no_acts(dossier: Dossier) -> str:
    if dossier.allowed_actions:
        return ""
    if dossier.status in BEFORE_ACCEPTANCE | IN_PROGRESS:
        return _("您不能办理这一件：已申请回避，或者岗位没有相应权限。")
    return _("这一件没有待办的事。")


@dataclass(frozen=True, slots=True)
class TraceRow:
    day: str
    counted: bool
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockPage:
    number: str
    dues: tuple[DueLine, ...]
    promise: tuple[TraceRow, ...]
    limit: tuple[TraceRow, ...]
    limit_title: str
    back_address: str


def build_clock(number: str, account: ClockAccount) -> ClockPage:
    dues = [due for due in (account.promise, account.due) if due is not None]
    return ClockPage(
        number=number,
        dues=tuple(due_line(due) for due in dues),
        promise=_trace(account.promise_trace),
        limit=_trace(account.limit_trace),
        limit_title=limit_words(account.due.kind) if account.due else "",
        back_address=reverse("console:dossier", args=[number]),
    )


def _trace(lines: Sequence[TraceLine]) -> tuple[TraceRow, ...]:
    return tuple(
        TraceRow(full_day(one.on), one.counted, str(one.day_number or ""), one.reason) for one in lines
    )
