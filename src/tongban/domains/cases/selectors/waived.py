"""What the applicant of a case need not bring, and what she may therefore not be asked for."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tongban.domains.cases.models import WaivedMaterial
from tongban.domains.cases.rules.requesting import Forbidden, forbidden_slots
from tongban.domains.cases.types import WaivedMaterial as WaivedView
from tongban.domains.cases.types import WaivedState
from tongban.domains.catalogue import rules as catalogue_rules
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import Guide, Rule
from tongban.domains.eforms import selectors as eforms

WAIVED_COLUMNS = (
    "code",
    "name",
    "slot",
    "rule",
    "source",
    "reference",
    "resource",
    "state",
    "wait_until",
    "tried_at",
    "got_at",
)


def list_waived(case_id: UUID) -> tuple[WaivedView, ...]:
    """A case's waived materials with what came in their place; one query."""
    rows = WaivedMaterial.objects.filter(case_id=case_id).order_by("code")
    return tuple(waived_view(row, json.loads(row.values) if row.values else {}) for row in rows)


def forbidden_requests(
    guide: Guide, *, case_id: UUID, attachments: tuple[UUID, ...], at: datetime
) -> Mapping[str, Forbidden]:
    """By slot of the form, what may not be asked for in a case, by the one verdict of the catalogue."""
    sources = catalogue.sources_of([guide], at=at)[guide.substance.basic_code]
    rows = WaivedMaterial.objects.filter(case_id=case_id).values_list("code", "state")
    return forbidden_slots(
        catalogue_rules.every_verdict(guide.substance, sources),
        states={code: WaivedState(state) for code, state in rows},
        brought={one.slot for one in eforms.get_attachments(attachments)} if attachments else frozenset(),
    )


def waived_view(row: WaivedMaterial, values: Mapping[str, object] | None = None) -> WaivedView:
    return WaivedView(
        code=row.code,
        name=row.name,
        slot=row.slot,
        rule=Rule(row.rule),
        source=row.source,
        reference=row.reference,
        resource=row.resource,
        state=WaivedState(row.state),
        wait_until=row.wait_until,
        tried_at=row.tried_at,
        got_at=row.got_at,
        values=values or {},
    )
