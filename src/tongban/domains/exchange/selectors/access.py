"""Reads of who may look up what."""

from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet

from tongban.domains.exchange import models
from tongban.domains.exchange.types import Grant
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
