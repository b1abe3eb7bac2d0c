"""Reads of how resources are reached."""

from tongban.domains.exchange import models
from tongban.domains.exchange.types import Way, WayKind


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
