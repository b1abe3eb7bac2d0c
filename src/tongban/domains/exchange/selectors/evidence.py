"""Reads of the sealed evidence, and when it was last verified."""

from collections.abc import Collection
from uuid import UUID

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models
from tongban.domains.exchange.types import EvidenceBatch, EvidenceCheck, ExchangeRecord
from tongban.kernel.actors import ActorKind


def list_evidence_batches(*, before: int | None = None, limit: int = 20) -> tuple[EvidenceBatch, ...]:
    """Batches, the newest first; those before a number to go on."""
    rows = models.EvidenceBatch.objects.order_by("-number").defer("ids", "leaves").prefetch_related("marks")
    if before is not None:
        rows = rows.filter(number__lt=before)
    return tuple(as_batch(row) for row in rows[:limit])


def list_exchange_records(
    *, providers: Collection[str] | None = None, ids: Collection[UUID] | None = None, limit: int = 30
) -> tuple[ExchangeRecord, ...]:
    """Records, the newest first: of these providers' resources, or of all; only these where `ids` is given."""
    rows = models.ExchangeLog.objects.select_related("resource").order_by("-serial")
    if providers is not None:
        rows = rows.filter(resource__provider__code__in=set(providers))
    if ids is not None:
        rows = rows.filter(pk__in=set(ids))
    found = list(rows[:limit])
    names = directory.department_names({row.department for row in found if row.department})
    return tuple(
        ExchangeRecord(
            exchange_id=row.pk,
            at=row.at,
            resource=row.resource_id,
            resource_name=row.resource.name,
            provider=row.resource.provider_id,
            department=row.department,
            department_name=names.get(row.department, ""),
            system=row.system,
            actor_kind=ActorKind(row.actor_kind),
            fields=tuple(row.fields),
            purpose=row.purpose,
            cause=row.cause,
            item=row.item,
            outcome=row.outcome,
            request_hash=bytes(row.request_hash),
            response_hash=bytes(row.response_hash),
            provider_reference=row.provider_reference,
        )
        for row in found
    )


def last_evidence_check() -> EvidenceCheck | None:
    """What the last verification found; None before the first one."""
    row = models.EvidenceCheck.objects.order_by("-id").first()
    return EvidenceCheck(row.at, row.entries, row.batches, row.problems) if row else None


def as_batch(row: models.EvidenceBatch) -> EvidenceBatch:
    marks = {mark.kind: mark.at for mark in row.marks.all()}
    return EvidenceBatch(
        number=row.number,
        size=row.size,
        sealed_at=row.sealed_at,
        root=bytes(row.root),
        previous=bytes(row.previous),
        head=bytes(row.head),
        key_id=row.key_id,
        signature=bytes(row.signature),
        stamped_at=marks.get(models.EvidenceMark.Kind.STAMPED),
        exported_at=marks.get(models.EvidenceMark.Kind.EXPORTED),
    )
