"""What the holder sees of a proceeding about her licence, and her own words in it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.domains.licences import permissions, selectors, states
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Proceeding, ProceedingStatus
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal.pages import my
from tongban.sites.portal.pages import proceedings as pages
from tongban.sites.shared.policies import ActorRequest, citizen

REFUSALS = (
    licences.NoHearingHere,
    licences.TooLate,
    licences.WordsMissing,
    states.IllegalStep,
)


@citizen
def show_proceeding(request: ActorRequest, proceeding_id: UUID) -> HttpResponse:
    """The notice, until when she can answer, what she said; her statement, or her wish for a hearing."""
    one = _own(request, proceeding_id)
    problem = typed = ""
    if request.method == "POST":
        typed = request.POST.get("text", "")
        try:
            done = _answer(request, one, typed)
        except REFUSALS as refused:
            problem = _(refused.sentence)
        else:
            messages.success(request, done)
            return redirect("portal:proceeding", proceeding_id)
    page = pages.build(one, today=shanghai_date(clock.now()), typed=typed, problem=problem)
    context = {"menu": my.menu(), "page": page}
    return render(request, "portal/my/proceeding.html", context, status=422 if problem else 200)


def _answer(request: ActorRequest, one: Proceeding, text: str) -> str:
    if "hearing" in request.POST:
        licences.ask_for_hearing(one.id, actor=request.actor, at=clock.now())
        return _("已经告诉%(office)s：您要求听证。时间、地点会提前七个工作日通知您。") % {
            "office": one.issuer_name
        }
    licences.state_case(one.id, text, actor=request.actor, at=clock.now())
    return _("您的意见已经送到%(office)s，决定之前会研究。") % {"office": one.issuer_name}


def _own(request: ActorRequest, proceeding_id: UUID) -> Proceeding:
    """One she was told of; raises `selectors.ProceedingNotFound`, for another's as for none."""
    one = selectors.get_proceeding(proceeding_id)
    is_hers = one.holder_id in permissions.holders_for(request.actor, at=clock.now())
    if not is_hers or one.answer_by is None or one.status is ProceedingStatus.OPEN:
        raise selectors.ProceedingNotFound(f"proceeding {proceeding_id} is not the actor's")
    return one
