"""证照免带 at a window: the code on a phone, the item, and nothing but what this item wants."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services as cataloguing
from tongban.domains.catalogue.types import CounterPull, ItemEntry
from tongban.domains.directory import selectors as directory
from tongban.domains.licences import selectors as licences
from tongban.domains.licences import services as showing
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import counter
from tongban.sites.console.screen import HANDLERS, show
from tongban.sites.shared.policies import ActorRequest, officer

REFUSALS = (
    showing.CodeExpired,
    showing.CodeUsed,
    showing.IssuerSignatureBroken,
    showing.NotForBusiness,
    showing.OtherAudience,
    showing.TooManyWrongCodes,
    showing.UnknownCode,
)


@officer(*HANDLERS)
def pull(request: ActorRequest) -> HttpResponse:
    """The form, and after it what was pulled: shown on this one page."""
    items = _items(request.actor)
    item, code = request.POST.get("item", ""), request.POST.get("code", "")
    errors: dict[str, str] = {}
    found: CounterPull | None = None
    if request.method == "POST":
        errors = _missing(item, code, items)
        if not errors:
            try:
                found = _pull(request.actor, item, code)
            except REFUSALS as refused:
                errors = {"code": _(refused.sentence)}
            except (cataloguing.NotYours, catalogue.ItemNotFound):
                errors = {"item": _("本部门不办理这个事项，请重新选择。")}
    page = counter.build(
        items,
        office=_office(request.actor),
        item=item,
        errors=errors,
        pull=found,
        types=dict(licences.licence_types()) if found else None,
    )
    return show(request, "console/counter.html", page, status=422 if errors else 200)


def _pull(actor: Actor, item: str, code: str) -> CounterPull:
    assert actor.division is not None
    return cataloguing.pull_for_item(
        basic_code=item, division=actor.division, code=code, actor=actor, at=clock.now()
    )


def _missing(item: str, code: str, items: tuple[ItemEntry, ...]) -> dict[str, str]:
    errors = {}
    if not code.strip():
        errors["code"] = _("请输入对方手机上的码。")
    if item not in {one.basic_code for one in items}:
        errors["item"] = _("请选择办理事项。")
    return errors


def _items(actor: Actor) -> tuple[ItemEntry, ...]:
    assert actor.department is not None
    office = directory.get_department(actor.department)
    return catalogue.list_department_items(office.guided_by or office.code, shanghai_date(clock.now()))


def _office(actor: Actor) -> str:
    assert actor.department is not None
    return directory.get_department(actor.department).name
