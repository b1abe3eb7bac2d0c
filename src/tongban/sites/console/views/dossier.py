"""The dossier, its files, its clock, its examination points, and every act on it."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.types import Dossier, TickMark
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import Guide
from tongban.domains.directory import selectors as directory
from tongban.domains.eforms import selectors as eforms
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Role
from tongban.sites.console.acts import BY_SLUG, REFUSALS, ActForm, Doing, Matter
from tongban.sites.console.pages import act as act_page
from tongban.sites.console.pages import dossier as dossier_page
from tongban.sites.console.pages import limits, points
from tongban.sites.console.requests import read_revision
from tongban.sites.console.screen import HANDLERS, READERS, show
from tongban.sites.shared.fields import Problem
from tongban.sites.shared.policies import ActorRequest, officer

FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
)
"""For a file shown in the dossier's viewer: only our own pages may frame it, and it runs nothing."""
VERDICTS = {"passed": True, "failed": False}


@officer(*READERS)
@require_safe
def show_dossier(request: ActorRequest, number: str) -> HttpResponse:
    """The case as the deciding officer sees it; the look is kept."""
    return _dossier(request, handling.open_dossier(number, actor=request.actor, at=clock.now()))


@officer(*READERS)
@require_safe
def explain_clock(request: ActorRequest, number: str) -> HttpResponse:
    account = cases.get_clock(number, actor=request.actor)
    return show(request, "console/clock.html", limits.build_clock(number, account))


@xframe_options_sameorigin
@officer(*READERS)
@require_safe
def open_attachment(request: ActorRequest, number: str, attachment_id: UUID) -> HttpResponse:
    """An upload of the case, for whoever may see the case; the look is kept."""
    dossier = cases.get_dossier(number, actor=request.actor)
    if attachment_id not in {one.id for one in dossier.attachments}:
        raise Http404
    with transaction.atomic():
        found = eforms.open_attachment(attachment_id)
        audit.record(
            actor=request.actor,
            action="ATTACHMENT_OPENED",
            at=clock.now(),
            object_type="attachment",
            object_id=str(attachment_id),
            subject_id=dossier.applicant_id,
            case_number=number,
        )
    return _file(found.data, found.attachment.media_type)


@xframe_options_sameorigin
@officer(*READERS)
@require_safe
def open_paper(request: ActorRequest, paper_id: UUID) -> HttpResponse:
    body = handling.open_paper(paper_id=paper_id, actor=request.actor, at=clock.now())
    return _file(body, "application/pdf")


@officer(Role.ACCEPTOR, Role.EXAMINER)
@require_POST
def tick_points(request: ActorRequest, number: str) -> HttpResponse:
    """Keep what was found at each point; a failure without words comes back with what was typed."""
    dossier = cases.get_dossier(number, actor=request.actor)
    guide = _guide(dossier)
    marks = _read_marks(request.POST, guide)
    wordless = [mark.point for mark in marks if mark.passed is False and not mark.note.strip()]
    if wordless:
        errors = dict.fromkeys(wordless, _("请写明不符合之处，会告知申请人。"))
        return _again(request, dossier, marks, errors, status=422)
    try:
        handling.tick_points(
            case_number=number,
            revision=read_revision(request.POST),
            marks=marks,
            actor=request.actor,
            at=clock.now(),
        )
    except (handling.StaleDossier, handling.IllegalTransition) as stale:
        return _again(request, dossier, marks, {}, status=409, refusal=_(stale.sentence))
    except handling.ConflictOfInterest as refused:
        return _again(request, dossier, marks, {}, status=422, refusal=_(refused.sentence))
    messages.success(request, _("审查要点已保存。"))
    return redirect("console:dossier", number)


@officer(*HANDLERS)
def act(request: ActorRequest, number: str, slug: str) -> HttpResponseBase:
    """One act: its form, and doing it."""
    kind = BY_SLUG.get(slug)
    if kind is None:
        raise Http404
    if request.method == "POST":
        return _perform(request, number, kind)
    dossier = handling.open_dossier(number, actor=request.actor, at=clock.now())
    if kind.action not in dossier.allowed_actions:
        raise Http404
    form = kind(matter=Matter(dossier, _guide(dossier)))
    return show(request, "console/act.html", act_page.build(form, dossier))


def _perform(request: ActorRequest, number: str, kind: type[ActForm]) -> HttpResponse:
    dossier = cases.get_dossier(number, actor=request.actor)
    form = kind(request.POST, matter=Matter(dossier, _guide(dossier)))
    if not form.is_valid():
        page = act_page.build(form, dossier)
        return show(request, "console/act.html", page, status=422)
    doing = Doing(
        case_number=number, revision=read_revision(request.POST), actor=request.actor, at=clock.now()
    )
    try:
        receipt = form.perform(doing)
    except (handling.StaleDossier, handling.IllegalTransition) as stale:
        page = act_page.build(form, dossier, refusal=_(stale.sentence), is_stale=True)
        return show(request, "console/act.html", page, status=409)
    except REFUSALS as refused:
        page = act_page.build(form, dossier, refusal=_(refused.sentence))
        return show(request, "console/act.html", page, status=422)
    messages.success(request, _("已办：%(act)s。") % {"act": form.title})
    for paper in receipt.papers:
        told = {"title": paper.title, "number": paper.number}
        messages.success(request, _("已发出%(title)s（%(number)s）。") % told)
    for licence in receipt.licences:
        messages.success(request, _("已签发，编号%(number)s。") % {"number": licence})
    return redirect("console:dossier", number)


def _again(
    request: ActorRequest,
    dossier: Dossier,
    marks: tuple[TickMark, ...],
    errors: dict[str, str],
    *,
    status: int,
    refusal: str = "",
) -> HttpResponse:
    typed = points.Typed({mark.point: mark for mark in marks}, errors)
    return _dossier(request, dossier, typed, refusal=refusal, status=status)


def _dossier(
    request: ActorRequest,
    dossier: Dossier,
    typed: points.Typed = points.NOTHING_TYPED,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    problems: list[Problem] = [{"text": refusal, "href": "#points"}] if refusal else []
    problems += [{"text": text, "href": f"#note-{code}"} for code, text in typed.errors.items()]
    page = dossier_page.build(
        dossier,
        _guide(dossier),
        request.actor,
        own_offices=frozenset(directory.department_names(request.actor.departments).values()),
        typed=typed,
        problems=problems,
    )
    return show(request, "console/dossier.html", page, status=status)


def _guide(dossier: Dossier) -> Guide:
    return catalogue.get_guide_by_versions(dossier.substance_version_id, dossier.procedure_version_id)


def _read_marks(posted: QueryDict, guide: Guide) -> tuple[TickMark, ...]:
    """One mark for each point that was given a verdict or a note."""
    marks: list[TickMark] = []
    for point in guide.substance.points:
        verdict = VERDICTS.get(posted.get(f"point:{point.code}", ""))
        note = posted.get(f"note:{point.code}", "").strip()
        if verdict is not None or note:
            marks.append(TickMark(point.code, verdict, note))
    return tuple(marks)


def _file(body: bytes, media_type: str) -> HttpResponse:
    headers = {"Content-Security-Policy": FRAMED, "Content-Disposition": "inline"}
    return HttpResponse(body, content_type=media_type, headers=headers)
