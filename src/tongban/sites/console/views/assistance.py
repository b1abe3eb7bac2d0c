"""行政协助 in the console: what is asked of us, what we asked, and the registers asked once more."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.types import AssistanceOutcome
from tongban.foundation import clock
from tongban.foundation.storage.uploads import UploadRefused
from tongban.kernel.actors import Role
from tongban.sites.console.pages import assistance
from tongban.sites.console.screen import HANDLERS, READERS, show
from tongban.sites.console.views.dossier import FRAMED
from tongban.sites.shared.policies import ActorRequest, officer

ASSISTING = (*READERS, Role.DATA_STEWARD)
OUTCOMES = {"held": AssistanceOutcome.HELD, "not-held": AssistanceOutcome.NOT_HELD}


@officer(*ASSISTING)
@require_safe
def list_assistance(request: ActorRequest) -> HttpResponse:
    return _page(request)


@officer(*handling.ANSWERING)
@require_POST
def answer(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The asked department's finding; without words it comes back with what was typed."""
    now, departments = clock.now(), request.actor.departments
    if request_id not in {one.id for one in cases.list_assistance_asked_of(departments, at=now)}:
        raise Http404
    outcome, words = OUTCOMES.get(request.POST.get("outcome", "")), request.POST.get("answer", "")
    upload = request.FILES.get("file")
    if outcome is None:
        return _page(request, request_id, _("请选择有没有查到。"), words)
    try:
        handling.answer_assistance(
            request_id,
            outcome=outcome,
            answer=words,
            actor=request.actor,
            at=now,
            file=upload.file if upload is not None else None,
            filename=(upload.name or "") if upload is not None else "",
        )
    except (handling.AnswerWordsMissing, UploadRefused) as refused:
        return _page(request, request_id, _(refused.sentence), words)
    messages.success(request, _("已答复，办理部门马上能看到。"))
    return redirect("console:assistance")


@xframe_options_sameorigin
@officer(*ASSISTING)
@require_safe
def open_document(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """The document of an answer, for who asked and who answered; the look is kept."""
    try:
        body, media_type = handling.open_answer(request_id, actor=request.actor, at=clock.now())
    except handling.AssistanceNotFound:
        raise Http404 from None
    headers = {"Content-Security-Policy": FRAMED, "Content-Disposition": "inline"}
    return HttpResponse(body, content_type=media_type, headers=headers)


@officer(*HANDLERS)
@require_POST
def fetch(request: ActorRequest, number: str) -> HttpResponse:
    """Ask the registers again at once for what the case still waits for."""
    dossier = cases.get_dossier(number, actor=request.actor)
    came = handling.fetch_materials(case_number=dossier.number, at=clock.now())
    if came:
        messages.success(request, _("取到了 %(count)d 份材料的数据。") % {"count": came})
    else:
        messages.warning(request, _("还没有取到。系统会继续调取，也可以请提供部门协助。"))
    return redirect("console:dossier", number)


def _page(
    request: ActorRequest, faulty: UUID | None = None, error: str = "", typed: str = ""
) -> HttpResponse:
    now, departments = clock.now(), request.actor.departments
    page = assistance.build(
        cases.list_assistance_asked_of(departments, at=now),
        cases.list_assistance_asked_by(departments, at=now),
        can_answer=request.actor.has_role(*handling.ANSWERING),
        faulty_id=f"assistance-{faulty}" if faulty else "",
        error=error,
        answer=typed,
    )
    return show(request, "console/assistance.html", page, status=422 if error else 200)
