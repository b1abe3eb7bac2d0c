"""核验方 in the console: the data bureau registers them, gives a new secret, closes them; other stewards look."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import NewVerifier, VerifierKind
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.sites.console.pages import verifiers as pages
from tongban.sites.console.screen import show
from tongban.sites.shared.fields import form_problems, from_form
from tongban.sites.shared.policies import ActorRequest, officer


class VerifierForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=100,
        error_messages={"required": gettext_lazy("请填写核验方的名称，不超过 100 个字。")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择种类。")},
    )
    address = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=200,
        error_messages={"required": gettext_lazy("请填写持证人能找到的地址，不超过 200 个字。")},
    )
    phone = forms.CharField(label=gettext_lazy("电话（可以不填）"), max_length=32, required=False)

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # Django's own form data
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = list(pages.kind_words().items())


@officer(Role.DATA_STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def list_verifiers(request: ActorRequest) -> HttpResponse:
    may_change = services.is_bureau(request.actor)
    if request.method != "POST":
        return _page(request, VerifierForm())
    form = VerifierForm(request.POST)
    if not form.is_valid() or not may_change:
        return _page(request, form, status=422)
    typed = form.cleaned_data
    made = services.register_verifier(
        name=typed["name"],
        kind=VerifierKind(typed["kind"]),
        address=typed["address"],
        phone=typed["phone"],
        actor=request.actor,
        at=clock.now(),
    )
    return _page(request, VerifierForm(), made)


@officer(Role.DATA_STEWARD)
@require_POST
def change_verifier(request: ActorRequest, code: str) -> HttpResponse:
    """A new secret, or the end of a registration; raises `selectors.VerifierNotFound` for who may not."""
    now = clock.now()
    if request.POST.get("act") == "close":
        closed = services.close_verifier(code, actor=request.actor, at=now)
        messages.success(request, _("%(name)s不再核验电子证照。") % {"name": closed.name})
        return redirect("console:data_verifiers")
    return _page(request, VerifierForm(), services.renew_secret(code, actor=request.actor, at=now))


def _page(
    request: ActorRequest, form: VerifierForm, made: NewVerifier | None = None, status: int = 200
) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    page = pages.build(
        request.actor,
        selectors.find_verifiers(query),
        query,
        may_change=services.is_bureau(request.actor),
        made=made,
        fields=from_form(form),
        problems=tuple(dict(one) for one in form_problems(form)),
    )
    return show(request, "console/data_verifiers.html", page, status=status)
