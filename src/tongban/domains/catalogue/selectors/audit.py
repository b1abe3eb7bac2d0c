"""The audit of the three rules as things stand, and what earlier ones found."""

from datetime import date, datetime

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.selectors.guides import list_guides_of
from tongban.domains.catalogue.selectors.sources import sources_of
from tongban.domains.catalogue.types import AuditPoint, MaterialsAudit
from tongban.domains.directory import selectors as directory
from tongban.kernel.instants import shanghai_date

MOST_SHOWN = 60


def audit_materials(*, at: datetime) -> MaterialsAudit:
    """Every material of every item in force, judged by the one verdict; few queries, however many items."""
    departments = [one.code for one in directory.list_departments()]
    guides = list_guides_of(departments, shanghai_date(at))
    # What is only linked to is asked for elsewhere, by the other portal's rules.
    handled = [guide for guide in guides if not guide.procedure.external_link]
    return rules.audit(handled, sources_of(handled, at=at), at=at)


def list_audits(*, since: date | None = None) -> tuple[AuditPoint, ...]:
    """What the audits of past days found, oldest first."""
    rows = models.MaterialAudit.objects.order_by("-on")
    if since is not None:
        rows = rows.filter(on__gte=since)
    found = [
        AuditPoint(row.on, row.items, row.asked, row.items_with_paper, row.is_baseline)
        for row in rows[:MOST_SHOWN]
    ]
    return tuple(reversed(found))
