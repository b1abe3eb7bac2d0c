"""The verifier's kit: any phone's browser checks what is shown to it; places that take electronic licences."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import Verifier, VerifierKind
from tongban.foundation import clock
from tongban.sites.portal import devices
from tongban.sites.portal.pages import my, verifying
from tongban.sites.portal.requests import summary
from tongban.sites.shared.policies import ActorRequest, citizen, public

CAMERA = "camera=(self), geolocation=(), microphone=()"
REFUSALS = (
    services.UnknownCode,
    services.CodeUsed,
    services.CodeExpired,
    services.OtherAudience,
    services.TooManyWrongCodes,
    services.IssuerSignatureBroken,
)


@public
def verify(request: ActorRequest) -> HttpResponse:
    """Digits from a holder's screen; only a phone that belongs to a verifier learns anything."""
    verifier = devices.verifier_of(request)
    code = (request.POST if request.method == "POST" else request.GET).get("code", "").strip()
    if verifier is None:
        there = (
            f"{reverse('portal:verifier_device')}?code={code}" if code else reverse("portal:verifier_device")
        )
        return redirect(there)
    if request.method != "POST":
        return _ask(request, verifier, code)
    if not code:
        return _ask(request, verifier, code, {"code": _("请输入对方屏幕上的 8 位数字。")})
    now = clock.now()
    try:
        found = services.redeem(
            code=code, audience=selectors.as_audience(verifier), actor=services.actor_of(verifier), at=now
        )
    except REFUSALS as refused:
        page = verifying.refused_page(refused, verifier, now)
        return render(request, "portal/verify_result.html", {"page": page}, status=422)
    return render(request, "portal/verify_result.html", {"page": verifying.result_page(found, verifier)})


def _ask(
    request: ActorRequest, verifier: Verifier, code: str, problems: dict[str, str] | None = None
) -> HttpResponse:
    problems = problems or {}
    context = {
        "page": verifying.ask_page(verifier, code, problems),
        "problems": summary(problems),
        "data": verifying.script_data(verifier),
    }
    response = render(request, "portal/verify.html", context, status=422 if problems else 200)
    response.headers["Permissions-Policy"] = CAMERA
    return response


@public
def bind_device(request: ActorRequest) -> HttpResponse:
    """Say once whose phone this is."""
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "").strip() for name in ("verifier", "code")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        secret = "".join(request.POST.get("secret", "").split()).lower()
        verifier = selectors.authenticate_verifier(typed["verifier"].upper(), secret)
        if verifier is not None:
            there = (
                f"{reverse('portal:verify')}?code={typed['code']}"
                if typed["code"]
                else reverse("portal:verify")
            )
            response = redirect(there)
            devices.bind(response, verifier, secret)
            return response
        problems["secret"] = _("编号和口令对不上。口令在登记核验方时显示过一次；忘了可以由登记人换一个新的。")
    context = {
        "fields": verifying.device_fields(typed["verifier"], problems),
        "code": typed["code"],
        "problems": summary(problems),
    }
    return render(request, "portal/verifier_device.html", context, status=422 if problems else 200)


@public
@require_POST
def release_device(request: ActorRequest) -> HttpResponse:
    """This phone checks for nobody any more."""
    del request
    response = redirect("portal:verifier_device")
    devices.release(response)
    return response


@public
def list_verifiers(request: ActorRequest) -> HttpResponse:
    """Where electronic licences are taken."""
    query = request.GET.get("q", "").strip()
    lines = [verifying.place_line(one) for one in selectors.find_verifiers(query)]
    return render(request, "portal/verifiers.html", {"lines": lines, "query": query})


@public
def show_verifier(request: ActorRequest, code: str) -> HttpResponse:
    """One place: what its poster's QR code opens on a holder's phone."""
    verifier = selectors.get_verifier(code)
    lines = []
    if request.actor.subject_id is not None:
        found = selectors.list_for_holders(
            {request.actor.subject_id, request.actor.acting_for or request.actor.subject_id}
        )
        today = verifying.today(clock.now())
        lines = [
            verifying.showable_line(one, verifier)
            for one in found
            if selectors.status_on(one, today) == "VALID"
        ]
    context = {
        "page": verifying.place_page(verifier),
        "lines": lines,
        "is_known": request.actor.subject_id is not None,
    }
    return render(request, "portal/verifier.html", context)


@citizen
def my_verifiers(request: ActorRequest) -> HttpResponse:
    """What a firm has registered, and a form for one more; the secret is shown once, on the page that answers the form."""
    assert request.actor.acting_for is not None
    firm = identity.get_subject(request.actor.acting_for)
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "kind", "address", "phone")}
    problems: dict[str, str] = {}
    made = None
    if request.method == "POST":
        problems = verifying.register_problems(typed)
        if not problems:
            try:
                made = services.register_verifier(
                    name=typed["name"],
                    kind=VerifierKind(typed["kind"]),
                    address=typed["address"],
                    phone=typed["phone"],
                    actor=request.actor,
                    at=clock.now(),
                )
            except services.MayNotRegister as refused:
                problems["name"] = _(refused.sentence)
            else:
                typed = {}
    context = {
        "menu": my.menu(),
        "is_firm": firm.kind is SubjectKind.ENTITY,
        "firm": firm.name,
        "lines": [verifying.own_line(one) for one in selectors.list_verifiers_of(firm.id)],
        "made": verifying.secret_page(made) if made else None,
        "fields": verifying.register_fields(typed, problems),
        "problems": summary(problems),
    }
    return render(request, "portal/my/verifiers.html", context, status=422 if problems else 200)


@citizen
@require_POST
def change_verifier(request: ActorRequest, code: str) -> HttpResponse:
    """A new secret, or the end of a registration."""
    now = clock.now()
    if request.POST.get("act") == "close":
        closed = services.close_verifier(code, actor=request.actor, at=now)
        messages.success(request, _("%(name)s不再核验电子证照。") % {"name": closed.name})
        return redirect("portal:my_verifiers")
    made = services.renew_secret(code, actor=request.actor, at=now)
    context = {"menu": my.menu(), "made": verifying.secret_page(made)}
    return render(request, "portal/my/verifier_secret.html", context)
