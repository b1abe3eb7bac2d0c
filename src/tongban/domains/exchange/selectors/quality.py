"""Reads of quality rules, of what runs found, and of batch files."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models
from tongban.domains.exchange.rules import quality
from tongban.domains.exchange.selectors.catalogue import entries
from tongban.domains.exchange.types import (
    Batch,
    BatchState,
    Check,
    Dimension,
    QualityRule,
    QualityRun,
    QuarantinedRow,
    RuleOutcome,
)
from tongban.domains.standards import selectors as standards
from tongban.foundation import crypto
from tongban.kernel.errors import TongbanError

ROW_CONTEXT = "exchange.quarantined_row.values"


class BatchNotFound(TongbanError):
    code: ClassVar[str] = "BATCH_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个批量文件。请从批量文件的列表中打开。")


def rules_of(resource: str) -> list[QualityRule]:
    """What is demanded of a resource's rows: by the catalogue, then by its own rules."""
    fields = [field for entry in entries([resource]) for field in entry.fields]
    rows = models.QualityRule.objects.filter(resource_id=resource).order_by("code")
    return quality.schema_rules(resource, fields, standards.elements()) + [_as_rule(row) for row in rows]


def get_quality_run(run_id: UUID) -> QualityRun:
    """One run with what each rule found."""
    return _as_runs([models.QualityRun.objects.select_related("resource").get(pk=run_id)])[0]


def list_quality_runs(resource: str, *, limit: int = 12) -> tuple[QualityRun, ...]:
    """The latest runs of a resource, newest first; two queries."""
    rows = models.QualityRun.objects.filter(resource_id=resource).select_related("resource")
    return _as_runs(list(rows.order_by("-at", "-id")[:limit]))


def recent_quality(resources: Iterable[str], *, last: int) -> Mapping[str, Sequence[QualityRun]]:
    """By resource its latest runs, newest first; two queries."""
    nth = Window(RowNumber(), partition_by=[F("resource_id")], order_by=[F("at").desc(), F("id").desc()])
    rows = models.QualityRun.objects.filter(resource_id__in=set(resources)).annotate(nth=nth)
    latest = rows.filter(nth__lte=last).select_related("resource").order_by("resource_id", "nth")
    found: dict[str, list[QualityRun]] = {}
    for run in _as_runs(list(latest)):
        found.setdefault(run.resource, []).append(run)
    return found


def list_batches(departments: Iterable[str], *, limit: int = 50) -> tuple[Batch, ...]:
    """What these departments dropped, newest first."""
    rows = models.Batch.objects.filter(resource__provider__code__in=set(departments))
    return tuple(_as_batch(row) for row in rows.select_related("resource").order_by("-received_at")[:limit])


def get_batch(batch_id: UUID) -> Batch:
    """One batch file; raises `BatchNotFound`."""
    row = models.Batch.objects.filter(pk=batch_id).select_related("resource").first()
    if row is None:
        raise BatchNotFound(f"batch {batch_id}")
    return _as_batch(row)


def list_quarantine(
    batch_id: UUID, *, after: int | None = None, limit: int | None = None
) -> tuple[QuarantinedRow, ...]:
    """Rows of a batch that were not taken, in the order of the file, from the row after `after`.

    Lines that could not be read have no number in the file's order: theirs are negative.
    """
    rows = models.QuarantinedRow.objects.filter(batch_id=batch_id).order_by("row")
    if after is not None:
        rows = rows.filter(row__gt=after)
    return tuple(
        QuarantinedRow(
            row.row, tuple(row.reasons), json.loads(crypto.decrypt(row.values_cipher, ROW_CONTEXT))
        )
        for row in rows[:limit]
    )


def _as_runs(rows: list[models.QualityRun]) -> tuple[QualityRun, ...]:
    outcomes: dict[UUID, list[RuleOutcome]] = {row.pk: [] for row in rows}
    counts = {row.pk: row.rows for row in rows}
    for one in models.RuleOutcome.objects.filter(run__in=rows).order_by("run_id", "position"):
        outcomes[one.run_id].append(
            RuleOutcome(
                one.code, one.text, Dimension(one.dimension), counts[one.run_id], one.wrong, one.least
            )
        )
    return tuple(
        QualityRun(
            id=row.pk,
            resource=row.resource_id,
            resource_name=row.resource.name,
            provider=row.resource.provider_id,
            at=row.at,
            rows=row.rows,
            score=row.score,
            outcomes=tuple(outcomes[row.pk]),
        )
        for row in rows
    )


def _as_rule(row: models.QualityRule) -> QualityRule:
    return QualityRule(
        resource=row.resource_id,
        code=row.code,
        dimension=Dimension(row.dimension),
        check=Check(row.check_kind),
        fields=tuple(row.fields),
        params=row.params,
        text=row.text,
        least=row.least,
    )


def _as_batch(row: models.Batch) -> Batch:
    return Batch(
        id=row.pk,
        resource=row.resource_id,
        resource_name=row.resource.name,
        provider=row.resource.provider_id,
        file_name=row.file_name,
        received_at=row.received_at,
        state=BatchState(row.state),
        reason=row.reason,
        rows=row.rows,
        kept=row.kept,
        quarantined=row.quarantined,
        finished_at=row.finished_at,
    )
