"""谁看过我的数据."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import Proof
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.privacy import selectors
from tongban.domains.privacy import services as privacy
from tongban.domains.privacy.types import SeenLook
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal.pages import looks, my
from tongban.sites.shared.policies import ActorRequest, citizen

SHOWN = 30


@citizen
def list_looks(request: ActorRequest) -> HttpResponse:
    """Every look at the data of whom she acts for, narrowed down by department and time."""
    subject = request.actor.acting_for
    assert subject is not None
    typed = looks.Typed.read(request.GET)
    found = selectors.list_looks(subject, typed.wanted(), before=typed.start(), limit=SHOWN)
    page = looks.build(found, typed, selectors.looking_departments(subject), _titles())
    return render(request, "portal/my/looks.html", {"menu": my.menu(), "page": page})


@citizen
def show_look(request: ActorRequest, look_id: int) -> HttpResponse:
    """One look with its proof; a POST complains about it."""
    subject = request.actor.acting_for
    assert subject is not None
    look = selectors.get_look(look_id, subject_id=subject)
    text, error = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            made = privacy.complain(look_id, text=text, actor=request.actor, at=clock.now())
        except (privacy.WordsMissing, privacy.AlreadyComplained) as refused:
            error = _(refused.sentence)
        else:
            messages.success(
                request, _("投诉已经送出，编号 %(ticket)s。结果会发到“我的消息”。") % {"ticket": made.ticket}
            )
            return redirect("portal:look", look_id)
    page = looks.build_one(
        look,
        _titles(),
        proof=_proof(look),
        complaint=selectors.find_complaint_about(look_id),
        today=shanghai_date(clock.now()),
        text=text,
        error=error,
    )
    context = {"menu": my.menu(), "page": page}
    return render(request, "portal/my/look.html", context, status=422 if error else 200)


def _proof(look: SeenLook) -> Proof | None:
    """That the look's record stands in a signed batch; None while it waits, and for what is no look-up."""
    if look.exchange_id is None:
        return None
    try:
        return exchange.prove_record(look.exchange_id)
    except (exchange.NotSealedYet, exchange.RecordNotFound, exchange.RecordNotInBatch):
        return None


def _titles() -> dict[str, str]:
    return {package.code: package.title for package in lifeevents.list_packages()}
