"""Reads of the registers for domains above; departments ask through `exchange`, which leaves evidence."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.domains.registers.types import BrokenPromise, BrokenPromiseKind, Relation, RelationKind
from tongban.foundation.prepared import prepared


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


def is_trusted(subject_id: UUID) -> bool:
    """Whether a subject is taken at her word: nothing unrepaired here, not on the list of the dishonest. One query.

    国办发〔2020〕42号: who promised falsely is not offered 告知承诺 until her credit is repaired.
    """
    return not _distrust(subject_id)


@prepared
def _distrust(subject_id: UUID) -> QuerySet[models.BrokenPromise, UUID]:
    broken = models.BrokenPromise.objects.filter(subject_id=subject_id, repaired_at__isnull=True)
    listed = models.Standing.objects.filter(pk=subject_id, is_dishonest=True)
    return broken.values_list("subject_id", flat=True).union(listed.values_list("pk", flat=True))


def list_broken_promises(departments: Collection[str]) -> tuple[BrokenPromise, ...]:
    """What departments put on record and nobody repaired, the latest first."""
    rows = models.BrokenPromise.objects.filter(department__in=sorted(departments), repaired_at__isnull=True)
    return tuple(
        BrokenPromise(
            id=row.pk,
            subject_id=row.subject_id,
            subject_name=row.subject.name,
            case_number=row.case_number,
            kind=BrokenPromiseKind(row.kind),
            reason=row.reason,
            recorded_at=row.recorded_at,
        )
        for row in rows.select_related("subject").order_by("-recorded_at", "id")
    )
