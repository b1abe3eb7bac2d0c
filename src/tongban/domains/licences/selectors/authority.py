"""Reads of consents."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.licences import models
from tongban.domains.licences.types import Consent, ConsentItem, ConsentStatus


def get_consent(consent_id: UUID) -> Consent:
    """One consent; the caller has judged who may see it."""
    return as_consent(_rows().get(pk=consent_id))


def find_consent(consent_id: UUID) -> Consent | None:
    """One consent, None when there is none; the caller judges who may see it."""
    row = _rows().filter(pk=consent_id).first()
    return None if row is None else as_consent(row)


def find_consent_of_department(consent_id: UUID, department: str) -> Consent | None:
    """One that a department asked for, None when there is none."""
    row = _rows().filter(pk=consent_id, department__code=department).first()
    return None if row is None else as_consent(row)


def list_consents_of(holder_ids: Iterable[UUID], *, limit: int = 100) -> tuple[Consent, ...]:
    """What these holders were asked for, newest first; three queries however many there are."""
    rows = _rows().filter(holder_id__in=set(holder_ids)).order_by("-asked_at", "-id")
    return tuple(as_consent(row) for row in rows[:limit])


def list_consents_asked_by(user_id: UUID, *, limit: int = 100) -> tuple[Consent, ...]:
    """What a firm asked holders for, newest first; three queries however many there are."""
    rows = _rows().filter(user_id=user_id).order_by("-asked_at", "-id")
    return tuple(as_consent(row) for row in rows[:limit])


def as_consent(row: models.Consent) -> Consent:
    items = sorted(row.items.all(), key=lambda item: item.licence_type_id)
    return Consent(
        id=row.pk,
        holder_id=row.holder_id,
        holder_name=row.holder.name,
        user_id=row.user_id,
        department=row.department_id or "",
        user_name=row.user_name,
        purpose=row.purpose,
        items=tuple(
            ConsentItem(item.licence_type_id, item.licence_type.name, tuple(item.fields)) for item in items
        ),
        is_once=row.is_once,
        valid_to=row.valid_to,
        status=ConsentStatus(row.status),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _rows() -> QuerySet[models.Consent]:
    return models.Consent.objects.select_related("holder").prefetch_related("items__licence_type")
