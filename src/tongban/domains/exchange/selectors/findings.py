"""Reads of what providers have to put right."""

from collections.abc import Iterable
from uuid import UUID

from tongban.domains.exchange import models
from tongban.domains.exchange.types import Finding, FindingKind


def get_finding(finding_id: UUID) -> Finding:
    """One finding, answered or not."""
    return as_finding(models.Finding.objects.select_related("resource").get(pk=finding_id))


def find_finding(finding_id: UUID, *, departments: Iterable[str]) -> Finding | None:
    """One finding about a resource of these departments, None for another's."""
    rows = models.Finding.objects.filter(pk=finding_id, resource__provider__code__in=set(departments))
    row = rows.select_related("resource").first()
    return None if row is None else as_finding(row)


def list_findings(departments: Iterable[str], *, only_open: bool = True) -> tuple[Finding, ...]:
    """What the resources of these departments have to put right, the most urgent first."""
    rows = models.Finding.objects.filter(resource__provider_id__in=set(departments))
    if only_open:
        rows = rows.filter(answered_at__isnull=True)
    return tuple(as_finding(row) for row in rows.select_related("resource").order_by("due_on", "id"))


def as_finding(row: models.Finding) -> Finding:
    return Finding(
        id=row.pk,
        resource=row.resource_id,
        resource_name=row.resource.name,
        provider=row.resource.provider_id,
        kind=FindingKind(row.kind),
        text=row.text,
        reference=row.reference,
        found_at=row.found_at,
        due_on=row.due_on,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )
