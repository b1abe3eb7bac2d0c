"""我的证照: the licences one may use, each with who used it, and reports to their issuers."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tongban.domains.identity import selectors as identity
from tongban.domains.licences import permissions, selectors
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Licence, LicenceFile
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import requests
from tongban.sites.portal.pages import my, wallet
from tongban.sites.shared.policies import ActorRequest, citizen

SHOWN_USES = 50


@citizen
def list_licences(request: ActorRequest) -> HttpResponse:
    """Hers, her children's, her firms' and those of who authorised her, grouped."""
    now = clock.now()
    today = shanghai_date(now)
    me, acting_for = _people(request.actor)
    found = selectors.list_for_holders(permissions.holders_for(request.actor, at=now))
    groups = wallet.groups(
        [(one, selectors.status_on(one, today)) for one in found],
        selectors.licence_types(),
        [one for one in identity.mandates_for(me) if wallet.in_force(one, now)],
        me=me,
        acting_for=acting_for,
        today=today,
    )
    return render(request, "portal/my/licences.html", {"menu": my.menu(), "groups": groups})


@citizen
def show_licence(request: ActorRequest, number: str) -> HttpResponse:
    """One licence: what it says, who used it, what was reported on it."""
    now = clock.now()
    today = shanghai_date(now)
    licence = _own_licence(request.actor, number, now)
    page = wallet.licence_page(
        licence,
        selectors.get_type(licence.licence_type),
        selectors.status_on(licence, today),
        uses=selectors.list_uses_of(number, limit=SHOWN_USES),
        consents=selectors.list_consents_of([licence.holder_id]),
        reports=selectors.list_reports_on(number),
        history=selectors.history(number),
        proceedings=[one for one in selectors.proceedings_of(number) if one.answer_by is not None],
        at=now,
    )
    return render(request, "portal/my/licence.html", {"menu": my.menu(), "page": page})


@citizen
def open_licence(request: ActorRequest, number: str) -> HttpResponse:
    """The licence's file; the look is recorded."""
    return HttpResponse(_open_file(request, number).pdf, content_type="application/pdf")


@citizen
def open_licence_data(request: ActorRequest, number: str) -> HttpResponse:
    """The same data as the file brings, signed with SM2; the look is recorded."""
    disposition = content_disposition_header(as_attachment=True, filename=f"{number}.json")
    return HttpResponse(
        _open_file(request, number).signed_data,
        content_type="application/json",
        headers={"Content-Disposition": disposition or "attachment"},
    )


def _open_file(request: ActorRequest, number: str) -> LicenceFile:
    now = clock.now()
    licence = _own_licence(request.actor, number, now)
    found = licences.sign_file(number, actor=request.actor, at=now)
    audit.record(
        actor=request.actor,
        action="LICENCE_OPENED",
        at=now,
        object_type="licences.Licence",
        object_id=str(licence.id),
        subject_id=licence.holder_id,
    )
    return found


@citizen
def report_licence(request: ActorRequest, number: str) -> HttpResponse:
    """Tell the issuer what is wrong on a licence, or where it is not taken."""
    now = clock.now()
    licence = _own_licence(request.actor, number, now)
    given = request.POST if request.method == "POST" else request.GET
    kind = wallet.KINDS.get(given.get("kind", ""), wallet.KINDS["error"])
    typed = {name: request.POST.get(name, "") for name in ("text", "place")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            report = licences.file_report(kind=kind, number=number, actor=request.actor, at=now, **typed)
        except licences.FaultyReport as faulty:
            problems = {faulty.field: _(faulty.sentence)}
        except licences.AlreadyReported as already:
            problems = {"text": _(already.sentence)}
        else:
            messages.success(
                request,
                _("已送到%(issuer)s，编号 %(ticket)s。")
                % {"issuer": report.issuer_name, "ticket": report.ticket},
            )
            return redirect("portal:my_licence", number)
    page = wallet.report_page(licence, kind, typed=typed, problems=problems)
    context = {"menu": my.menu(), "page": page, "problems": requests.summary(problems)}
    return render(request, "portal/my/licence_report.html", context, status=422 if problems else 200)


def _own_licence(actor: Actor, number: str, at: datetime) -> Licence:
    """One of those she may use; raises `selectors.LicenceNotFound`, for another's as for none."""
    licence = selectors.get_by_number(number)
    if licence.holder_id not in permissions.holders_for(actor, at=at):
        raise selectors.LicenceNotFound(f"licence {number} is not the actor's")
    return licence


def _people(actor: Actor) -> tuple[UUID, UUID]:
    assert actor.subject_id is not None
    assert actor.acting_for is not None
    return actor.subject_id, actor.acting_for
