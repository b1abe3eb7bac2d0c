"""Reads of uses."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.licences import models
from tongban.domains.licences.types import Use, UseKind


def list_uses_of(number: str, *, limit: int = 50) -> tuple[Use, ...]:
    """Who used a licence, newest first; one query."""
    return _newest(models.Use.objects.filter(licence__number=number), limit)


def list_uses_for(holder_ids: Iterable[UUID], *, limit: int = 50) -> tuple[Use, ...]:
    """Who used the licences of these holders, newest first; one query."""
    return _newest(models.Use.objects.filter(licence__holder_id__in=set(holder_ids)), limit)


def cases_relying_on(number: str) -> tuple[str, ...]:
    """Numbers of the cases for which a licence was used, open or not; one query."""
    rows = models.Use.objects.filter(licence__number=number).exclude(case_number="")
    return tuple(rows.order_by("case_number").values_list("case_number", flat=True).distinct())


def _newest(rows: QuerySet[models.Use], limit: int) -> tuple[Use, ...]:
    found = rows.select_related("licence__licence_type").order_by("-at", "-id")[:limit]
    return tuple(
        Use(
            at=row.at,
            number=row.licence_id,
            licence_name=row.licence.licence_type.name,
            holder_id=row.licence.holder_id,
            kind=UseKind(row.kind),
            used_by=row.used_by,
            department=row.department,
            purpose=row.purpose,
            case_number=row.case_number,
            fields=tuple(row.fields),
        )
        for row in found
    )
