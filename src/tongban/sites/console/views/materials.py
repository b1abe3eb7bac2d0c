"""三个一律 in the console: the report for those who keep items and for who answers for the office."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.domains.catalogue import rules
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import MaterialsAudit
from tongban.domains.directory import selectors as directory
from tongban.foundation import clock
from tongban.kernel.actors import Actor, Role
from tongban.sites.console.pages import materials
from tongban.sites.console.screen import EDITORS, show
from tongban.sites.shared.csv_files import csv_file
from tongban.sites.shared.policies import ActorRequest, officer

REPORTED_TO = (*EDITORS, Role.SUPERVISOR, Role.DATA_STEWARD)


@officer(*REPORTED_TO)
@require_safe
def report(request: ActorRequest) -> HttpResponse:
    found, whose, is_city = _audit(request.actor)
    page = materials.build(found, catalogue.list_audits(), whose=whose, is_city=is_city)
    return show(request, "console/materials.html", page)


@officer(*REPORTED_TO)
@require_safe
def download(request: ActorRequest) -> HttpResponse:
    found, _whose, _is_city = _audit(request.actor)
    return csv_file(materials.csv_rows(found), "materials.csv")


def _audit(actor: Actor) -> tuple[MaterialsAudit, str, bool]:
    """What the officer answers for: the data bureau the whole city, the others what their department keeps."""
    found = catalogue.audit_materials(at=clock.now())
    own = {code: directory.get_department(code) for code in actor.departments}
    # An office carries out what the body that guides it keeps.
    departments = own.keys() | {one.guided_by for one in own.values() if one.guided_by is not None}
    if settings.DATA_BUREAU in departments:
        return found, _("全市"), True
    names = directory.department_names(departments)
    return rules.of_departments(found, departments), _("、").join(sorted(names.values())), False
