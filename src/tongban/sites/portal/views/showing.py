"""亮证 on a phone: to whom, for what, what they will see; then a code, or the licence kept in the phone."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tongban.domains.directory import selectors as directory
from tongban.domains.licences import selectors, services
from tongban.foundation import clock
from tongban.foundation.credentials.refusals import CredentialRefused
from tongban.sites.portal.pages import my, showing
from tongban.sites.portal.requests import summary
from tongban.sites.shared.fields import field_id
from tongban.sites.shared.policies import ActorRequest, citizen, public

MOST_PROOF = 8_000


@citizen
def present(request: ActorRequest, number: str) -> HttpResponse:
    """Choose, see what will be shown, show; loading the page again begins anew."""
    now = clock.now()
    licence = services.own_licence(number, actor=request.actor, at=now)
    given = request.POST if request.method == "POST" else request.GET
    try:
        licence, licence_type = services.showable(number, actor=request.actor, at=now)
    except services.CannotShow as cannot:
        context = {"menu": my.menu(), "page": showing.refusal(licence, _(cannot.sentence))}
        return render(request, "portal/present_refused.html", context, status=409)
    try:
        audience = selectors.get_audience(given.get("to", ""))
    except selectors.VerifierNotFound:
        return _choose_audience(request, number, given.get("q", "").strip(), was_given="to" in given)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            shown = services.show(
                number=number, purpose=given.get("for", ""), audience=audience, actor=request.actor, at=now
            )
        except services.NoSuchPurpose:
            problems["for"] = _("请选择亮证的目的。")
        else:
            code = showing.code_page(licence, licence_type, audience, given["for"], shown)
            return render(request, "portal/present_code.html", {"menu": my.menu(), "page": code})
    page = showing.purpose_page(licence, licence_type, audience, problems.get("for", ""))
    context = {"menu": my.menu(), "page": page, "problems": summary(problems)}
    return render(request, "portal/present.html", context, status=422 if problems else 200)


def _choose_audience(request: ActorRequest, number: str, query: str, *, was_given: bool) -> HttpResponse:
    now = clock.now()
    licence = services.own_licence(number, actor=request.actor, at=now)
    departments = [one for one in directory.list_departments() if query and query in one.name]
    page = showing.audience_page(
        licence,
        query,
        selectors.find_verifiers(query, limit=showing.SHOWN_AUDIENCES),
        departments[: showing.SHOWN_AUDIENCES],
        phones=selectors.count_credentials(number, at=now),
        challenge=services.new_challenge(number, actor=request.actor, at=now),
    )
    problems = {}
    if was_given:
        problems["q"] = _("没有找到这家核验方。请核对名称或编号。")
    context = {"menu": my.menu(), "page": page, "problems": summary(problems), "field": field_id("q")}
    return render(request, "portal/present_audience.html", context, status=422 if problems else 200)


@citizen
@require_POST
def keep_in_phone(request: ActorRequest, number: str) -> HttpResponse:
    """The licence for the phone whose key signs the posted proof, with all that the phone needs to show it without a network."""
    now = clock.now()
    licence, licence_type = services.showable(number, actor=request.actor, at=now)
    proof = request.POST.get("proof", "")[:MOST_PROOF]
    try:
        credential = services.issue_credential(number=number, proof=proof, actor=request.actor, at=now)
    except CredentialRefused as refused:
        return JsonResponse({"detail": _(refused.sentence)}, status=422)
    return JsonResponse(showing.phone_data(licence, licence_type, credential, now))


@citizen
@require_POST
def withdraw_from_phones(request: ActorRequest, number: str) -> HttpResponse:
    """A phone is lost: what it keeps is void within a minute."""
    count = services.withdraw_credentials(number, actor=request.actor, at=clock.now())
    done = ngettext("%(count)s 部手机里的这张证照已经作废。", "%(count)s 部手机里的这张证照已经作废。", count)
    messages.success(request, done % {"count": count})
    return redirect("portal:present", number)


@public
def show_offline(request: ActorRequest) -> HttpResponse:
    """The page that shows what this phone keeps; the same for everybody, so that it can lie in the phone."""
    return render(
        request, "portal/show.html", {"data": showing.offline_sentences(), "legal": showing.legal_force()}
    )


@public
def show_worker(request: ActorRequest, door: str) -> HttpResponse:
    """The service worker of a page that also works without a network."""
    context = {"start": "/show/" if door == "show" else "/verify/"}
    response = render(request, "portal/worker.js", context, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
