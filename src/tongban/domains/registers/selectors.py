"""Reads of the registers for domains above; departments ask through `exchange`, which leaves evidence."""

import json
from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.domains.registers.types import (
    BrokenPromise,
    BrokenPromiseKind,
    Objection,
    ObjectionStatus,
    Relation,
    RelationKind,
)
from tongban.foundation import crypto
from tongban.foundation.prepared import prepared
from tongban.kernel.errors import TongbanError

WORDS_CONTEXT = "registers.objection.words"


class ObjectionNotFound(TongbanError):
    """No such objection, or another department's: both look the same."""

    code: ClassVar[str] = "OBJECTION_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这份异议。")


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


def get_objection(objection_id: UUID) -> Objection:
    """One objection; raises `ObjectionNotFound`."""
    row = _objections().filter(pk=objection_id).first()
    if row is None:
        raise ObjectionNotFound(f"objection {objection_id}")
    return _as_objection(row)


def list_objections_of(subject_id: UUID) -> tuple[Objection, ...]:
    """All that was ever objected in a subject's name, the latest first; one query."""
    rows = _objections().filter(subject_id=subject_id)
    return tuple(_as_objection(row) for row in rows.order_by("-raised_at", "id"))


def open_objections(
    subject_id: UUID, *, resource: str | None = None, field: str | None = None
) -> frozenset[tuple[str, str]]:
    """The values of a subject, by resource and field, to which an objection is open; one query."""
    rows = models.Objection.objects.filter(subject_id=subject_id, status=ObjectionStatus.OPEN.value)
    if resource is not None:
        rows = rows.filter(resource_id=resource)
    if field is not None:
        rows = rows.filter(field=field)
    return frozenset(rows.values_list("resource_id", "field"))


def list_objections(
    departments: Collection[str], *, is_open: bool, limit: int | None = None
) -> tuple[Objection, ...]:
    """Objections to what these departments supply: the open ones, the most urgent first, or the decided ones, the latest first."""
    rows = _objections().filter(resource__provider__code__in=sorted(departments))
    if is_open:
        rows = rows.filter(status=ObjectionStatus.OPEN.value).order_by("due_on", "id")
    else:
        rows = rows.exclude(status=ObjectionStatus.OPEN.value).order_by("-decided_at", "id")
    return tuple(_as_objection(row) for row in rows[:limit])


def _objections() -> QuerySet[models.Objection]:
    return models.Objection.objects.select_related("subject", "resource__provider")


def _as_objection(row: models.Objection) -> Objection:
    words = json.loads(crypto.decrypt(row.words_cipher, WORDS_CONTEXT))
    return Objection(
        id=row.pk,
        subject_id=row.subject_id,
        subject_name=row.subject.name,
        resource=row.resource_id,
        resource_name=row.resource.name,
        provider=row.resource.provider_id,
        provider_name=row.resource.provider.name,
        field=row.field,
        label=row.label,
        element=row.element,
        held=words["held"],
        claimed=words["claimed"],
        reason=words["reason"],
        evidence=words["evidence"],
        status=ObjectionStatus(row.status),
        raised_by_name=row.raised_by_name,
        raised_at=row.raised_at,
        due_on=row.due_on,
        answer=row.answer,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
    )
