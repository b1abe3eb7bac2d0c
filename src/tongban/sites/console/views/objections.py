"""Objections to what registers say, decided by a steward of the department that supplies the value."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongban.domains.exchange import permissions
from tongban.domains.registers import selectors, services, states
from tongban.domains.registers.services.objections import LONGEST_ANSWER
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import objections as pages
from tongban.sites.console.screen import show
from tongban.sites.shared.fields import form_problems, from_form
from tongban.sites.shared.policies import ActorRequest, officer

DECIDED_SHOWN = 30


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("核实的结果"),
        choices=[
            ("correct", gettext_lazy("登记有误，已在本部门的系统里更正")),
            ("uphold", gettext_lazy("登记无误，不更正")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择核实的结果。")},
    )
    answer = forms.CharField(
        label=gettext_lazy("怎么核实的，理由"),
        help_text=gettext_lazy("当事人会看到这些话。"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("请写明怎么核实的、理由是什么。")},
    )


@officer(Role.DATA_STEWARD)
@require_safe
def list_objections(request: ActorRequest) -> HttpResponse:
    departments = permissions.departments(request.actor)
    page = pages.build_list(
        selectors.list_objections(departments, is_open=True),
        selectors.list_objections(departments, is_open=False, limit=DECIDED_SHOWN),
        actor=request.actor,
        today=shanghai_date(clock.now()),
    )
    return show(request, "console/data_objections.html", page)


@officer(Role.DATA_STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: ActorRequest, objection_id: UUID) -> HttpResponse:
    """One objection with its answer, or the form for one; the provider decides, the data bureau only sees."""
    now = clock.now()
    found = selectors.get_objection(objection_id)
    if found.provider not in permissions.departments(request.actor):
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _decide(request, objection_id, form):
        messages.success(request, _("答复已经记下，当事人会收到消息。"))
        return redirect("console:data_objections")
    may_decide = found.provider in request.actor.departments
    page = pages.build(
        found,
        from_form(form) if may_decide else (),
        form_problems(form),
        standards.elements(),
        actor=request.actor,
        today=shanghai_date(now),
    )
    return show(request, "console/data_objection.html", page, status=422 if form.is_bound else 200)


def _decide(request: ActorRequest, objection_id: UUID, form: Any) -> bool:  # Any: Django's own
    """Whether it was decided; otherwise the form says why not."""
    try:
        services.decide_objection(
            objection_id,
            pages.DECISIONS[form.cleaned_data["decision"]],
            answer=form.cleaned_data["answer"],
            departments=request.actor.departments,
            actor=request.actor,
            at=clock.now(),
        )
    except (states.ObjectionMoved, services.DecisionMissing) as refused:
        form.add_error("answer", _(refused.sentence))
        return False
    except selectors.ObjectionNotFound as unknown:
        raise Http404 from unknown
    return True
