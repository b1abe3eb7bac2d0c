"""Objections of subjects to what a department's registers say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.registers.types import Objection, ObjectionAction, ObjectionStatus
from tongban.domains.standards.types import DataElement
from tongban.kernel.actors import Actor
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.words import State, value_words
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import full_day, moment, plain_day

ROUTE = "console:data_objections"
DECISIONS = {"correct": ObjectionAction.CORRECT, "uphold": ObjectionAction.UPHOLD}


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    title: str
    who: str
    when: str
    address: str
    state: State


@dataclass(frozen=True, slots=True)
class ObjectionsPage:
    tabs: tuple[Tab, ...]
    sentence: str
    open: tuple[ObjectionLine, ...]
    decided: tuple[ObjectionLine, ...]


@dataclass(frozen=True, slots=True)
class ObjectionPage:
    tabs: tuple[Tab, ...]
    title: str
    state: State
    facts: tuple[tuple[str, str], ...]
    answer: str
    answered: str
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str


def build_list(
    open_ones: Sequence[Objection], decided: Sequence[Objection], *, actor: Actor, today: date
) -> ObjectionsPage:
    late = sum(one.due_on < today for one in open_ones)
    sentence = _("%(count)d 份异议等着核实，其中 %(late)d 份已经超期。")
    return ObjectionsPage(
        tabs=tabs(actor, ROUTE),
        sentence=sentence % {"count": len(open_ones), "late": late},
        open=tuple(_line(one, today) for one in open_ones),
        decided=tuple(_line(one, today) for one in decided),
    )


def build(
    one: Objection,
    fields: Sequence[FieldView],
    problems: Sequence[Problem],
    elements: Mapping[str, DataElement],
    *,
    actor: Actor,
    today: date,
) -> ObjectionPage:
    line = _line(one, today)
    answered = ""
    if one.decided_at is not None:
        answered = _("%(name)s，%(when)s") % {"name": one.decided_by_name, "when": moment(one.decided_at)}
    return ObjectionPage(
        tabs=tabs(actor, ROUTE),
        title=line.title,
        state=line.state,
        facts=(
            (_("当事人"), one.subject_name),
            (_("谁提出的"), one.raised_by_name),
            (_("提出时间"), moment(one.raised_at)),
            (_("答复期限"), full_day(one.due_on)),
            (_("当时登记的"), value_words(elements.get(one.element), one.held)),
            (_("当事人说应该是"), one.claimed),
            (_("理由"), one.reason),
            (_("证明"), one.evidence or _("没有")),
        ),
        answer=one.answer,
        answered=answered,
        fields=() if answered else tuple(fields),
        problems=tuple(problems),
        action=line.address,
    )


def _line(one: Objection, today: date) -> ObjectionLine:
    told = {"when": plain_day(one.raised_at), "due": plain_day(one.due_on)}
    return ObjectionLine(
        title=_("%(resource)s：%(label)s") % {"resource": one.resource_name, "label": one.label},
        who=one.subject_name,
        when=_("%(when)s提出，%(due)s前答复") % told,
        address=reverse("console:data_objection", args=[one.id]),
        state=_state(one, today),
    )


def _state(one: Objection, today: date) -> State:
    if one.status is ObjectionStatus.CORRECTED:
        return State(_("已更正"), "done", "circle-check")
    if one.status is ObjectionStatus.UPHELD_AS_IS:
        return State(_("核实无误，没有更正"), "ended", "ban")
    if one.due_on < today:
        return State(_("已超期"), "bad", "circle-alert")
    return State(_("等待核实"), "asked", "hourglass")
