"""Reads of reports."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.licences import models
from tongban.domains.licences.types import Report, ReportKind, ReportOutcome


def get_report(report_id: UUID) -> Report:
    """One report, answered or not; the caller has judged who may see it."""
    return _as_report(_rows().get(pk=report_id))


def find_report(report_id: UUID, *, issuers: Collection[str]) -> Report | None:
    """One report to one of these issuers, None when there is none."""
    row = _rows().filter(pk=report_id, licence__issuer__code__in=issuers).first()
    return None if row is None else _as_report(row)


def list_reports_to(
    issuers: Collection[str], *, only_open: bool = True, limit: int = 200
) -> tuple[Report, ...]:
    """What was reported to these issuers: open ones the most urgent first, answered ones the newest first; one query."""
    rows = _rows().filter(licence__issuer__code__in=issuers, answered_at__isnull=only_open)
    rows = rows.order_by("due_on", "id") if only_open else rows.order_by("-answered_at", "-id")
    return tuple(_as_report(row) for row in rows[:limit])


def list_reports_on(number: str) -> tuple[Report, ...]:
    """What was reported on a licence, newest first; one query."""
    rows = _rows().filter(licence__number=number).order_by("-filed_at", "-id")
    return tuple(_as_report(row) for row in rows)


def _rows() -> QuerySet[models.Report]:
    return models.Report.objects.select_related("licence__licence_type")


def _as_report(row: models.Report) -> Report:
    return Report(
        id=row.pk,
        ticket=row.ticket,
        kind=ReportKind(row.kind),
        number=row.licence.number,
        licence_name=row.licence.licence_type.name,
        holder_name=row.licence.holder_name,
        issuer=row.licence.issuer_id,
        issuer_name=row.licence.issuer_name,
        text=row.text,
        place=row.place,
        reporter_name=row.reporter_name,
        filed_at=row.filed_at,
        due_on=row.due_on,
        outcome=None if row.outcome is None else ReportOutcome(row.outcome),
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )
