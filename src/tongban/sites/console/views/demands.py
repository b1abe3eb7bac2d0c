"""Demands of data and grants, for the stewards of both sides and the data bureau."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.domains.catalogue.selectors import drafts as parts
from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import permissions, states
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as keeping
from tongban.domains.exchange.types import CatalogueEntry, Demand, NewDemand
from tongban.foundation import clock
from tongban.kernel.actors import Actor, Role
from tongban.kernel.instants import shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.sites.console.pages import demands
from tongban.sites.console.screen import show
from tongban.sites.console.views.data import item_names
from tongban.sites.shared.fields import Problem, field_id
from tongban.sites.shared.policies import ActorRequest, officer

REFUSALS = (
    keeping.FaultyDemand,
    keeping.ReasonMissing,
    keeping.NegativeListMissing,
    keeping.NotOverdue,
    states.DemandMoved,
    exchange.ResourceNotFound,
)


class AskForm(forms.Form):
    """What is asked for; of a resource of the catalogue its fields, of what is in none its description."""

    wanted = forms.CharField(
        label=gettext_lazy("要什么数据"),
        max_length=300,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("请写明要什么数据、谁可能有。")},
    )
    fields_wanted = forms.MultipleChoiceField(
        label=gettext_lazy("要查哪些信息项"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一个信息项。只选办事用得着的。")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("用来做什么"),
        max_length=64,
        error_messages={"required": gettext_lazy("请写明用途，例如“核对经营场所”。")},
    )
    items = forms.MultipleChoiceField(
        label=gettext_lazy("用在哪些事项"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一个事项。")},
    )
    basis = forms.CharField(
        label=gettext_lazy("依据（哪部法律法规的第几条）"),
        max_length=300,
        error_messages={"required": gettext_lazy("请写明依据。")},
    )
    valid_until = forms.DateField(
        label=gettext_lazy("用到哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("请填写用到哪一天。"),
            "invalid": gettext_lazy("请按“2026-10-10”的样子填写日期。"),
        },
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("每分钟最多查多少次"),
        min_value=1,
        max_value=1_000_000,
        initial=60,
        error_messages={
            "required": gettext_lazy("请填写次数。"),
            "invalid": gettext_lazy("请填写整数。"),
            "min_value": gettext_lazy("至少 1 次。"),
        },
    )

    def __init__(
        self,
        given: Any = None,  # Any: Django's own type of form data
        *,
        actor: Actor,
        entry: CatalogueEntry | None,
        today: date,
    ) -> None:
        super().__init__(given)
        self._today = today
        own = parts.list_substances(_guided(actor))
        self._offer("items", [(one.basic_code, f"{one.name}（{one.basic_code}）") for one in own])
        if entry is None:
            del self.fields["fields_wanted"]
        else:
            del self.fields["wanted"]
            self._offer("fields_wanted", [(field.name, field.label) for field in entry.entry.fields])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    def clean_valid_until(self) -> date:
        until: date = self.cleaned_data["valid_until"]
        if until <= self._today:
            raise forms.ValidationError(_("这一天已经到了。请写以后的一天。"))
        return until


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("理由（对方会看到）"),
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("请写明理由，对方会看到。")},
    )


class RefusalForm(ReasonForm):
    negative_basis = forms.CharField(
        label=gettext_lazy("负面清单的依据，例如《某法》第十二条"),
        max_length=300,
        error_messages={"required": gettext_lazy("请写明依据：哪部法律、法规或者国务院规定的第几条。")},
    )


class AgreeForm(forms.Form):
    per_minute = forms.IntegerField(
        label=gettext_lazy("每分钟最多查多少次（不填为不限）"),
        min_value=1,
        max_value=1_000_000,
        required=False,
    )


class SupplyForm(forms.Form):
    resource = forms.CharField(
        label=gettext_lazy("资源代码"),
        max_length=32,
        error_messages={"required": gettext_lazy("请填写目录里的资源代码。")},
    )


class ProviderForm(forms.Form):
    department = forms.ChoiceField(
        label=gettext_lazy("由哪个部门提供"), error_messages={"required": gettext_lazy("请选择部门。")}
    )

    def __init__(self, given: Any = None, **kwargs: Any) -> None:  # Any: Django's own
        super().__init__(given, **kwargs)
        field = self.fields["department"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in directory.list_departments()]


FORMS: Mapping[str, type[forms.Form]] = {
    "agree": AgreeForm,
    "supply": SupplyForm,
    "refuse": RefusalForm,
    "name-provider": ProviderForm,
    "dispute": ReasonForm,
    "uphold": ReasonForm,
    "order": ReasonForm,
    "withdraw": forms.Form,
}


@officer(Role.DATA_STEWARD)
@require_safe
def list_demands(request: ActorRequest) -> HttpResponse:
    page = demands.build_list(
        exchange.list_demands(permissions.scope(request.actor)),
        actor=request.actor,
        today=shanghai_date(clock.now()),
        calendar=national_calendar(),
    )
    return show(request, "console/data_demands.html", page)


@officer(Role.DATA_STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ActorRequest) -> HttpResponse:
    """Ask for a grant of `?resource=CODE`, or for what is in no catalogue."""
    entry = _entry(request.GET.get("resource", ""))
    today = shanghai_date(clock.now())
    given = request.POST if request.method == "POST" else None
    form = AskForm(given, actor=request.actor, entry=entry, today=today)
    refusal: Problem | None = None
    if form.is_bound and form.is_valid():
        try:
            demand = _ask(form.cleaned_data, entry, request.actor)
        except keeping.FaultyDemand as faulty:
            refusal = {"text": _(faulty.sentence), "href": f"#{field_id(faulty.field)}"}
        else:
            messages.success(request, _("已提出。提供部门会看到，答复期限已经开始算。"))
            return redirect("console:data_demand", demand.id)
    action = reverse("console:data_ask") + (f"?resource={entry.entry.code}" if entry else "")
    title = _("申请%(name)s") % {"name": entry.entry.name} if entry else _("提出目录里没有的需求")
    page = demands.build_ask(form, title=title, actor=request.actor, action=action, refusal=refusal)
    return show(request, "console/data_ask.html", page, status=422 if form.is_bound else 200)


@officer(Role.DATA_STEWARD)
@require_safe
def show_demand(request: ActorRequest, demand_id: UUID) -> HttpResponse:
    return _demand(request, _find(request, demand_id), {})


@officer(Role.DATA_STEWARD)
@require_POST
def act(request: ActorRequest, demand_id: UUID, slug: str) -> HttpResponse:
    """Decide, dispute, settle or withdraw; what the officer may not do is not there for her."""
    demand = _find(request, demand_id)
    is_bureau = permissions.is_data_bureau(request.actor)
    today = shanghai_date(clock.now())
    known = slug in demands.ACTS
    if not known or slug not in demands.acts_for(
        demand, actor=request.actor, is_bureau=is_bureau, today=today
    ):
        if known and demand.status not in states.WAITING:
            messages.error(request, _(states.DemandMoved.default_sentence))
            return redirect("console:data_demand", demand.id)
        raise Http404
    form = FORMS[slug](request.POST)
    if not form.is_valid():
        return _demand(request, demand, {slug: form}, status=422)
    try:
        _take(slug, demand, form.cleaned_data, request.actor)
    except REFUSALS as refused:
        return _demand(request, demand, {slug: form}, refusal=_(refused.sentence), status=422)
    messages.success(request, _("已办理。双方都能在这里看到。"))
    return redirect("console:data_demand", demand.id)


@officer(Role.DATA_STEWARD)
@require_safe
def list_grants(request: ActorRequest) -> HttpResponse:
    scope, at = permissions.scope(request.actor), clock.now()
    page = demands.build_grants(
        exchange.list_grants(departments=scope, at=at), item_names(), actor=request.actor, scope=scope, at=at
    )
    return show(request, "console/data_grants.html", page)


@officer(Role.DATA_STEWARD)
@require_POST
def end_grant(request: ActorRequest, grant_id: UUID) -> HttpResponse:
    """The provider ends a grant now, with a reason that is kept."""
    reason = request.POST.get("reason", "").strip()
    if exchange.find_grant(grant_id, permissions.scope(request.actor)) is None:
        raise Http404
    if not reason:
        messages.error(request, _("请写明结束的理由。授权没有变化。"))
        return redirect("console:data_grants")
    try:
        keeping.end_grant(
            grant_id,
            reason=reason,
            departments=permissions.scope(request.actor),
            actor=request.actor,
            at=clock.now(),
        )
    except (keeping.GrantNotFound, keeping.NotYourResource) as unknown:
        raise Http404 from unknown
    messages.success(request, _("授权已经结束，对方现在不能再查。"))
    return redirect("console:data_grants")


def _entry(code: str) -> CatalogueEntry | None:
    if not code:
        return None
    try:
        return exchange.get_catalogue_entry(code)
    except exchange.ResourceNotFound as unknown:
        raise Http404 from unknown


def _find(request: ActorRequest, demand_id: UUID) -> Demand:
    found = exchange.find_demand(demand_id, permissions.scope(request.actor))
    if found is None:
        raise Http404
    return found


def _demand(
    request: ActorRequest,
    demand: Demand,
    given: Mapping[str, forms.Form],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    page = demands.build_demand(
        demand,
        {slug: given.get(slug) or form() for slug, form in FORMS.items()},
        exchange.field_labels(demand.resource) if demand.resource else {},
        item_names(),
        actor=request.actor,
        is_bureau=permissions.is_data_bureau(request.actor),
        today=shanghai_date(clock.now()),
        calendar=national_calendar(),
        refusal=refusal,
    )
    return show(request, "console/data_demand.html", page, status=status)


def _ask(given: Mapping[str, Any], entry: CatalogueEntry | None, actor: Actor) -> Demand:
    assert actor.department is not None
    demand = NewDemand(
        resource=entry.entry.code if entry else "",
        wanted=given.get("wanted", ""),
        fields=tuple(given.get("fields_wanted", ())),
        purpose=given["purpose"],
        items=tuple(given["items"]),
        basis=given["basis"],
        valid_until=given["valid_until"],
        per_minute=given["per_minute"],
    )
    return keeping.ask_for_data(demand, department=actor.department, actor=actor, at=clock.now())


def _take(slug: str, demand: Demand, given: Mapping[str, Any], actor: Actor) -> None:
    """The act of one form; raises what `REFUSALS` names."""
    own, at = actor.departments, clock.now()
    acts: Mapping[str, Callable[[], Demand]] = {
        "agree": lambda: keeping.agree(
            demand.id, departments=own, per_minute=given["per_minute"], actor=actor, at=at
        ),
        "supply": lambda: keeping.supply(
            demand.id, resource=given["resource"].strip(), departments=own, actor=actor, at=at
        ),
        "refuse": lambda: keeping.refuse(
            demand.id,
            reason=given["reason"],
            negative_basis=given["negative_basis"],
            departments=own,
            actor=actor,
            at=at,
        ),
        "name-provider": lambda: keeping.name_provider(
            demand.id, department=given["department"], actor=actor, at=at
        ),
        "dispute": lambda: keeping.dispute(
            demand.id, reason=given["reason"], departments=own, actor=actor, at=at
        ),
        "uphold": lambda: keeping.uphold(demand.id, reason=given["reason"], actor=actor, at=at),
        "order": lambda: keeping.order(demand.id, reason=given["reason"], actor=actor, at=at),
        "withdraw": lambda: keeping.withdraw(demand.id, departments=own, actor=actor, at=at),
    }
    acts[slug]()


def _guided(actor: Actor) -> frozenset[str]:
    """Whose items an officer's department carries out: its own and, as a district office, its guide's."""
    guides = {one.guided_by for one in directory.get_departments(actor.departments).values()}
    return actor.departments | {code for code in guides if code}
