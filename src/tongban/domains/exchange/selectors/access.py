"""Reads of who may look up what."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from tongban.domains.exchange import models


def granted_fields(
    department: str, resources: Iterable[str], *, at: datetime
) -> Mapping[str, frozenset[str]]:
    """By resource, the fields a department may read at an instant, whatever the purpose."""
    rows = models.Grant.objects.filter(
        department_id=department, resource_id__in=set(resources), valid_from__lte=at
    )
    found: dict[str, frozenset[str]] = {}
    for row in rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)):
        found[row.resource_id] = found.get(row.resource_id, frozenset()) | frozenset(row.fields)
    return found
