"""数据标准 for the stewards: everybody reads, the data bureau names the source of an element and ends it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.exchange import permissions
from tongban.domains.exchange import selectors as exchange
from tongban.domains.standards import selectors as standards
from tongban.domains.standards import services as keeping
from tongban.domains.standards.types import DataElement
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import elements
from tongban.sites.console.screen import show
from tongban.sites.shared.policies import ActorRequest, officer


@officer(Role.DATA_STEWARD)
@require_safe
def list_elements(request: ActorRequest) -> HttpResponse:
    page = elements.build_list(
        standards.elements(),
        standards.ended_elements(),
        text=request.GET.get("q", "").strip(),
        actor=request.actor,
    )
    return show(request, "console/data_elements.html", page)


@officer(Role.DATA_STEWARD)
@require_safe
def show_element(request: ActorRequest, code: str) -> HttpResponse:
    element = _element(code)
    page = elements.build(
        element,
        standards.list_versions(code),
        standards.list_mappings(code),
        exchange.claims([code]),
        standards.usage([code]).get(code, ()),
        standards.ended_elements().get(code),
        actor=request.actor,
        is_bureau=permissions.is_data_bureau(request.actor),
    )
    return show(request, "console/data_element.html", page)


@officer(Role.DATA_STEWARD)
@require_POST
def name_source(request: ActorRequest, code: str) -> HttpResponse:
    """The data bureau says which of the resources that hold an element is its one source."""
    _require_bureau(request)
    _element(code)
    claims = {f"{one.resource}:{one.field}": one for one in exchange.claims([code])}
    chosen = claims.get(request.POST.get("source", ""))
    if chosen is None:
        messages.error(request, _("请选择一项资源。数源没有变化。"))
        return redirect("console:data_element", code)
    try:
        keeping.name_source(
            code, resource=chosen.resource, field=chosen.field, actor=request.actor, at=clock.now()
        )
    except keeping.NothingChanged as same:
        messages.error(request, _(same.sentence))
        return redirect("console:data_element", code)
    messages.success(request, _("数源已指定为%(resource)s。") % {"resource": chosen.resource_name})
    return redirect("console:data_element", code)


@officer(Role.DATA_STEWARD)
@require_POST
def end(request: ActorRequest, code: str) -> HttpResponse:
    """The data bureau lets nothing new be built on an element from today on."""
    _require_bureau(request)
    _element(code)
    at = clock.now()
    keeping.end_element(code, on=shanghai_date(at), actor=request.actor, at=at)
    messages.success(request, _("从今天起停止使用：新发布的资源不能再用它，已经在用的不受影响。"))
    return redirect("console:data_element", code)


def _require_bureau(request: ActorRequest) -> None:
    if not permissions.is_data_bureau(request.actor):
        raise Http404


def _element(code: str) -> DataElement:
    try:
        return standards.get_element(code)
    except standards.ElementNotFound as unknown:
        raise Http404 from unknown
