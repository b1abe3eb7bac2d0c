"""Check tasks, letters that did not arrive, the calendar, cover for an absent colleague."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.types import CalendarChange, CheckOutcome, CheckTask
from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as posts
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.registers import selectors as registers
from tongban.domains.registers import services as trust
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor, Role
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.workdays import ONE_DAY
from tongban.sites.console.pages import oversight, tasks
from tongban.sites.console.screen import HANDLERS, HEADS, show
from tongban.sites.shared.policies import ActorRequest, officer

FINDINGS = {"passed": CheckOutcome.PASSED, "failed": CheckOutcome.FAILED}
LOOKED_BACK = timedelta(days=90)


class CalendarForm(forms.Form):
    on = forms.DateField(
        label=gettext_lazy("哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("请填写日期。"),
            "invalid": gettext_lazy("请按“2026-10-10”的样子填写日期。"),
        },
    )
    works = forms.ChoiceField(
        label=gettext_lazy("这一天"),
        widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("上班")), ("no", gettext_lazy("放假"))],
        error_messages={"required": gettext_lazy("请选择上班还是放假。")},
    )
    name = forms.CharField(
        label=gettext_lazy("依据（节日或通知的名称）"),
        max_length=40,
        error_messages={"required": gettext_lazy("请写明依据。")},
    )


class CoverForm(forms.Form):
    absentee = forms.ChoiceField(label=gettext_lazy("谁不在"))
    deputy = forms.ChoiceField(
        label=gettext_lazy("谁代班"), error_messages={"required": gettext_lazy("请选择代班的同事。")}
    )
    first_day = forms.DateField(
        label=gettext_lazy("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("请填写开始日期。")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("到哪天止（含）"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("请填写结束日期。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明原因。")},
    )

    def __init__(self, data: Any = None, *, actor: Actor) -> None:  # Any: Django's own type of form data
        super().__init__(data)
        assert actor.department is not None
        officers = identity.list_officers(actor.department)
        names = [(str(one.account_id), f"{one.name}（{one.post}）") for one in officers]
        # Who falls ill cannot do it herself: the head of the office records it for her.
        absent = (
            names if actor.has_role(*HEADS) else [one for one in names if one[0] == str(actor.account_id)]
        )
        self._offer("absentee", absent)
        self._offer("deputy", [("", _("请选择")), *names])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@officer(*HANDLERS)
@require_safe
def list_checks(request: ActorRequest) -> HttpResponse:
    page = tasks.build_checks(_checks(request.actor), cases.list_calls(request.actor.departments))
    return show(request, "console/checks.html", page)


@officer(*HANDLERS)
@require_POST
def settle(request: ActorRequest, check_id: UUID) -> HttpResponse:
    """An officer's finding; one that did not pass needs words, for it can cost a licence."""
    outcome = FINDINGS.get(request.POST.get("outcome", ""))
    note = request.POST.get("note", "").strip()
    if outcome is None or (outcome is CheckOutcome.FAILED and not note):
        error = _("请选择核查结论。") if outcome is None else _(handling.FindingMissing.default_sentence)
        found = _checks(request.actor)
        if check_id not in {one.id for one in found}:
            raise Http404
        calls = cases.list_calls(request.actor.departments)
        page = tasks.build_checks(found, calls, faulty_id=f"check-{check_id}", error=error, note=note)
        return show(request, "console/checks.html", page, status=422)
    try:
        receipt = handling.settle_check(
            check_id=check_id, outcome=outcome, note=note, actor=request.actor, at=clock.now()
        )
    except (handling.CheckNotDue, handling.CheckSettled, handling.ConflictOfInterest) as refused:
        messages.error(request, _(refused.sentence))
        return redirect("console:checks")
    messages.success(request, _("核查结论已记下。"))
    return redirect("console:dossier", receipt.number)


@officer(*HANDLERS)
@require_POST
def settle_call(request: ActorRequest, call_id: UUID) -> HttpResponse:
    """The applicant was told by telephone; the note says whom."""
    note = request.POST.get("note", "")
    try:
        number = handling.settle_call(call_id=call_id, note=note, actor=request.actor, at=clock.now())
    except handling.CallNoteMissing as refused:
        page = tasks.build_checks(
            _checks(request.actor),
            cases.list_calls(request.actor.departments),
            faulty_id=f"call-{call_id}",
            error=_(refused.sentence),
        )
        return show(request, "console/checks.html", page, status=422)
    except (handling.CallSettled, handling.ConflictOfInterest) as refused:
        messages.error(request, _(refused.sentence))
        return redirect("console:checks")
    messages.success(request, _("已记下：%(number)s 的申请人已电话告知。") % {"number": number})
    return redirect("console:checks")


@officer(*HEADS)
@require_safe
def oversee(request: ActorRequest) -> HttpResponse:
    """Overdue limits by the department they are charged to, with those of the packages this one leads; overrides."""
    assert request.actor.department is not None
    office = directory.get_department(request.actor.department)
    since = clock.now() - LOOKED_BACK
    led = [
        one for one in lifeevents.list_packages() if one.lead_department in (office.code, office.guided_by)
    ]
    page = oversight.build(
        cases.list_overdue(departments=request.actor.departments, since=shanghai_date(since)),
        cases.list_overdue_of_packages(
            purposes=[one.code for one in led], division=office.division, since=shanghai_date(since)
        ),
        cases.list_overrides(departments=request.actor.departments, since=since),
        registers.list_broken_promises(request.actor.departments),
        cases.list_overdue_assistance(request.actor.departments, at=clock.now()),
        packages=[one.title for one in led],
        departments=request.actor.departments,
        days=LOOKED_BACK.days,
    )
    return show(request, "console/oversight.html", page)


@officer(*HEADS)
@require_POST
def repair(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """信用修复: what was broken has been put right; the reason is kept."""
    reason, departments = request.POST.get("reason", "").strip(), request.actor.departments
    if record_id not in {one.id for one in registers.list_broken_promises(departments)}:
        raise Http404
    if not reason:
        messages.error(request, _("请写明修复的理由，例如已经补交、已经纠正。"))
        return redirect("console:oversight")
    trust.repair_trust(record_id, departments=departments, reason=reason, actor=request.actor, at=clock.now())
    messages.success(request, _("信用已修复，以后的申请可以用告知承诺和容缺受理。"))
    return redirect("console:oversight")


@officer(Role.OPERATOR)
@require_safe
def list_dead_letters(request: ActorRequest) -> HttpResponse:
    return show(request, "console/dead_letters.html", tasks.build_letters(outbox.dead_letters()))


@officer(Role.OPERATOR)
@require_POST
def retry(request: ActorRequest, letter_id: int) -> HttpResponse:
    with transaction.atomic():
        if not outbox.retry_dead(letter_id):
            raise Http404
        audit.record(
            actor=request.actor,
            action="DEAD_LETTER_RETRIED",
            at=clock.now(),
            object_type="outbox.Message",
            object_id=str(letter_id),
        )
    messages.success(request, _("已重新排队发送。"))
    return redirect("console:dead_letters")


@officer()
def calendar(request: ActorRequest) -> HttpResponse:
    """How far the working calendar reaches; the platform's operator records changes, open limits follow."""
    may_change = request.actor.has_role(Role.OPERATOR)
    form = CalendarForm(request.POST or None) if may_change else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            data = form.cleaned_data
            change = CalendarChange(data["on"], data["works"] == "yes", data["name"])
            moved = handling.change_calendar(changes=[change], actor=request.actor, at=clock.now())
            messages.success(request, _("已记下，重算了 %(count)d 件在办办件的期限。") % {"count": moved})
            return redirect("console:calendar")
    page = tasks.build_calendar(cases.get_calendar_status(clock.now()), cases.list_calendar_changes(), form)
    return show(request, "console/calendar.html", page, status=422 if page.problems else 200)


@officer()
def cover(request: ActorRequest) -> HttpResponse:
    """Let a colleague act for an absent one within a term."""
    assert request.actor.department is not None
    form = CoverForm(request.POST or None, actor=request.actor)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            _record_cover(form, request.actor)
        except (posts.FaultyCover, posts.NotAnOfficer) as refused:
            refusal = _(refused.sentence)
        else:
            messages.success(request, _("代班已登记。"))
            return redirect("console:cover")
    covers = identity.list_covers(request.actor.department, at=clock.now())
    page = tasks.build_cover(covers, form, refusal)
    return show(request, "console/cover.html", page, status=422 if page.problems else 200)


def _record_cover(form: CoverForm, actor: Actor) -> None:
    data = form.cleaned_data
    posts.cover(
        absentee=UUID(data["absentee"]),
        deputy=UUID(data["deputy"]),
        valid_from=datetime.combine(data["first_day"], time.min, SHANGHAI),
        valid_to=datetime.combine(data["last_day"] + ONE_DAY, time.min, SHANGHAI),
        reason=data["reason"],
        actor=actor,
        at=clock.now(),
    )


def _checks(actor: Actor) -> list[CheckTask]:
    return [
        check
        for department in sorted(actor.departments)
        for check in cases.list_checks(department=department)
    ]
