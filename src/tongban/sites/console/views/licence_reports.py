"""Reports on licences, answered by the issuer's keeper."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.domains.licences import permissions, selectors, states
from tongban.domains.licences import services as licences
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import licence_reports as pages
from tongban.sites.console.screen import show
from tongban.sites.shared.policies import ActorRequest, officer

ANSWERED_SHOWN = 30
REFUSALS = (
    licences.FaultyIssue,
    licences.NothingToCorrect,
    licences.OverlappingLicence,
    licences.ReportAnswerMissing,
    states.IllegalTransition,
)


@officer(Role.LICENCE_KEEPER)
@require_safe
def list_reports(request: ActorRequest) -> HttpResponse:
    issuers = permissions.kept_departments(request.actor)
    page = pages.build_list(
        selectors.list_reports_to(issuers),
        selectors.list_reports_to(issuers, only_open=False, limit=ANSWERED_SHOWN),
        today=shanghai_date(clock.now()),
        actor=request.actor,
    )
    return show(request, "console/licence_reports.html", page)


@officer(Role.LICENCE_KEEPER)
def answer(request: ActorRequest, report_id: UUID) -> HttpResponse:
    """One report with its answer, or the form for one."""
    now = clock.now()
    report = selectors.find_report(report_id, issuers=permissions.kept_departments(request.actor))
    if report is None:
        raise Http404
    licence = selectors.get_by_number(report.number)
    licence_type = selectors.get_type(licence.licence_type)
    posted = request.POST.dict()
    error = ""
    if request.method == "POST":
        try:
            licences.answer_report(
                report_id,
                outcome=pages.OUTCOMES.get(posted.get("outcome", "")),
                answer=posted.get("answer", ""),
                correction=pages.read_correction(licence_type, posted),
                actor=request.actor,
                at=now,
            )
        except REFUSALS as refused:
            error = _(refused.sentence)
        else:
            messages.success(request, _("答复已发给报告人。"))
            return redirect("console:licence_reports")
    page = pages.build(report, licence, licence_type, today=shanghai_date(now), posted=posted, error=error)
    return show(request, "console/licence_report.html", page, status=422 if error else 200)
