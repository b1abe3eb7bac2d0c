"""The dossier as one page: files, form and points, decision, history, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.states import BEFORE_ACCEPTANCE, IN_PROGRESS
from tongban.domains.cases.types import (
    CheckTask,
    DecisionRecord,
    Dossier,
    HistoryEntry,
    Light,
    Outcome,
    Status,
    WaivedState,
)
from tongban.domains.catalogue.types import Guide
from tongban.kernel.actors import Actor
from tongban.sites.console.acts import ActForm, acts_for
from tongban.sites.console.pages import manual
from tongban.sites.console.pages.answers import FieldGroup, answers_of
from tongban.sites.console.pages.files import FileLink, MaterialGroup, first_file, materials_of, papers_of
from tongban.sites.console.pages.limits import DueLine, limits_of
from tongban.sites.console.pages.points import NOTHING_TYPED, PointGroup, Typed, can_tick, points_of
from tongban.sites.console.pages.waived import (
    AssistanceLine,
    WaivedRow,
    assistance_line,
    fetch_action,
    waived_rows,
)
from tongban.sites.console.screen import HANDLERS
from tongban.sites.console.words import (
    State,
    check_state,
    check_words,
    light_state,
    status_state,
)
from tongban.sites.shared.fields import Problem
from tongban.sites.shared.formats import full_day, moment

_NOT_YET_THERE = (WaivedState.WAITING, WaivedState.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class ActButton:
    slug: str
    title: str
    effect: str
    address: str
    is_direct: bool
    is_grave: bool


@dataclass(frozen=True, slots=True)
class Sibling:
    item: str
    department: str
    state: State
    light: State | None
    """Said where the limit is near or has passed."""
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
    manual_address: str
    """业务手册 of the version the case was accepted under."""
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
    waived: tuple[WaivedRow, ...]
    fetch_action: str
    """Where the registers are asked again at once; empty when nothing waits for them."""
    assistance: tuple[AssistanceLine, ...]
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
    materials = materials_of(dossier, guide)
    papers = papers_of(dossier)
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
        manual_address=manual.address(guide),
        received=moment(dossier.received_at),
        state=status_state(dossier.status),
        light=light_state(dossier.light, dossier.status),
        light_class=dossier.light.value.lower(),
        revision=dossier.revision,
        dues=limits_of(dossier),
        clock_address=reverse("console:clock", args=[dossier.number]) if dossier.due else "",
        flags=_flags(dossier, guide),
        siblings=_siblings(dossier, own_offices),
        materials=materials,
        papers=papers,
        first_file=first_file(materials, papers),
        waived=waived_rows(dossier),
        fetch_action=fetch_action(dossier) if actor.has_role(*HANDLERS) else "",
        assistance=tuple(assistance_line(one, is_asked=False) for one in dossier.assistance),
        groups=answers_of(dossier),
        points=points_of(dossier, guide, typed),
        points_action=reverse("console:points", args=[dossier.number]) if can_tick(dossier, actor) else "",
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
        state=check_state(check),
        note=check.note,
        case_number=check.case_number,
        item=check.item_name,
        case_address=reverse("console:dossier", args=[check.case_number]),
        settle_action=reverse("console:settle", args=[check.id]),
    )


def _situation(dossier: Dossier, guide: Guide) -> str:
    for situation in guide.substance.situations:
        if situation.code == dossier.situation:
            return situation.name
    return ""


def _flags(dossier: Dossier, guide: Guide) -> tuple[str, ...]:
    names = {material.code: material.name for material in guide.substance.materials}
    flags = [_("%(flag)s：准予要写明理由") % {"flag": one} for one in dossier.flags]
    if dossier.uses_promise:
        flags.append(_("按告知承诺办理：准予后要在期限内核查"))
    if dossier.deferred_materials:
        later = _("、").join(names.get(code, code) for code in dossier.deferred_materials)
        flags.append(_("申请容缺：%(materials)s") % {"materials": later})
    missing = [one.name for one in dossier.waived if one.state in _NOT_YET_THERE]
    if missing:
        told = {"materials": _("、").join(missing)}
        flags.append(_("还没有取到：%(materials)s。不能要申请人交，可以请提供部门协助。") % told)
    if dossier.was_supplemented and dossier.status is Status.RECEIVED:
        flags.append(_("已补正过一次，不能再要求补正"))
    return tuple(flags)


def _siblings(dossier: Dossier, own_offices: frozenset[str]) -> tuple[Sibling, ...]:
    return tuple(
        Sibling(
            one.item_name,
            one.department_name,
            status_state(one.status),
            light_state(one.light, one.status) if one.light in (Light.AMBER, Light.RED) else None,
            reverse("console:dossier", args=[one.number]) if one.department_name in own_offices else "",
        )
        for one in dossier.siblings
    )


def _supplement(dossier: Dossier) -> SupplementBox | None:
    if not dossier.supplement:
        return None
    lines = tuple((item.label, item.problem, item.remedy) for item in dossier.supplement)
    if dossier.status is not Status.SUPPLEMENTING:
        return SupplementBox(lines, _("申请人已经补正。"))
    if dossier.supplement_answer_by is None:
        return SupplementBox(lines, _("等申请人补正，时钟停。"))
    day = full_day(dossier.supplement_answer_by)
    if dossier.light is Light.AMBER:
        return SupplementBox(lines, _("申请人没有在%(day)s前补正，可以终止办理。") % {"day": day})
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
