"""A proceeding about a licence as its holder sees it."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.licences import states
from tongban.domains.licences.types import LicenceAction, Proceeding, ProceedingStatus
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.fields import FieldView, Problem, field_id
from tongban.sites.shared.formats import full_day, moment, plain_day


@dataclass(frozen=True, slots=True)
class ProceedingLink:
    title: str
    address: str
    text: str
    state: State


@dataclass(frozen=True, slots=True)
class ProceedingPage:
    title: str
    lead: str
    state: State
    facts: tuple[tuple[str, str], ...]
    statement: str
    field: FieldView | None
    """Where she states her case; None when her time is over."""
    can_ask_for_hearing: bool
    action: str
    licence: str
    back: str
    problems: tuple[Problem, ...]


def link(one: Proceeding) -> ProceedingLink:
    return ProceedingLink(
        title=_title(one),
        address=reverse("portal:proceeding", args=[one.id]),
        text=_lead(one),
        state=_state(one.status),
    )


def build(one: Proceeding, *, today: date, typed: str = "", problem: str = "") -> ProceedingPage:
    is_open = one.status in states.WAITING_FOR_HOLDER and one.answer_by is not None and today <= one.answer_by
    facts = [
        (_("程序编号"), one.number),
        (_("哪个部门"), one.issuer_name),
        (_("查明的事实"), one.facts),
        (_("依据"), one.basis),
    ]
    if one.answer_by is not None:
        facts.append((_("陈述、申辩到"), full_day(one.answer_by)))
    if one.hearing_on is not None:
        facts.append((_("听证"), f"{full_day(one.hearing_on)}，{one.hearing_place}"))
    if one.decided_at is not None:
        facts += [(_("决定的时间"), moment(one.decided_at)), (_("决定的理由"), one.decision_reason)]
    if one.effective_on is not None:
        facts.append((_("从哪天起生效"), full_day(one.effective_on)))
    return ProceedingPage(
        title=_title(one),
        lead=_lead(one),
        state=_state(one.status),
        facts=tuple(facts),
        statement=one.statement,
        field=_field(typed, problem) if is_open else None,
        can_ask_for_hearing=is_open and one.may_ask_for_hearing and (one.status is ProceedingStatus.NOTIFIED),
        action=reverse("portal:proceeding", args=[one.id]),
        licence=one.licence_name,
        back=reverse("portal:my_licence", args=[one.licence_number]),
        problems=({"text": problem, "href": f"#{field_id('text')}"},) if problem else (),
    )


def _field(typed: str, problem: str) -> FieldView:
    return FieldView(
        id=field_id("text"),
        name="text",
        label=_("您的意见"),
        widget="textarea",
        hint=_("写明事实和理由。可以分几次写，到期之前都可以补充。"),
        value=typed,
        error=problem,
    )


def _title(one: Proceeding) -> str:
    action = {
        LicenceAction.SUSPEND: _("拟暂停您的%(licence)s"),
        LicenceAction.REVOKE: _("拟吊销您的%(licence)s"),
        LicenceAction.ANNUL: _("拟撤销您的%(licence)s"),
        LicenceAction.CANCEL: _("拟注销您的%(licence)s"),
    }
    assert one.proposed is not None, "she was told of it"
    return action[one.proposed] % {"licence": one.licence_name}


def _lead(one: Proceeding) -> str:
    if one.status is ProceedingStatus.DECIDED:
        return _("已经作出决定。不服的，可以在六十日内申请行政复议，或者在六个月内向人民法院起诉。")
    if one.status is ProceedingStatus.DISMISSED:
        return _("听取您的意见后，决定不作处理，证照照常有效。")
    if one.status is ProceedingStatus.HEARING:
        return _("您要求了听证。在决定之前，证照照常有效。")
    if one.answer_by is None:
        return ""
    return _("还没有决定，证照照常有效。您可以在%(day)s之前说明情况。") % {"day": plain_day(one.answer_by)}


def _state(status: ProceedingStatus) -> State:
    if status is ProceedingStatus.DECIDED:
        return State(_("已决定"), "bad", "circle-alert")
    if status is ProceedingStatus.DISMISSED:
        return State(_("不作处理"), "done", "circle-check")
    if status is ProceedingStatus.NOTIFIED:
        return State(_("等您的意见"), "asked", "hourglass")
    return State(_("办理中"), "going", "hourglass")
