"""个人信息保护: alarms and complaints."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.privacy import permissions, selectors, states
from tongban.domains.privacy import services as privacy
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import privacy as pages
from tongban.sites.console.screen import show
from tongban.sites.shared.policies import ActorRequest, officer

SHOWN, CLOSED_SHOWN = 100, 20
SEEN_BY = (*permissions.WATCHERS, *permissions.ANSWERERS)
REFUSALS = (privacy.OutcomeMissing, privacy.WordsMissing, privacy.OwnLook, states.IllegalComplaintStep)


@officer(*SEEN_BY)
@require_safe
def overview(request: ActorRequest) -> HttpResponse:
    departments = permissions.scope(request.actor)
    is_watcher = request.actor.has_role(*permissions.WATCHERS)
    page = pages.build(
        selectors.list_alarms(is_open=True, limit=SHOWN) if is_watcher else (),
        selectors.list_alarms(is_open=False, limit=CLOSED_SHOWN) if is_watcher else (),
        selectors.list_complaints(departments, is_open=True, limit=SHOWN),
        selectors.list_complaints(departments, is_open=False, limit=CLOSED_SHOWN),
        open_alarms=selectors.count_open_alarms() if is_watcher else None,
        today=shanghai_date(clock.now()),
    )
    return show(request, "console/privacy.html", page)


@officer(*permissions.WATCHERS)
def alarm(request: ActorRequest, alarm_id: UUID) -> HttpResponse:
    """One alarm; a POST settles it."""
    found = selectors.get_alarm(alarm_id)
    if found is None:
        raise Http404
    posted, error = request.POST.dict(), ""
    if request.method == "POST":
        try:
            privacy.settle_alarm(
                alarm_id,
                outcome=pages.OUTCOMES.get(posted.get("outcome", "")),
                words=posted.get("words", ""),
                actor=request.actor,
                at=clock.now(),
            )
        except (*REFUSALS, privacy.AlarmNotFound) as refused:
            error = _(refused.sentence)
        else:
            messages.success(request, _("核实的结果已经记下。"))
            return redirect("console:privacy")
    look = selectors.find_looks([found.look_id]).get(found.look_id) if found.look_id else None
    page = pages.build_alarm(found, look, _titles(), posted=posted, error=error)
    return show(request, "console/privacy_matter.html", page, status=422 if error else 200)


@officer(*SEEN_BY)
def complaint(request: ActorRequest, complaint_id: UUID) -> HttpResponse:
    """One complaint; a POST answers it, or is the privacy officer's last word."""
    found = selectors.find_complaint(complaint_id, departments=permissions.scope(request.actor))
    if found is None:
        raise Http404
    is_watcher = request.actor.has_role(*permissions.WATCHERS)
    posted, error = request.POST.dict(), ""
    if request.method == "POST":
        outcome, words = pages.OUTCOMES.get(posted.get("outcome", "")), posted.get("words", "")
        try:
            if is_watcher:
                privacy.review_complaint(
                    complaint_id, outcome=outcome, review=words, actor=request.actor, at=clock.now()
                )
            else:
                privacy.answer_complaint(
                    complaint_id, outcome=outcome, answer=words, actor=request.actor, at=clock.now()
                )
        except REFUSALS as refused:
            error = _(refused.sentence)
        else:
            messages.success(request, _("答复已发给投诉人。"))
            return redirect("console:privacy")
    page = pages.build_complaint(
        found,
        selectors.find_looks([found.look_id])[found.look_id],
        _titles(),
        is_watcher=is_watcher,
        today=shanghai_date(clock.now()),
        posted=posted,
        error=error,
    )
    return show(request, "console/privacy_matter.html", page, status=422 if error else 200)


def _titles() -> dict[str, str]:
    return {package.code: package.title for package in lifeevents.list_packages()}
