"""证照程序: keepers look into signals and give notice, deciders hear and decide."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.cases.selectors import get_calendar
from tongban.domains.licences import permissions, selectors, states
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import (
    LicenceAction,
    Notice,
    Proceeding,
    ProceedingAction,
)
from tongban.foundation import clock
from tongban.kernel.actors import Actor, Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import proceedings as pages
from tongban.sites.console.pages.licences import action_words
from tongban.sites.console.screen import show
from tongban.sites.shared.policies import ActorRequest, officer

REFUSALS = (
    licences.GroundMissing,
    licences.HearingTooSoon,
    licences.NotHeardYet,
    licences.SamePerson,
    licences.WordsMissing,
    states.IllegalStep,
    states.IllegalTransition,
)
BY_KEEPER = (ProceedingAction.NOTIFY, ProceedingAction.ANNOUNCE_HEARING, ProceedingAction.DISMISS)
BY_DECIDER = (ProceedingAction.RECORD_HEARING, ProceedingAction.DECIDE, ProceedingAction.DROP)


def _required(sentence: Any) -> dict[str, Any]:  # Any: lazy texts
    return {"required": sentence}


class NoticeForm(forms.Form):
    action = forms.ChoiceField(
        label=gettext_lazy("拟作什么处理"), error_messages=_required(gettext_lazy("请选择拟作的处理。"))
    )
    law = forms.CharField(
        label=gettext_lazy("依据的法律、法规"),
        max_length=80,
        error_messages=_required(gettext_lazy("请写明依据的法律、法规。")),
    )
    article = forms.CharField(
        label=gettext_lazy("哪一条"),
        max_length=40,
        error_messages=_required(gettext_lazy("请写明是哪一条。")),
    )
    facts = forms.CharField(
        label=gettext_lazy("查明的事实"),
        widget=forms.Textarea,
        max_length=2_000,
        error_messages=_required(gettext_lazy("请写明查明的事实。")),
    )

    def __init__(self, data: Any = None) -> None:  # Any: Django's own type of form data
        super().__init__(data)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        wanted = sorted(states.BY_PROCEEDING)
        field.choices = [("", _("请选择")), *((one.value, action_words(one)) for one in wanted)]


class HearingForm(forms.Form):
    on = forms.DateField(
        label=gettext_lazy("哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_required(gettext_lazy("请填写日期。")),
    )
    place = forms.CharField(
        label=gettext_lazy("地点"),
        max_length=200,
        error_messages=_required(gettext_lazy("请写明地点。")),
    )


class RecordForm(forms.Form):
    record = forms.CharField(
        label=gettext_lazy("听证笔录"),
        widget=forms.Textarea,
        max_length=10_000,
        error_messages=_required(gettext_lazy("请写下听证笔录。")),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        widget=forms.Textarea,
        max_length=2_000,
        error_messages=_required(gettext_lazy("请写明理由。")),
    )


class DecisionForm(ReasonForm):
    effective_on = forms.DateField(
        label=gettext_lazy("从哪天起生效（不填就是今天）"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


FORMS: Mapping[ProceedingAction, type[forms.Form]] = {
    ProceedingAction.NOTIFY: NoticeForm,
    ProceedingAction.DISMISS: ReasonForm,
    ProceedingAction.ANNOUNCE_HEARING: HearingForm,
    ProceedingAction.RECORD_HEARING: RecordForm,
    ProceedingAction.DECIDE: DecisionForm,
    ProceedingAction.DROP: ReasonForm,
}


@officer(Role.LICENCE_KEEPER, Role.DECIDER)
@require_safe
def list_proceedings(request: ActorRequest) -> HttpResponse:
    found = selectors.list_proceedings(permissions.kept_departments(request.actor))
    page = pages.build_list(found, today=shanghai_date(clock.now()), actor=request.actor)
    return show(request, "console/proceedings.html", page)


@officer(Role.LICENCE_KEEPER, Role.DECIDER)
@require_safe
def show_proceeding(request: ActorRequest, proceeding_id: UUID) -> HttpResponse:
    return _page(request, _kept(request, proceeding_id))


@officer(Role.LICENCE_KEEPER, Role.DECIDER)
@require_POST
def take_step(request: ActorRequest, proceeding_id: UUID, slug: str) -> HttpResponse:
    """One step of a proceeding, with what was typed kept where it will not do."""
    one, action = _kept(request, proceeding_id), _action(slug)
    if action not in _possible(one, request.actor):
        raise Http404
    form = FORMS[action](request.POST)
    if not form.is_valid():
        return _page(request, one, typed={action: form}, faulty=form)
    try:
        _DOING[action](one, form.cleaned_data, request.actor, clock.now())
    except REFUSALS as refused:
        return _page(request, one, typed={action: form}, refusal=_(refused.sentence))
    messages.success(request, _("已办：%(act)s。") % {"act": pages.step_words(action)})
    return redirect("console:proceeding", proceeding_id)


def _notify(one: Proceeding, data: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    notice = Notice(LicenceAction(data["action"]), data["law"], data["article"], data["facts"])
    licences.notify(one.id, notice, calendar=get_calendar(), actor=actor, at=at)


def _announce(one: Proceeding, data: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    licences.announce_hearing(
        one.id, on=data["on"], place=data["place"], calendar=get_calendar(), actor=actor, at=at
    )


def _record(one: Proceeding, data: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    licences.record_hearing(one.id, data["record"], actor=actor, at=at)


def _decide(one: Proceeding, data: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    licences.decide(one.id, reason=data["reason"], effective_on=data["effective_on"], actor=actor, at=at)


def _drop(one: Proceeding, data: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    licences.drop(one.id, reason=data["reason"], actor=actor, at=at)


def _dismiss(one: Proceeding, data: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    licences.dismiss(one.id, reason=data["reason"], actor=actor, at=at)


_DOING: Mapping[ProceedingAction, Callable[[Proceeding, Mapping[str, Any], Actor, datetime], None]] = {
    ProceedingAction.NOTIFY: _notify,
    ProceedingAction.ANNOUNCE_HEARING: _announce,
    ProceedingAction.RECORD_HEARING: _record,
    ProceedingAction.DECIDE: _decide,
    ProceedingAction.DROP: _drop,
    ProceedingAction.DISMISS: _dismiss,
}


def _action(slug: str) -> ProceedingAction:
    name = slug.upper().replace("-", "_")
    if name not in ProceedingAction.__members__:
        raise Http404
    return ProceedingAction(name)


def _possible(one: Proceeding, actor: Actor) -> tuple[ProceedingAction, ...]:
    """What the officer's post lets her do next: who opened it or gave the notice neither hears nor decides."""
    allowed = list(BY_KEEPER) if actor.has_role(Role.LICENCE_KEEPER) else []
    if actor.has_role(Role.DECIDER) and actor.account_id not in (one.opened_by_id, one.notified_by_id):
        allowed += BY_DECIDER
    return tuple(action for action in allowed if (one.status, action) in states.PROCEEDING_TRANSITIONS)


def _kept(request: ActorRequest, proceeding_id: UUID) -> Proceeding:
    one = selectors.get_proceeding(proceeding_id)
    if one.issuer not in permissions.kept_departments(request.actor):
        raise Http404
    return one


def _page(
    request: ActorRequest,
    one: Proceeding,
    *,
    typed: Mapping[ProceedingAction, forms.Form] | None = None,
    faulty: forms.Form | None = None,
    refusal: str = "",
) -> HttpResponse:
    kept = typed or {}
    page = pages.build(
        one,
        selectors.course_of(one.id),
        {action: kept.get(action) or FORMS[action]() for action in _possible(one, request.actor)},
        faulty=faulty,
        refusal=refusal,
        can_see_licence=request.actor.has_role(Role.LICENCE_KEEPER),
        actor=request.actor,
    )
    return show(request, "console/proceeding.html", page, status=422 if page.problems else 200)
