"""Quality, findings and batch files of the data stewards."""

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
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as keeping
from tongban.domains.exchange.types import Batch, FindingKind
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import quality as pages
from tongban.sites.console.screen import show
from tongban.sites.shared.csv_files import csv_file
from tongban.sites.shared.fields import form_problems, from_form
from tongban.sites.shared.policies import ActorRequest, officer

ANSWERED_SHOWN = 30
ROWS_SHOWN = 50


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("怎么处理的"),
        help_text=gettext_lazy("例如：已更正并重新提供；无需更正，因为……。"),
        max_length=500,
        widget=forms.Textarea,
        error_messages={
            "required": gettext_lazy("请写明怎么处理的：已经更正、无需更正的理由，或者何时更正。")
        },
    )


class FileForm(forms.Form):
    resource = forms.ChoiceField(
        label=gettext_lazy("哪项资源"),
        error_messages={
            "required": gettext_lazy("请选择这个文件是哪项资源。"),
            "invalid_choice": gettext_lazy("请选择本部门的资源。"),
        },
    )
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("CSV（首行是字段名）、Parquet 或 JSON Lines，字段和数据目录一致。"),
        error_messages={
            "required": gettext_lazy("请选择要提供的文件。"),
            "empty": gettext_lazy("这个文件是空的。请重新导出。"),
        },
    )

    def __init__(
        self, given: Any, files: Any, *, choices: list[tuple[str, str]]
    ) -> None:  # Any: Django's own
        super().__init__(given, files)
        field = self.fields["resource"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@officer(Role.DATA_STEWARD)
@require_safe
def scores(request: ActorRequest) -> HttpResponse:
    departments = permissions.departments(request.actor)
    resources = exchange.list_resources_of(departments)
    page = pages.build_scores(
        resources,
        exchange.recent_quality([one.code for one in resources], last=2),
        exchange.list_findings(departments),
        actor=request.actor,
        today=shanghai_date(clock.now()),
    )
    return show(request, "console/data_quality.html", page)


@officer(Role.DATA_STEWARD)
@require_safe
def resource_quality(request: ActorRequest, code: str) -> HttpResponse:
    held = {one.code: one for one in exchange.list_resources_of(permissions.departments(request.actor))}
    if code not in held:
        raise Http404
    page = pages.build_resource(
        held[code],
        exchange.list_quality_runs(code),
        [one for one in exchange.list_findings([held[code].provider]) if one.resource == code],
        actor=request.actor,
        today=shanghai_date(clock.now()),
    )
    return show(request, "console/data_resource_quality.html", page)


@officer(Role.DATA_STEWARD)
@require_safe
def findings(request: ActorRequest) -> HttpResponse:
    departments = permissions.departments(request.actor)
    answered = exchange.list_findings(departments, only_open=False)
    page = pages.build_findings(
        exchange.list_findings(departments),
        [one for one in reversed(answered) if one.answered_at is not None][:ANSWERED_SHOWN],
        actor=request.actor,
        today=shanghai_date(clock.now()),
    )
    return show(request, "console/data_findings.html", page)


@officer(Role.DATA_STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: ActorRequest, finding_id: UUID) -> HttpResponse:
    """One finding with its answer, or the form for one; the provider answers, the data bureau only sees."""
    now = clock.now()
    found = exchange.find_finding(finding_id, departments=permissions.departments(request.actor))
    if found is None:
        raise Http404
    if found.kind is FindingKind.OBJECTION:
        return redirect("console:data_objection", found.reference)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            keeping.answer_finding(
                finding_id,
                answer=form.cleaned_data["answer"],
                departments=request.actor.departments,
                actor=request.actor,
                at=now,
            )
        except keeping.FindingNotFound as unknown:
            raise Http404 from unknown
        messages.success(request, _("答复已经记下。"))
        return redirect("console:data_findings")
    may_answer = found.provider in request.actor.departments
    page = pages.build_finding(
        found,
        from_form(form) if may_answer else (),
        form_problems(form),
        actor=request.actor,
        today=shanghai_date(now),
    )
    return show(request, "console/data_finding.html", page, status=422 if form.is_bound else 200)


@officer(Role.DATA_STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def batches(request: ActorRequest) -> HttpResponse:
    """What was dropped, and a form to drop one more: for the resources of her own department."""
    own = exchange.list_resources_of(request.actor.departments)
    choices = [(one.code, f"{one.name}（{one.code}）") for one in own]
    is_post = request.method == "POST"
    form = FileForm(request.POST if is_post else None, request.FILES if is_post else None, choices=choices)
    refusal = ""
    if form.is_bound and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            keeping.drop_file(given.chunks(), name=given.name, resource=form.cleaned_data["resource"])
        except keeping.FaultyFile as fault:
            refusal = _(fault.sentence)
        else:
            messages.success(request, _("文件已收到，马上开始校验。结果会列在这里。"))
            return redirect("console:data_batches")
    if refusal:
        form.add_error("file", refusal)
    page = pages.build_batches(
        exchange.list_batches(permissions.departments(request.actor)),
        from_form(form) if own else (),
        form_problems(form),
        actor=request.actor,
        is_waiting=bool(keeping.waiting_files([one.code for one in own])),
    )
    return show(request, "console/data_batches.html", page, status=422 if form.is_bound else 200)


@officer(Role.DATA_STEWARD)
@require_safe
def batch(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    found = _own_batch(request, batch_id)
    after = request.GET.get("after", "")
    rows = exchange.list_quarantine(
        batch_id, after=int(after) if after.isdecimal() else None, limit=ROWS_SHOWN + 1
    )
    page = pages.build_batch(
        found,
        rows[:ROWS_SHOWN],
        exchange.field_labels(found.resource),
        actor=request.actor,
        is_cut=len(rows) > ROWS_SHOWN,
    )
    return show(request, "console/data_batch.html", page)


@officer(Role.DATA_STEWARD)
@require_safe
def quarantine(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The numbers of the rows and why they were not taken; no values."""
    found = _own_batch(request, batch_id)
    rows = [[str(row.row), "；".join(row.reasons)] for row in exchange.list_quarantine(batch_id)]
    return csv_file([[_("行"), _("原因")], *rows], f"quarantine-{found.id}.csv")


def _own_batch(request: ActorRequest, batch_id: UUID) -> Batch:
    found = exchange.get_batch(batch_id)
    if found.provider not in permissions.departments(request.actor):
        raise exchange.BatchNotFound(f"batch {batch_id} is another department's")
    return found
