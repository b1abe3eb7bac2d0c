"""总数据库 of the data stewards: the first page, the register of systems, the catalogue, the three lists."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import permissions
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as keeping
from tongban.domains.exchange.types import CatalogueEntry, Grade, System, SystemKind
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.foundation import clock
from tongban.kernel.actors import Actor, Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import data, ledger, resources
from tongban.sites.console.screen import show
from tongban.sites.shared.csv_files import csv_file
from tongban.sites.shared.policies import ActorRequest, officer

HANDLES_CASES = "CASES"


class SystemForm(forms.Form):
    code = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9-]{1,31}$",
        label=gettext_lazy("系统编码"),
        help_text=gettext_lazy("大写字母、数字和连字符，例如 SCJG-YW。登记后不再改。"),
        error_messages={
            "required": gettext_lazy("请填写系统编码。"),
            "invalid": gettext_lazy("系统编码只用大写字母、数字和连字符，例如 SCJG-YW。"),
        },
    )
    name = forms.CharField(
        label=gettext_lazy("系统名称"),
        max_length=128,
        error_messages={"required": gettext_lazy("请填写系统名称。")},
    )
    owner = forms.ChoiceField(
        label=gettext_lazy("所属部门"), error_messages={"required": gettext_lazy("请选择所属部门。")}
    )
    kind = forms.ChoiceField(label=gettext_lazy("是什么"), widget=forms.RadioSelect)
    grade = forms.ChoiceField(
        label=gettext_lazy("接入程度"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请如实选择接入程度。")},
    )
    contact = forms.CharField(
        label=gettext_lazy("出了问题找谁（处室和电话）"),
        max_length=64,
        error_messages={"required": gettext_lazy("请填写联系的处室和电话。")},
    )

    def __init__(self, given: Any = None, *, actor: Actor) -> None:  # Any: Django's own type of form data
        super().__init__(given)
        owners = None if permissions.is_data_bureau(actor) else actor.departments
        departments = [one for one in directory.list_departments() if owners is None or one.code in owners]
        self._offer("owner", [(one.code, one.name) for one in departments])
        self._offer("kind", list(ledger.kind_words().items()))
        self._offer(
            "grade",
            [*ledger.grade_words().items(), (HANDLES_CASES, _("它是本部门的办件系统：以机构登记为准"))],
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class ReviewForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("核对的结果"),
        max_length=300,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("请写明核对的结果：没有变化，或者改了哪里。")},
    )


@officer(Role.DATA_STEWARD)
@require_safe
def overview(request: ActorRequest) -> HttpResponse:
    scope, at = permissions.scope(request.actor), clock.now()
    page = data.build(
        exchange.ledger(scope, at=at),
        exchange.list_catalogue(),
        exchange.list_demands(scope),
        exchange.list_grants(departments=scope, at=at),
        exchange.list_findings(permissions.departments(request.actor)),
        actor=request.actor,
        scope=scope,
        today=shanghai_date(at),
    )
    return show(request, "console/data.html", page)


@officer(Role.DATA_STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def systems(request: ActorRequest) -> HttpResponse:
    """The register; a form that is good enters a system."""
    form = SystemForm(request.POST if request.method == "POST" else None, actor=request.actor)
    refusal = ""
    if form.is_bound and form.is_valid():
        try:
            system = _register(form.cleaned_data, request.actor)
        except keeping.FaultySystem:
            refusal = _("这个系统编码已经有了。请换一个。")
        else:
            messages.success(request, _("已登记：%(name)s。") % {"name": system.name})
            return redirect("console:data_ledger")
    scope, at = permissions.scope(request.actor), clock.now()
    page = ledger.build(
        exchange.ledger(scope, at=at),
        exchange.reconcile(at=at) if scope is None else None,
        {one.code: one.name for one in directory.list_departments()},
        form,
        actor=request.actor,
        refusal=refusal,
    )
    return show(request, "console/data_ledger.html", page, status=422 if form.is_bound else 200)


@officer(Role.DATA_STEWARD)
@require_POST
def stop_system(request: ActorRequest, code: str) -> HttpResponse:
    try:
        keeping.stop_system(
            code, departments=permissions.scope(request.actor), actor=request.actor, at=clock.now()
        )
    except (exchange.SystemNotFound, keeping.NotYourSystem) as unknown:
        raise Http404 from unknown
    messages.success(request, _("已停用。它的接口凭据不再能登录。"))
    return redirect("console:data_ledger")


@officer(Role.DATA_STEWARD)
@require_safe
def list_resources(request: ActorRequest) -> HttpResponse:
    at = clock.now()
    page = resources.build_list(
        exchange.list_catalogue(),
        exchange.calls_of_resources(at=at),
        text=request.GET.get("q", "").strip(),
        actor=request.actor,
        today=shanghai_date(at),
    )
    return show(request, "console/data_resources.html", page)


@officer(Role.DATA_STEWARD)
@require_safe
def show_resource(request: ActorRequest, code: str) -> HttpResponse:
    return _resource(request, code, ReviewForm())


@officer(Role.DATA_STEWARD)
@require_POST
def review(request: ActorRequest, code: str) -> HttpResponse:
    """The provider has looked at its entry again."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _resource(request, code, form, status=422)
    try:
        keeping.review_resource(
            code,
            note=form.cleaned_data["note"],
            departments=permissions.scope(request.actor),
            actor=request.actor,
            at=clock.now(),
        )
    except (exchange.ResourceNotFound, keeping.NotYourResource) as unknown:
        raise Http404 from unknown
    messages.success(request, _("核对结果已记下。"))
    return redirect("console:data_resource", code)


@officer(Role.DATA_STEWARD)
@require_POST
def switch(request: ActorRequest, code: str) -> HttpResponse:
    """The provider stops or resumes answering."""
    found = _entry(code)
    scope = permissions.scope(request.actor)
    if scope is not None and found.entry.provider not in scope:
        raise Http404
    is_live = request.POST.get("is_live") == "yes"
    keeping.set_live(code, is_live=is_live, actor=request.actor, at=clock.now())
    messages.success(
        request,
        _("已恢复对外查询。") if is_live else _("已暂停对外查询：来查的人会看到“暂时没有应答”。"),
    )
    return redirect("console:data_resource", code)


@officer(Role.DATA_STEWARD)
@require_safe
def lists(request: ActorRequest) -> HttpResponse:
    page = resources.build_lists(
        exchange.list_catalogue(),
        exchange.list_demands(permissions.scope(request.actor)),
        exchange.claims(),
        actor=request.actor,
    )
    return show(request, "console/data_lists.html", page)


@officer(Role.DATA_STEWARD)
@require_safe
def list_as_csv(request: ActorRequest, slug: str) -> HttpResponse:
    """One of the three lists for a spreadsheet."""
    rows = {
        "supply": lambda: resources.supply_rows(exchange.list_catalogue()),
        "demand": lambda: resources.demand_rows(exchange.list_demands(permissions.scope(request.actor))),
        "responsibility": lambda: resources.responsibility_rows(exchange.claims()),
    }.get(slug)
    if rows is None:
        raise Http404
    return csv_file(rows(), f"{slug}.csv")


def item_names() -> dict[str, str]:
    """What people call the items and life events that grants name by code."""
    items = catalogue.list_items(settings.CATALOGUE_REGION, shanghai_date(clock.now()))
    found = {one.basic_code: one.name for one in items}
    return found | {one.code: one.title for one in lifeevents.list_packages()}


def _register(given: dict[str, Any], actor: Actor) -> System:  # Any: the form's own values
    grade = given["grade"]
    return keeping.register_system(
        code=given["code"],
        name=given["name"],
        kind=SystemKind(given["kind"]),
        owner=given["owner"],
        contact=given["contact"],
        grade=None if grade == HANDLES_CASES else Grade(grade),
        actor=actor,
        at=clock.now(),
    )


def _entry(code: str) -> CatalogueEntry:
    try:
        return exchange.get_catalogue_entry(code)
    except exchange.ResourceNotFound as unknown:
        raise Http404 from unknown


def _resource(request: ActorRequest, code: str, form: ReviewForm, *, status: int = 200) -> HttpResponse:
    found, at = _entry(code), clock.now()
    scope = permissions.scope(request.actor)
    is_provider = scope is None or found.entry.provider in scope
    if form.is_bound and not is_provider:
        raise Http404
    elements = [field.element for field in found.entry.fields if field.element]
    grants = exchange.list_grants(resource=code, at=at)
    findings = exchange.list_findings([found.entry.provider])
    page = resources.build_resource(
        found,
        exchange.list_versions(code),
        grants
        if is_provider
        else [one for one in grants if one.grant.department in request.actor.departments],
        [one for one in findings if one.resource == code] if is_provider else [],
        exchange.claims(elements),
        exchange.calls_of_resources(at=at).get(code, (0, None)),
        item_names(),
        form,
        actor=request.actor,
        is_provider=is_provider,
        at=at,
        today=shanghai_date(at),
    )
    return show(request, "console/data_resource.html", page, status=status)
