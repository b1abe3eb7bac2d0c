"""Reads of collections: what was taken in, what was found."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.licences import models
from tongban.domains.licences.types import CollectReport, FaultKind, StockFinding
from tongban.kernel.errors import TongbanError

FINDINGS_SHOWN = 500


class CollectionNotFound(TongbanError):
    code: ClassVar[str] = "COLLECTION_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这次归集。请从归集列表打开。")


def get_collection(collection_id: UUID) -> CollectReport:
    """One collection with its findings, refused rows first; raises `CollectionNotFound`."""
    row = _collections().filter(pk=collection_id).first()
    if row is None:
        raise CollectionNotFound(f"collection {collection_id}")
    found = models.CollectionFinding.objects.filter(collection=row).order_by("-is_refused", "line", "id")
    return _as_report(row, tuple(_as_finding(one) for one in found[:FINDINGS_SHOWN]))


def list_collections(issuers: Iterable[str]) -> tuple[CollectReport, ...]:
    """The newest collections of these departments' stocks, without their findings; one query."""
    rows = _collections().filter(issuer__in=list(issuers)).order_by("-collected_at", "-id")
    return tuple(_as_report(row, ()) for row in rows[:100])


def _collections() -> QuerySet[models.Collection]:
    return models.Collection.objects.select_related("licence_type", "issuer")


def _as_finding(row: models.CollectionFinding) -> StockFinding:
    return StockFinding(row.line, FaultKind(row.kind), row.field, row.text, is_refused=row.is_refused)


def _as_report(row: models.Collection, findings: tuple[StockFinding, ...]) -> CollectReport:
    return CollectReport(
        id=row.pk,
        licence_type=row.licence_type_id,
        licence_name=row.licence_type.name,
        issuer=row.issuer_id,
        issuer_name=row.issuer.name,
        source=row.source,
        collected_at=row.collected_at,
        collected_by=row.collected_by,
        rows=row.rows,
        created=row.created,
        corrected=row.corrected,
        unchanged=row.unchanged,
        refused=row.refused,
        findings=findings,
    )
