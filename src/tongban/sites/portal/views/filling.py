"""The one form: filling, uploading, checking, handing in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.domains.directory import selectors as directory
from tongban.domains.eforms import rules as forms
from tongban.domains.eforms import selectors as drafts
from tongban.domains.eforms import services as filling
from tongban.domains.eforms.types import Draft, FieldProblem
from tongban.domains.lifeevents import selectors
from tongban.domains.lifeevents import services as lifeevents
from tongban.domains.lifeevents.types import Plan
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.foundation.storage.uploads import UploadRefused
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import consents, typed
from tongban.sites.portal.answers import read_form
from tongban.sites.portal.pages import form
from tongban.sites.portal.supplements import opened
from tongban.sites.shared.errors import after_stale_token
from tongban.sites.shared.fields import Problem, field_id
from tongban.sites.shared.policies import ActorRequest, citizen

Errors = Mapping[str, str]


@typed.kept_for("portal:draft")
@citizen
def show_typed_again(request: ActorRequest, draft_id: UUID) -> HttpResponseBase:
    """The form as it was sent with a token too old to trust: everything is still in it, and nothing is saved."""
    draft = _draft(request, draft_id)
    if draft.submitted_at is not None:
        return redirect("portal:applications")
    plan = lifeevents.plan_for_draft(draft, at=clock.now())
    return _typed_form(request, draft, plan, request.POST, 403)


@after_stale_token(show_typed_again)
@typed.kept_for("portal:draft")
@citizen
def fill(request: ActorRequest, draft_id: UUID) -> HttpResponseBase:
    """The form; what is saved stays saved even when something in it will not do."""
    draft = _draft(request, draft_id)
    if draft.submitted_at is not None:
        return redirect("portal:applications")
    if request.method != "POST":
        before = typed.take(request, "portal:draft", draft_id)
        if before is None:
            return _resumed_form(request, draft)
        return _typed_form(request, draft, lifeevents.plan_for_draft(draft, at=clock.now()), before)
    plan = lifeevents.plan_for_draft(draft, at=clock.now())
    try:
        draft = _save(request, draft, read_form(request.POST, plan.form, draft.answers))
    except filling.StaleDraft as stale:
        return _form(request, draft, plan, notice=_(stale.sentence), status=409)
    problems = forms.validate(plan.form, draft.answers, today=shanghai_date(clock.now()))
    if problems:
        return _form(request, draft, plan, problems=problems, status=422)
    return redirect("portal:materials", draft.id)


@typed.kept_for("portal:draft")
@citizen
@require_POST
def autosave(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    """Save what is typed so far and say so; nothing is judged yet."""
    draft = _draft(request, draft_id)
    plan = lifeevents.plan_for_draft(draft, at=clock.now())
    try:
        draft = _save(request, draft, read_form(request.POST, plan.form, draft.answers))
    except (filling.StaleDraft, filling.AlreadySubmitted) as refused:
        context = {"saved": _(refused.sentence), "revision": request.POST.get("revision", "")}
        return render(request, "portal/_autosaved.html", context, status=409)
    context = {"saved": form.saved_sentence(draft), "revision": str(draft.revision)}
    return render(request, "portal/_autosaved.html", context)


@citizen
def show_materials(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    return _materials(request, _draft(request, draft_id))


@citizen
@require_POST
def upload(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    draft = _draft(request, draft_id)
    slot, file = request.POST.get("slot", ""), request.FILES.get("file")
    if slot not in [one.key for one in lifeevents.plan_for_draft(draft, at=clock.now()).form.materials]:
        raise Http404(f"no slot {slot}")
    if file is None:
        return _materials(request, draft, {slot: _("请先选择一个文件。")}, 422)
    try:
        filling.attach(draft_id, slot, opened(file), file.name or "", actor=request.actor, at=clock.now())
    except (UploadRefused, filling.SlotFull) as refused:
        return _materials(request, draft, {slot: _(refused.sentence)}, 422)
    response = redirect("portal:materials", draft_id)
    response["Location"] += f"#{field_id(slot)}"
    return response


@citizen
@require_POST
def remove_upload(request: ActorRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    filling.detach(draft_id, upload_id, actor=request.actor, at=clock.now())
    return redirect("portal:materials", draft_id)


@citizen
def show_thumbnail(request: ActorRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    assert request.actor.subject_id is not None
    picture = drafts.open_thumbnail(draft_id, upload_id, request.actor.subject_id)
    return HttpResponse(picture, content_type="image/jpeg")


@citizen
def check(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    """Everything once more; from here it is handed in, once, however often the button is pressed."""
    if request.method != "POST":
        draft = _draft(request, draft_id)
        if draft.submitted_at is not None:
            return redirect("portal:applications")
        return _check(request, draft)
    missing = consents.missing_consents(request.POST)
    if missing:
        return _check(
            request,
            _draft(request, draft_id),
            [
                {"text": _("请勾选“%(title)s”。") % {"title": one.title}, "href": f"#{one.field}"}
                for one in missing
            ],
        )
    agreed = consents.given_consents(request.POST, clock.now(), _texts_offered(request, draft_id))
    try:
        receipt = lifeevents.submit(draft_id, agreed, actor=request.actor, at=clock.now())
    except lifeevents.FormIncomplete as incomplete:
        draft = _draft(request, draft_id)
        plan = lifeevents.plan_for_draft(draft, at=clock.now())
        return _check(request, draft, [_problem(draft, plan, one) for one in incomplete.problems])
    except (lifeevents.AuthorisationMissing, lifeevents.WrongApplicant, lifeevents.PlanUnsettled) as refused:
        draft = _draft(request, draft_id)
        return _check(request, draft, [{"text": _(refused.sentence), "href": "#authorisations"}])
    response = redirect("portal:receipt", receipt.number)
    if receipt.was_repeat:
        response["Location"] += "?repeat"
    return response


@citizen
@require_POST
def discard(request: ActorRequest, draft_id: UUID) -> HttpResponse:
    filling.discard_draft(draft_id, actor=request.actor, at=clock.now())
    return redirect("portal:drafts")


def _draft(request: ActorRequest, draft_id: UUID) -> Draft:
    assert request.actor.subject_id is not None
    return drafts.get_draft(draft_id, request.actor.subject_id)


def _texts_offered(request: ActorRequest, draft_id: UUID) -> tuple[consents.ConsentText, ...]:
    """What she could agree to. Only 告知承诺 depends on the plan, so only who chose it makes us plan again."""
    if not consents.names_promise(request.POST):
        return consents.CONSENTS
    return consents.texts_for(lifeevents.plan_for_draft(_draft(request, draft_id), at=clock.now()))


def _save(request: ActorRequest, draft: Draft, values: Mapping[str, object]) -> Draft:
    revision = _revision(request.POST)
    return filling.save_answers(draft.id, values, revision=revision, actor=request.actor, at=clock.now())


def _revision(posted: QueryDict) -> int:
    shown = posted.get("revision", "")
    return int(shown) if shown.isdecimal() else -1


def _resumed_form(request: ActorRequest, saved: Draft) -> HttpResponse:
    """The form as it is saved; after a day with what the registers say now, and what differs from before."""
    draft = lifeevents.bring_up_to_date(saved, actor=request.actor, at=clock.now())
    plan = lifeevents.plan_for_draft(draft, at=clock.now())
    changed = form.changed_labels(plan.form, saved, draft)
    if changed:
        words = _("登记的内容有变化，已经换成最新的：%(labels)s。请核对。")
        messages.info(request, words % {"labels": _("、").join(changed)})
    return _form(request, draft, plan)


def _typed_form(
    request: ActorRequest, draft: Draft, plan: Plan, posted: QueryDict, status: int = 200
) -> HttpResponse:
    """The form with what was posted over what is saved, as the page that posted it knew the draft."""
    answers = forms.merge_values(
        draft.answers,
        read_form(posted, plan.form, draft.answers),
        standards.elements(),
        today=shanghai_date(clock.now()),
    )
    shown = replace(draft, answers=answers, revision=_revision(posted))
    notice = _("刚才填的都还在，但还没有保存。请核对后再点一次保存。")
    return _form(request, shown, plan, notice=notice, status=status)


def _form(
    request: ActorRequest,
    draft: Draft,
    plan: Plan,
    *,
    problems: Sequence[FieldProblem] = (),
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    page = form.build_form(
        plan.package.title,
        plan.form,
        draft,
        directory.list_streets(draft.division),
        problems=problems,
        notice=notice,
    )
    return render(request, "portal/form.html", {"page": page}, status=status)


def _materials(
    request: ActorRequest, draft: Draft, errors: Errors | None = None, status: int = 200
) -> HttpResponse:
    plan = lifeevents.plan_for_draft(draft, at=clock.now())
    names = {item.guide.substance.basic_code: item.guide.title for item in plan.items}
    lapsed = selectors.lapsed_licences(plan, draft.parties, shanghai_date(clock.now()))
    page = form.build_materials(plan, draft, names, errors or {}, lapsed)
    return render(request, "portal/materials.html", {"page": page}, status=status)


def _check(request: ActorRequest, draft: Draft, problems: Sequence[Problem] = ()) -> HttpResponse:
    plan = lifeevents.plan_for_draft(draft, at=clock.now())
    page = form.build_check(
        plan, draft, consents.texts_for(plan), directory.list_streets(draft.division), problems
    )
    return render(request, "portal/check.html", {"page": page}, status=422 if problems else 200)


def _problem(draft: Draft, plan: Plan, problem: FieldProblem) -> Problem:
    return {"text": problem.sentence, "href": form.address_of(draft, plan.form, problem.key)}
