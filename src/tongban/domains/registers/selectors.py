"""Reads of the registers for domains above; departments ask through `exchange`, which leaves evidence."""

from uuid import UUID

from django.db.models import Q

from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.domains.registers.types import Relation, RelationKind


def list_relations(subject_id: UUID, kind: RelationKind | None = None) -> list[Relation]:
    """Every open relation a subject stands in, on either side, oldest first."""
    rows = models.Relation.objects.filter(
        Q(subject_id=subject_id) | Q(other_id=subject_id), until_date__isnull=True
    )
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = list(rows.order_by("since_date", "id"))
    subjects = identity.get_subjects({row.subject_id for row in found} | {row.other_id for row in found})
    return [
        Relation(
            kind=RelationKind(row.kind),
            subject=subjects[row.subject_id],
            other=subjects[row.other_id],
            reference=row.reference,
            since_date=row.since_date,
            until_date=row.until_date,
        )
        for row in found
    ]
