"""Drafts nobody comes back to: a warning, then deletion (个人信息保护法: kept no longer than needed)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongban.domains.eforms import models
from tongban.domains.eforms.services.drafts import delete_with_uploads
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import PLATFORM

WARNED_BEFORE = timedelta(days=7)
BATCH = 500


def expire_drafts(*, at: datetime) -> int:
    """Warn the owners of drafts that end within a week, delete those whose time is over; how many went.

    No draft goes without a warning a week before, whenever the worker comes to it. Safe to run twice.
    """
    _warn(at)
    deleted = 0
    due = models.Draft.objects.filter(submitted_at__isnull=True, expires_at__lte=at, warned_at__isnull=False)
    for draft_id in list(due.order_by("id").values_list("id", flat=True)[:BATCH]):
        deleted += _delete(draft_id, at)
    return deleted


def _warn(at: datetime) -> None:
    ending = models.Draft.objects.filter(
        submitted_at__isnull=True, warned_at__isnull=True, expires_at__lte=at + WARNED_BEFORE
    )
    for draft_id in list(ending.order_by("id").values_list("id", flat=True)[:BATCH]):
        _warn_one(draft_id, at)


@transaction.atomic
def _warn_one(draft_id: UUID, at: datetime) -> None:
    row = (
        models.Draft.objects.select_for_update(skip_locked=True)
        .filter(pk=draft_id, submitted_at__isnull=True, warned_at__isnull=True)
        .first()
    )
    if row is None:
        return
    # A worker that was away gives the owner her full week all the same.
    row.expires_at = max(row.expires_at, at + WARNED_BEFORE)
    row.warned_at = at
    row.save(update_fields=["expires_at", "warned_at"])
    messaging.send(
        "DRAFT_EXPIRING",
        to_subject=row.owner_id,
        context={"title": row.title, "days": (row.expires_at - at).days},
        at=at,
    )


@transaction.atomic
def _delete(draft_id: UUID, at: datetime) -> bool:
    row = (
        models.Draft.objects.select_for_update(skip_locked=True)
        .filter(pk=draft_id, submitted_at__isnull=True, expires_at__lte=at)
        .first()
    )
    if row is None:
        return False
    audit.record(
        actor=PLATFORM,
        action="EXPIRE_DRAFT",
        at=at,
        object_type="eforms.Draft",
        object_id=str(row.pk),
        subject_id=row.subject_id,
        detail={"purpose": row.purpose},
    )
    delete_with_uploads(row)
    return True
