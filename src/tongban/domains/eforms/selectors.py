"""Reads of drafts and uploads. A draft that is somebody else's is not found."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.eforms import models, rules
from tongban.domains.eforms.types import Attachment, AttachmentStatus, Draft
from tongban.foundation.prepared import prepared
from tongban.foundation.storage import services as storage
from tongban.kernel.errors import TongbanError

KEPT_FOR = timedelta(days=60)


class DraftNotFound(TongbanError):
    """No such draft, or not the asker's: both look the same."""

    code: ClassVar[str] = "DRAFT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop(
        "没有找到这份草稿。超过60天没有改动的草稿会被删除，请重新开始。"
    )


class AttachmentNotFound(TongbanError):
    code: ClassVar[str] = "ATTACHMENT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这个附件。")


@dataclass(frozen=True, slots=True)
class FileContent:
    """An upload opened for reading."""

    attachment: Attachment
    data: bytes


def get_draft(draft_id: UUID, owner_id: UUID) -> Draft:
    """The owner's draft, submitted or not; raises `DraftNotFound`. Two queries."""
    found = _own_draft(draft_id, owner_id)
    if not found:
        raise DraftNotFound(f"draft {draft_id}")
    return as_draft(found[0], _uploads(draft_id))


def list_drafts(owner_id: UUID) -> tuple[Draft, ...]:
    """The owner's unfinished drafts, last saved first. Two queries."""
    rows = models.Draft.objects.filter(owner_id=owner_id, submitted_at__isnull=True)
    return tuple(as_draft(row) for row in rows.order_by("-saved_at", "-id").prefetch_related("attachments"))


def count_open_drafts(purposes: Iterable[str]) -> int:
    """How many unfinished drafts are for one of these purposes."""
    return models.Draft.objects.filter(purpose__in=list(purposes), submitted_at__isnull=True).count()


def get_attachments(attachment_ids: Iterable[UUID]) -> tuple[Attachment, ...]:
    """The uploads by id, in the order given; unknown ones are left out. The caller judges who may see them."""
    wanted = list(dict.fromkeys(attachment_ids))
    found = {row.pk: as_attachment(row) for row in models.Attachment.objects.filter(pk__in=wanted)}
    return tuple(found[one] for one in wanted if one in found)


def open_attachment(attachment_id: UUID) -> FileContent:
    """The content of an upload that passed the scan; the caller judges who may see it and records the look.

    Raises `AttachmentNotFound`, also for one that is held or was refused.
    """
    row = models.Attachment.objects.filter(pk=attachment_id, status=AttachmentStatus.CLEAN).first()
    if row is None:
        raise AttachmentNotFound(f"attachment {attachment_id}")
    return FileContent(as_attachment(row), storage.read(row.storage_key))


def open_thumbnail(draft_id: UUID, attachment_id: UUID, owner_id: UUID) -> bytes:
    """The small picture (JPEG) of an upload to the owner's draft; raises `AttachmentNotFound`."""
    row = models.Attachment.objects.filter(
        pk=attachment_id, draft_id=draft_id, draft__owner_id=owner_id, status=AttachmentStatus.CLEAN
    ).first()
    if row is None or not row.thumbnail_key:
        raise AttachmentNotFound(f"thumbnail of {attachment_id}")
    return storage.read(row.thumbnail_key)


def as_draft(row: models.Draft, uploads: Iterable[models.Attachment] | None = None) -> Draft:
    content = json.loads(row.content)
    attachments = sorted(
        row.attachments.all() if uploads is None else uploads, key=lambda one: (one.uploaded_at, one.pk)
    )
    return Draft(
        id=row.pk,
        owner_id=row.owner_id,
        subject_id=row.subject_id,
        purpose=row.purpose,
        division=row.division,
        facts=MappingProxyType({key: rules.kept(value) for key, value in content["facts"].items()}),
        answers=MappingProxyType(rules.read_answers(content["answers"])),
        attachments=tuple(as_attachment(one) for one in attachments),
        idempotency_key=row.idempotency_key,
        revision=row.revision,
        created_at=row.created_at,
        saved_at=row.saved_at,
        expires_at=row.expires_at,
        submitted_at=row.submitted_at,
        title=row.title,
        known=MappingProxyType(rules.read_answers(content["known"])),
        optional_items=tuple(content["optional_items"]),
        parties=MappingProxyType({role: UUID(one) for role, one in content["parties"].items()}),
        # Drafts of an earlier release do not say it.
        looked_up_at=datetime.fromisoformat(content.get("looked_up_at", row.created_at.isoformat())),
    )


@prepared
def _own_draft(draft_id: UUID, owner_id: UUID) -> QuerySet[models.Draft]:
    return models.Draft.objects.filter(pk=draft_id, owner_id=owner_id)


@prepared
def _uploads(draft_id: UUID) -> QuerySet[models.Attachment]:
    return models.Attachment.objects.filter(draft_id=draft_id)


def as_attachment(row: models.Attachment) -> Attachment:
    return Attachment(
        id=row.pk,
        slot=row.slot,
        filename=row.filename,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        status=AttachmentStatus(row.status),
        has_thumbnail=bool(row.thumbnail_key),
        uploaded_at=row.uploaded_at,
    )
