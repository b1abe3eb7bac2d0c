"""Reads of how resources are reached."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.exchange import models
from tongban.domains.exchange.types import Way, WayKind
from tongban.foundation.prepared import prepared


def way_versions(codes: Iterable[str]) -> Mapping[str, UUID]:
    """Of those resources that have a way, by code, which version of it is in force; one query."""
    return dict(_versions(sorted(set(codes))))


@prepared
def _versions(codes: list[str]) -> QuerySet[models.Way, tuple[str, UUID]]:
    return models.Way.objects.filter(resource_id__any_of=codes).values_list("resource_id", "version")


def get_way(code: str) -> Way | None:
    """How a resource is reached, its secret included; None for a register that the platform holds."""
    row = models.Way.objects.filter(resource_id=code).first()
    if row is None:
        return None
    return Way(
        resource=row.resource_id,
        kind=WayKind(row.kind),
        address=row.address,
        mapping=row.mapping,
        description=row.description,
        timeout_ms=row.timeout_ms,
        at_once=row.at_once,
        is_safe_to_retry=row.is_safe_to_retry,
        is_logged=row.is_logged,
        credential_header=row.credential_header,
        credential=row.credential,
    )
