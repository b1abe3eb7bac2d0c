"""Reads of the audit trail: who looked at whose data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from tongban.foundation.audit import models
from tongban.kernel.actors import ActorKind


@dataclass(frozen=True, slots=True)
class Looked:
    """One entry that is a look at a subject's data; `position` in the chain, None until it is sealed."""

    id: int
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    department: str
    action: str
    object_id: str
    subject_id: UUID | None
    case_number: str
    detail: Mapping[str, Any]  # Any: codes and counts as their writers put them
    position: int | None


@dataclass(frozen=True, slots=True)
class LookFilter:
    """Which looks: in whichever way anybody looked (`by_anyone`), or opened by somebody else than a citizen (`by_others`)."""

    by_anyone: Collection[str]
    by_others: Collection[str]
    department: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""


def list_looks(
    subject_id: UUID, wanted: LookFilter, *, before: tuple[datetime, int] | None = None, limit: int
) -> list[Looked]:
    """Looks at a subject's data, the newest first; those before an instant and id, to go on. One query."""
    rows = _looks(wanted).filter(subject_id=subject_id)
    if wanted.department:
        rows = rows.filter(department=wanted.department)
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    if before is not None:
        at, entry_id = before
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=entry_id))
    return [_looked(row) for row in rows.order_by("-at", "-pk")[:limit]]


def get_looks(ids: Collection[int]) -> Mapping[int, Looked]:
    """Entries by id. One query."""
    return {row.pk: _looked(row) for row in _with_position().filter(pk__in=set(ids))}


def departments_that_looked(subject_id: UUID, wanted: LookFilter) -> frozenset[str]:
    """Codes of the departments that ever looked at a subject's data. One query."""
    rows = _looks(wanted).filter(subject_id=subject_id).exclude(department="")
    return frozenset(rows.order_by().values_list("department", flat=True).distinct())


def looks_sealed_after(position: int, wanted: LookFilter, *, limit: int) -> tuple[list[Looked], int]:
    """The looks among the next `limit` entries of the chain, and where those entries end: nothing is missed or seen twice."""
    links = list(
        models.Link.objects.filter(position__gt=position)
        .order_by("position")
        .values_list("position", "entry_id")[:limit]
    )
    if not links:
        return [], position
    rows = _looks(wanted).filter(pk__in=[entry for _position, entry in links], subject_id__isnull=False)
    return [_looked(row) for row in rows.order_by("pk")], links[-1][0]


def _looks(wanted: LookFilter) -> "QuerySet[models.Entry]":
    return _with_position().filter(
        Q(action__in=set(wanted.by_anyone))
        | Q(action__in=set(wanted.by_others)) & ~Q(actor_kind=ActorKind.CITIZEN.value)
    )


def _with_position() -> "QuerySet[models.Entry]":
    link = models.Link.objects.filter(entry_id=OuterRef("pk")).values("position")[:1]
    return models.Entry.objects.annotate(position=Subquery(link))


def _looked(row: models.Entry) -> Looked:
    return Looked(
        id=row.pk,
        at=row.at,
        actor_kind=ActorKind(row.actor_kind),
        actor_id=row.actor_id,
        department=row.department,
        action=row.action,
        object_id=row.object_id,
        subject_id=row.subject_id,
        case_number=row.case_number,
        detail=row.detail,
        position=row.position,  # type: ignore[attr-defined]  # annotated in _with_position
    )
