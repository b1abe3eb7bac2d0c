"""My space: what is mine and what was done in my name."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.domains.cases import selectors as cases
from tongban.domains.eforms import selectors as drafts
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as identifying
from tongban.domains.identity.types import MandateKind, SubjectKind
from tongban.domains.licences.permissions import SCOPE as LICENCES
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.messaging import selectors as messaging
from tongban.domains.messaging import services as mail
from tongban.foundation import clock
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.sites.portal import requests
from tongban.sites.portal.pages import home, my
from tongban.sites.portal.supplements import PURPOSE as SUPPLEMENT
from tongban.sites.portal.whose import in_whosever_name
from tongban.sites.shared.acting import ACTING_FOR
from tongban.sites.shared.policies import ActorRequest, account_id, citizen, public, signed_in

SHOWN = 5
PAGE = 30


@citizen
def show_overview(request: ActorRequest) -> HttpResponse:
    subject, own = _subject(request), request.actor.subject_id
    assert own is not None
    subjects = identity.subjects_for(account_id(request))
    context = {
        "menu": my.menu(),
        "name": request.actor.name,
        "subjects": subjects,
        "others": len(subjects) > 1,
        "acting_for": subject,
        "applications": [home.application_line(one) for one in cases.list_applications([subject])][:SHOWN],
        "drafts": _draft_lines(own)[:SHOWN],
        "messages_new": [my.message_line(one) for one in messaging.inbox([subject], limit=SHOWN)],
    }
    return render(request, "portal/my/overview.html", context)


@citizen
@require_POST
def act_for(request: ActorRequest) -> HttpResponse:
    """From now on in somebody else's name, or in one's own again; the mandate is checked at every request."""
    wanted = request.POST.get("subject", "")
    known = {str(one.id) for one in identity.subjects_for(account_id(request))}
    if wanted not in known:
        raise Http404("no such principal")
    request.session[ACTING_FOR] = wanted
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "portal:my")


@citizen
def list_applications(request: ActorRequest) -> HttpResponse:
    found = cases.list_applications([_subject(request)])
    context = {"menu": my.menu(), "applications": [home.application_line(one) for one in found]}
    return render(request, "portal/my/applications.html", context)


@citizen
def list_messages(request: ActorRequest) -> HttpResponse:
    found = messaging.inbox(
        [_subject(request)], limit=PAGE, before=requests.uuid_or_none(request.GET.get("before"))
    )
    older = f"{reverse('portal:messages')}?before={found[-1].id}" if len(found) == PAGE else ""
    context = {
        "menu": my.menu(),
        "lines": [my.message_line(one) for one in found],
        "older": older,
        "refused": messaging.refused_addresses([_subject(request)]),
    }
    return render(request, "portal/my/messages.html", context)


@citizen
@in_whosever_name
def open_message(request: ActorRequest, message_id: UUID) -> HttpResponse:
    subject = _subject(request)
    message = messaging.get_message(message_id, subject_ids=[subject])
    mail.mark_read(message_id, subject_ids=[subject], at=clock.now())
    application = cases.find_application_of(message.case_number) if message.case_number else None
    address = reverse("portal:application", args=[application]) if application else ""
    context = {"menu": my.menu(), "message": my.message_line(message), "case_address": address}
    return render(request, "portal/my/message.html", context)


@public
def show_mailbox(request: ActorRequest) -> HttpResponse:
    """The e-mails that a demo keeps instead of sending them; this route does not exist in production."""
    mails = [my.mail_view(one) for one in messaging.list_sandbox_mail(limit=PAGE)]
    return render(request, "portal/mailbox.html", {"mails": mails})


@citizen
def list_drafts(request: ActorRequest) -> HttpResponse:
    assert request.actor.subject_id is not None
    context = {"menu": my.menu(), "drafts": _draft_lines(request.actor.subject_id)}
    return render(request, "portal/my/drafts.html", context)


@citizen
def list_mandates(request: ActorRequest) -> HttpResponse:
    """Whom I let act for me and for whom I act; and a form for one more."""
    asked = (
        requests.MandateRequest.read(request.POST) if request.method == "POST" else requests.MandateRequest()
    )
    if request.method != "POST":
        return _mandates(request, asked)
    problems = asked.problems(today=shanghai_date(clock.now()))
    if problems:
        return _mandates(request, asked, problems)
    agent = identity.find_subject(SubjectKind.PERSON, asked.number)
    if agent is None or agent.name != asked.name:
        return _mandates(request, asked, {"number": _("姓名和号码对不上，或对方还没有实名。请和对方核对。")})
    assert asked.until is not None
    try:
        identifying.grant_mandate(
            kind=MandateKind(asked.kind),
            principal=_subject(request),
            agent=agent.id,
            basis=_("本人在线授权"),
            actor=request.actor,
            at=clock.now(),
            scope=[asked.scope] if asked.scope else [],
            valid_to=datetime.combine(asked.until + timedelta(days=1), time(), tzinfo=SHANGHAI),
        )
    except identifying.FaultyMandate as faulty:
        return _mandates(request, asked, {"number": _(faulty.sentence)})
    messages.success(request, _("授权给%(name)s了，随时可以撤销。") % {"name": agent.name})
    return redirect("portal:mandates")


@citizen
@require_POST
def revoke_mandate(request: ActorRequest, mandate_id: UUID) -> HttpResponse:
    identifying.revoke_mandate(mandate_id=mandate_id, actor=request.actor, at=clock.now())
    messages.success(request, _("授权已经撤销，对方从现在起不能再代您办理。"))
    return redirect("portal:mandates")


@signed_in
def identify(request: ActorRequest) -> HttpResponse:
    """Bind the account to the person it belongs to: name and number must be the register's."""
    if request.actor.acting_for is not None:
        return redirect("portal:my")
    asked = (
        requests.IdentityRequest.read(request.POST)
        if request.method == "POST"
        else requests.IdentityRequest()
    )
    if request.method != "POST":
        return _identify(request, asked)
    problems = asked.problems(today=shanghai_date(clock.now()))
    if problems:
        return _identify(request, asked, problems)
    try:
        identifying.claim_person(
            account_id=account_id(request),
            name=asked.name,
            number=asked.number,
            actor=request.actor,
            at=clock.now(),
        )
    except (identifying.AlreadyBound, identifying.FaultyNumber) as refused:
        return _identify(request, asked, {"number": _(refused.sentence)})
    return redirect("portal:my")


def _subject(request: ActorRequest) -> UUID:
    assert request.actor.acting_for is not None
    return request.actor.acting_for


def _draft_lines(owner: UUID) -> list[my.DraftLine]:
    return [
        my.draft_line(one, one.title or one.purpose)
        for one in drafts.list_drafts(owner)
        if one.purpose != SUPPLEMENT
    ]


def _mandates(
    request: ActorRequest, asked: requests.MandateRequest, problems: Mapping[str, str] | None = None
) -> HttpResponse:
    subject = _subject(request)
    titles = {LICENCES: _("出示证照、答复用证申请")}
    titles |= {package.code: package.title for package in lifeevents.list_packages()}
    now = clock.now()
    context = {
        "menu": my.menu(),
        "lines": [my.mandate_line(one, subject, titles, now) for one in identity.mandates_for(subject)],
        "fields": asked.fields(titles, problems or {}),
        "problems": requests.summary(problems or {}),
    }
    return render(request, "portal/my/mandates.html", context, status=422 if problems else 200)


def _identify(
    request: ActorRequest, asked: requests.IdentityRequest, problems: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {"fields": asked.fields(problems or {}), "problems": requests.summary(problems or {})}
    return render(request, "portal/my/identify.html", context, status=422 if problems else 200)
