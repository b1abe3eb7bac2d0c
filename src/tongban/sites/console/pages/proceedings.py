"""证照程序: the list with its deadlines, and one proceeding with what can be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.licences.types import (
    Proceeding,
    ProceedingAction,
    ProceedingStatus,
    ProceedingStep,
    SignalKind,
)
from tongban.kernel.actors import Actor
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.pages.data import Tab
from tongban.sites.console.pages.licences import ProceedingLink, action_words, tabs
from tongban.sites.console.words import State
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import full_day, moment, plain_day


@dataclass(frozen=True, slots=True)
class ProceedingLine:
    title: str
    address: str
    licence: str
    issuer: str
    due: str
    state: State


@dataclass(frozen=True, slots=True)
class ProceedingsView:
    tabs: tuple[Tab, ...]
    sentence: str
    lines: tuple[ProceedingLine, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done now, with its form."""

    title: str
    effect: str
    action: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class ProceedingView:
    tabs: tuple[Tab, ...]
    title: str
    state: State
    facts: tuple[tuple[str, str], ...]
    statement: str
    hearing: str
    course: tuple[tuple[str, str, str, str], ...]
    acts: tuple[Act, ...]
    problems: tuple[Problem, ...]
    licence_address: str
    """Empty for who keeps no licences."""


def signal_words(kind: SignalKind) -> str:
    return {
        SignalKind.FALSE_PROMISE: _("告知承诺不实"),
        SignalKind.INSPECTION: _("检查发现"),
        SignalKind.COMPLAINT: _("投诉举报"),
        SignalKind.ADDRESS_LOST: _("登记的地址找不到"),
        SignalKind.BASE_LICENCE: _("依赖的证照失去效力"),
        SignalKind.OTHER: _("其他线索"),
    }[kind]


def proceeding_state(status: ProceedingStatus) -> State:
    return {
        ProceedingStatus.OPEN: State(_("待核实"), "asked", "inbox"),
        ProceedingStatus.NOTIFIED: State(_("已告知，听取意见"), "going", "hourglass"),
        ProceedingStatus.HEARING: State(_("等听证"), "going", "hourglass"),
        ProceedingStatus.HEARD: State(_("听证已举行，待决定"), "asked", "stamp"),
        ProceedingStatus.DECIDED: State(_("已决定"), "done", "circle-check"),
        ProceedingStatus.DISMISSED: State(_("不作处理"), "ended", "ban"),
    }[status]


def step_words(action: ProceedingAction) -> str:
    return {
        ProceedingAction.OPEN: _("立案"),
        ProceedingAction.NOTIFY: _("事先告知"),
        ProceedingAction.STATE: _("陈述、申辩"),
        ProceedingAction.ASK_FOR_HEARING: _("要求听证"),
        ProceedingAction.ANNOUNCE_HEARING: _("通知听证"),
        ProceedingAction.RECORD_HEARING: _("听证笔录"),
        ProceedingAction.DECIDE: _("作出决定"),
        ProceedingAction.DISMISS: _("核实后不立案处理"),
        ProceedingAction.DROP: _("听取意见后不作处理"),
    }[action]


def effect_words(action: ProceedingAction) -> str:
    return {
        ProceedingAction.NOTIFY: _("持证人会收到告知和依据，可以在五个工作日内陈述、申辩。证照的状态不变。"),
        ProceedingAction.DISMISS: _("程序结束，持证人不会收到消息。"),
        ProceedingAction.ANNOUNCE_HEARING: _("持证人会收到时间和地点，要提前七个工作日。"),
        ProceedingAction.RECORD_HEARING: _("由没有立案、没有发告知的人主持并记录。"),
        ProceedingAction.DECIDE: _("按告知的处理，证照的状态随之改变，持证人会收到决定和救济途径。"),
        ProceedingAction.DROP: _("证照照常有效，持证人会收到消息。"),
    }[action]


def link(one: Proceeding) -> ProceedingLink:
    """Of a licence's page to one of its proceedings."""
    return ProceedingLink(
        title=f"{signal_words(one.signal)} · {one.number}",
        address=reverse("console:proceeding", args=[one.id]),
        text=one.signal_text,
        state=proceeding_state(one.status),
    )


def build_list(found: Sequence[Proceeding], *, today: date, actor: Actor) -> ProceedingsView:
    sentence = ngettext(
        "%(count)d 个程序在走。证照在决定之前不变。", "%(count)d 个程序在走。证照在决定之前不变。", len(found)
    )
    return ProceedingsView(
        tabs=tabs(actor, "console:proceedings"),
        sentence=sentence % {"count": len(found)},
        lines=tuple(
            ProceedingLine(
                title=f"{signal_words(one.signal)} · {one.number}",
                address=reverse("console:proceeding", args=[one.id]),
                licence=f"{one.licence_name} {one.licence_serial}",
                issuer=one.issuer_name,
                due=_due(one, today),
                state=proceeding_state(one.status),
            )
            for one in found
        ),
    )


def build(
    one: Proceeding,
    course: Sequence[ProceedingStep],
    forms: Mapping[ProceedingAction, Form],
    *,
    faulty: Form | None,
    refusal: str,
    can_see_licence: bool,
    actor: Actor,
) -> ProceedingView:
    facts = [
        (_("证照"), f"{one.licence_name}　{one.licence_number}"),
        (_("持证主体"), one.holder_name),
        (_("证照颁发机构"), one.issuer_name),
        (_("线索"), f"{signal_words(one.signal)}：{one.signal_text}"),
        (_("立案"), _("%(name)s，%(when)s") % {"name": one.opened_by, "when": moment(one.opened_at)}),
    ]
    if one.proposed is not None:
        facts += [
            (_("拟处理"), action_words(one.proposed)),
            (_("查明的事实"), one.facts),
            (_("依据"), one.basis),
        ]
    if one.answer_by is not None:
        facts.append((_("陈述、申辩到"), full_day(one.answer_by)))
    if one.decided_at is not None:
        told = {"name": one.decided_by, "when": moment(one.decided_at)}
        facts.append((_("决定"), f"{one.decision_reason}（{_('%(name)s，%(when)s') % told}）"))
    if one.effective_on is not None:
        facts.append((_("生效"), full_day(one.effective_on)))
    hearing = ""
    if one.hearing_on is not None:
        hearing = f"{plain_day(one.hearing_on)}，{one.hearing_place}"
    return ProceedingView(
        tabs=tabs(actor, "console:proceedings"),
        title=_("证照程序 %(number)s") % {"number": one.number},
        state=proceeding_state(one.status),
        facts=tuple(facts),
        statement=one.statement,
        hearing=hearing,
        course=tuple(
            (moment(step.at), step_words(step.action), step.actor_name, step.text) for step in course
        ),
        acts=tuple(
            Act(
                step_words(action),
                effect_words(action),
                reverse("console:proceeding_step", args=[one.id, action.value.lower().replace("_", "-")]),
                controls(form),
            )
            for action, form in forms.items()
        ),
        problems=(
            *(({"text": refusal},) if refusal else ()),
            *(problems(faulty) if faulty is not None else ()),
        ),
        licence_address=reverse("console:licence", args=[one.licence_number]) if can_see_licence else "",
    )


def _due(one: Proceeding, today: date) -> str:
    if one.answer_by is None:
        return _("%(when)s 立案，还没有告知") % {"when": moment(one.opened_at)}
    if one.status is ProceedingStatus.HEARING and one.hearing_on is not None:
        return _("%(day)s听证") % {"day": plain_day(one.hearing_on)}
    if today > one.answer_by:
        return _("意见期%(day)s已满，可以决定") % {"day": plain_day(one.answer_by)}
    return _("意见期到%(day)s") % {"day": plain_day(one.answer_by)}
