"""Reads of who may look up what."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongban.domains.exchange import models
from tongban.domains.exchange.types import Grant, GrantLine
from tongban.foundation.prepared import prepared


def grants_of(department: str, resources: Iterable[str]) -> Mapping[str, tuple[Grant, ...]]:
    """By resource, every grant that a department ever got, itself or as a district office of one that did; one prepared query."""
    found: dict[str, tuple[Grant, ...]] = {}
    for row in _grants(department, sorted(set(resources))):
        found[row.resource_id] = (*found.get(row.resource_id, ()), as_grant(row))
    return found


@prepared
def _grants(department: str, resources: list[str]) -> QuerySet[models.Grant]:
    # Not one join for both: a city department would come once for each of its offices.
    to_its_guide = models.Grant.objects.filter(department__offices__code=department).values("pk")
    return models.Grant.objects.filter(
        Q(department_id=department) | Q(pk__in=to_its_guide), resource_id__any_of=resources
    ).order_by("id")


CALLS_DAYS = 30


def list_grants(
    *,
    departments: Collection[str] | None = None,
    resource: str | None = None,
    at: datetime,
) -> tuple[GrantLine, ...]:
    """The grants that these departments gave or got, or of one resource, or all; the newest first, three queries."""
    rows = models.Grant.objects.select_related("resource__provider", "department")
    if departments is not None:
        rows = rows.filter(Q(department_id__in=departments) | Q(resource__provider_id__in=departments))
    if resource is not None:
        rows = rows.filter(resource_id=resource)
    calls = _calls_by_department(at)
    found = list(rows.order_by("-valid_from", "resource_id", "department_id"))
    labels = _labels({row.resource_id for row in found})
    return tuple(
        GrantLine(
            grant=as_grant(row),
            resource_name=row.resource.name,
            provider=row.resource.provider_id,
            provider_name=row.resource.provider.name,
            department_name=row.department.name,
            labels=tuple(labels.get((row.resource_id, name), name) for name in row.fields),
            calls=calls.get((row.resource_id, row.department_id), 0),
        )
        for row in found
    )


def _labels(resources: Collection[str]) -> Mapping[tuple[str, str], str]:
    rows = models.ResourceField.objects.filter(resource_id__in=resources)
    return {(code, name): label for code, name, label in rows.values_list("resource_id", "name", "label")}


def find_grant(grant_id: UUID, providers: Collection[str] | None) -> Grant | None:
    """A grant that one of the providers gave; None: whoever gave it. None when there is no such."""
    rows = models.Grant.objects.filter(pk=grant_id)
    if providers is not None:
        rows = rows.filter(resource__provider__code__in=providers)
    row = rows.first()
    return as_grant(row) if row else None


def _calls_by_department(at: datetime) -> Mapping[tuple[str, str], int]:
    """How often each department asked each resource lately; an office's calls are its own, not its guide's."""
    rows = models.ExchangeLog.objects.filter(at__gt=at - timedelta(days=CALLS_DAYS), at__lte=at)
    counted = rows.exclude(department="").values_list("resource_id", "department").annotate(Count("id"))
    return {(resource, department): count for resource, department, count in counted}


def as_grant(row: models.Grant) -> Grant:
    return Grant(
        resource=row.resource_id,
        department=row.department_id,
        fields=tuple(row.fields),
        purpose=row.purpose,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        items=tuple(row.items),
        system=row.system_id or "",
        per_minute=row.per_minute,
        basis=row.basis,
        id=row.pk,
    )
