"""业务手册 for whoever handles, supervises or keeps an item; every version stays readable under its address."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from tongban.domains.catalogue import selectors as catalogue
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import manual
from tongban.sites.console.screen import EDITORS, READERS, show
from tongban.sites.shared import guide_page
from tongban.sites.shared.policies import ActorRequest, officer


@officer(*READERS, *EDITORS)
@require_safe
def list_manuals(request: ActorRequest) -> HttpResponse:
    guides = catalogue.list_guides_of(request.actor.departments, shanghai_date(clock.now()))
    return show(request, "console/manuals.html", manual.build_list(guides))


@officer(*READERS, *EDITORS)
@require_safe
def show_manual(request: ActorRequest, substance_id: UUID, procedure_id: UUID) -> HttpResponse:
    guide = catalogue.get_guide_by_versions(substance_id, procedure_id)
    bodies = {guide.substance.department.code, guide.procedure.department.code}
    if bodies.isdisjoint(request.actor.departments):
        raise Http404
    page = guide_page.read_page(guide, place=guide.procedure.division)
    return show(request, "console/manual.html", manual.build(catalogue.get_manual(guide), page))
