"""用证授权: a holder answers who wants to use her licences; a firm asks, and reads what it may."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import Subject, SubjectKind
from tongban.domains.licences import permissions, selectors, states
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Consent, ConsentAsk, FetchResult
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal import requests
from tongban.sites.portal.pages import authority, my
from tongban.sites.shared.policies import ActorRequest, account_id, citizen

ANSWERS = {
    "give": (licences.give_consent, gettext_lazy("已同意，对方现在可以调取。随时可以在这里撤回。")),
    "refuse": (licences.refuse_consent, gettext_lazy("已告诉对方您不同意。")),
    "withdraw": (licences.withdraw_consent, gettext_lazy("已撤回，对方从现在起不能再调取。")),
}


@citizen
def list_consents(request: ActorRequest) -> HttpResponse:
    now = clock.now()
    firm = _firm(request.actor)
    page = authority.build_list(
        selectors.list_consents_of(permissions.holders_for(request.actor, at=now)),
        selectors.list_consents_asked_by(firm.id) if firm else (),
        firm=firm.name if firm else "",
        types=selectors.licence_types().values() if firm else (),
        at=now,
    )
    return render(request, "portal/my/consents.html", {"menu": my.menu(), "page": page})


@citizen
def show_consent(request: ActorRequest, consent_id: UUID) -> HttpResponse:
    """One consent; a POST answers it, or reads what it covers and shows that on this one page."""
    now = clock.now()
    consent, mine = _consent(request.actor, consent_id, now)
    act = request.POST.get("act", "")
    if act in ANSWERS and consent.holder_id in mine:
        return _answer(request, consent_id, act, now)
    results: tuple[FetchResult, ...] = ()
    if act == "fetch" and consent.user_id is not None and consent.user_id in mine:
        actor = identity.actor_for(account_id(request), consent.user_id)
        try:
            results = licences.fetch_by_consent(consent_id, actor=actor, at=now)
        except licences.ConsentEnded as ended:
            messages.error(request, _(ended.sentence))
            return redirect("portal:consent", consent_id)
        consent = selectors.get_consent(consent_id)
    page = authority.build(
        consent,
        selectors.licence_types(),
        is_holder=consent.holder_id in mine,
        is_user=consent.user_id in mine,
        results=results,
        at=now,
    )
    return render(request, "portal/my/consent.html", {"menu": my.menu(), "page": page})


@citizen
def ask_consent(request: ActorRequest) -> HttpResponse:
    """A firm asks a holder for one type of licence."""
    now = clock.now()
    today = shanghai_date(now)
    given = request.POST if request.method == "POST" else request.GET
    licence_type = selectors.licence_types().get(given.get("type", ""))
    firm = _firm(request.actor)
    if licence_type is None or firm is None:
        raise Http404("no firm, or no such licence type")
    typed = authority.Typed.read(request.POST) if request.method == "POST" else authority.Typed()
    problems = typed.problems(today=today) if request.method == "POST" else {}
    if request.method == "POST" and not problems:
        consent, problems = _ask(request.actor, typed, licence_type.code, now)
        if consent is not None:
            messages.success(request, _("申请已发给%(name)s，等对方答复。") % {"name": consent.holder_name})
            return redirect("portal:consent", consent.id)
    context = {
        "menu": my.menu(),
        "licence": licence_type,
        "firm": firm.name,
        "fields": authority.ask_fields(licence_type, typed, problems),
        "problems": requests.summary(problems),
    }
    return render(request, "portal/my/consent_ask.html", context, status=422 if problems else 200)


def _ask(
    actor: Actor, typed: authority.Typed, licence_type: str, at: datetime
) -> tuple[Consent | None, dict[str, str]]:
    """The consent asked for, or what is wrong by field."""
    holder = _find_holder(typed)
    if holder is None:
        return None, {"number": _(identity.SubjectNotFound.default_sentence)}
    until = typed.until_day()
    assert until is not None
    ask = ConsentAsk(
        holder_id=holder.id,
        purpose=typed.purpose,
        scope={licence_type: typed.fields},
        is_once=typed.extent == authority.ONCE,
        until=until,
    )
    try:
        return licences.ask_consent(ask, actor=actor, at=at), {}
    except licences.FaultyConsent as faulty:
        return None, {faulty.field or "number": _(faulty.sentence)}
    except licences.ConsentAlreadyAsked as already:
        return None, {"number": _(already.sentence)}


def _answer(request: ActorRequest, consent_id: UUID, act: str, at: datetime) -> HttpResponse:
    verb, words = ANSWERS[act]
    try:
        verb(consent_id, actor=request.actor, at=at)
    except states.IllegalConsentStep as illegal:
        messages.error(request, _(illegal.sentence))
    else:
        messages.success(request, str(words))
    return redirect("portal:consent", consent_id)


def _consent(actor: Actor, consent_id: UUID, at: datetime) -> tuple[Consent, frozenset[UUID]]:
    """A consent to one of hers or of one of hers; raises `ConsentNotFound`, for others' as for none."""
    mine = permissions.holders_for(actor, at=at)
    consent = selectors.find_consent(consent_id)
    if consent is None or not {consent.holder_id, consent.user_id} & mine:
        raise licences.ConsentNotFound(f"consent {consent_id}")
    return consent, mine


def _firm(actor: Actor) -> Subject | None:
    """In whose name she may ask; None while she acts for a person."""
    assert actor.acting_for is not None
    subject = identity.get_subject(actor.acting_for)
    return subject if subject.kind is SubjectKind.ENTITY else None


def _find_holder(typed: authority.Typed) -> Subject | None:
    """Whoever bears the number, if the name agrees: a firm learns nothing of others."""
    for kind in SubjectKind:
        found = identity.find_subject(kind, typed.number)
        if found is not None and found.name == typed.name:
            return found
    return None
