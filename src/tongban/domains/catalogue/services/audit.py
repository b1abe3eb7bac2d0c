"""Keeping what the audit of the three rules found, a row a day."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from tongban.domains.catalogue import models
from tongban.domains.catalogue.selectors.audit import audit_materials
from tongban.domains.catalogue.types import MaterialsAudit
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date


def record_audit(*, actor: Actor, at: datetime) -> MaterialsAudit:
    """Audit now and keep the sums as those of the day; again on the same day replaces them."""
    found = audit_materials(at=at)
    _keep(
        found,
        asked=found.total.now,
        items_with_paper=found.total.items_now,
        is_baseline=False,
        actor=actor,
        at=at,
    )
    return found


def record_baseline(*, actor: Actor, at: datetime) -> MaterialsAudit:
    """Keep what was asked for before library and exchange: everything with a basis that no form makes by itself."""
    found = audit_materials(at=at)
    _keep(
        found,
        asked=found.total.before,
        items_with_paper=found.total.items_before,
        is_baseline=True,
        actor=actor,
        at=at,
    )
    return found


@transaction.atomic
def _keep(
    found: MaterialsAudit,
    *,
    asked: int,
    items_with_paper: int,
    is_baseline: bool,
    actor: Actor,
    at: datetime,
) -> None:
    day = shanghai_date(at)
    models.MaterialAudit.objects.update_or_create(
        on=day,
        defaults={
            "taken_at": at,
            "items": found.total.items,
            "asked": asked,
            "items_with_paper": items_with_paper,
            "is_baseline": is_baseline,
            "departments": [asdict(one) for one in found.departments],
        },
    )
    audit.record(
        actor=actor,
        action="MATERIALS_AUDITED",
        at=at,
        object_type="catalogue.MaterialAudit",
        object_id=day.isoformat(),
        detail={"items": found.total.items, "asked": asked, "items_with_paper": items_with_paper},
    )
