"""Uploads: looked at before they are kept, scanned before anybody opens them."""

import re
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO, ClassVar
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.eforms import models, selectors
from tongban.domains.eforms.selectors import AttachmentNotFound
from tongban.domains.eforms.services.drafts import lock_draft, touch
from tongban.domains.eforms.types import Attachment, AttachmentStatus
from tongban.foundation.storage import services as storage
from tongban.foundation.storage import uploads
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

log = structlog.get_logger(__name__)
MOST_PER_SLOT = 10
MOST_PER_DRAFT = 100
_SLOT = re.compile(r"[A-Za-z0-9_.:-]{1,120}")
LONGEST_NAME = 120


class SlotFull(TongbanError):
    code: ClassVar[str] = "SLOT_FULL"
    default_sentence: ClassVar[str] = gettext_noop(
        "一种材料最多上传10个文件。请合并后再传，或先移除不需要的文件。"
    )


def attach(
    draft_id: UUID, slot: str, stream: BinaryIO, filename: str, *, actor: Actor, at: datetime
) -> Attachment:
    """Keep an upload for a slot of the form.

    Held, not dropped, while the scanner does not answer. Raises `DraftNotFound`, `AlreadySubmitted`,
    `SlotFull` and `foundation.storage.uploads.UploadRefused` with a sentence for the person; then nothing was kept.
    """
    if _SLOT.fullmatch(slot) is None:
        raise uploads.UploadRefused("SLOT", _("没有这种材料。请在页面上选择要上传的材料。"))
    selectors.get_draft(draft_id, actor.subject_id or draft_id)
    inspected = uploads.inspect(stream, filename)
    status = _status(uploads.scan(inspected.data))
    stored, thumbnail = _keep(draft_id, inspected)
    with transaction.atomic():
        draft = lock_draft(draft_id, actor)
        rows = models.Attachment.objects.filter(draft=draft, slot=slot)
        same = rows.filter(sha256=stored.sha256).first()
        if same is not None:
            return selectors.as_attachment(same)
        if rows.count() >= MOST_PER_SLOT or draft.attachments.count() >= MOST_PER_DRAFT:
            raise SlotFull(f"slot {slot} of draft {draft_id} takes no more uploads")
        row = models.Attachment.objects.create(
            draft=draft,
            slot=slot,
            filename=_short(filename),
            media_type=inspected.media_type,
            size=stored.size,
            sha256=stored.sha256,
            storage_key=stored.key,
            thumbnail_key=thumbnail.key if thumbnail else "",
            status=status.value,
            uploaded_at=at,
        )
        touch(draft, at)
    return selectors.as_attachment(row)


@transaction.atomic
def detach(draft_id: UUID, attachment_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Take an upload off the draft; raises `DraftNotFound`, `AlreadySubmitted`, `AttachmentNotFound`."""
    draft = lock_draft(draft_id, actor)
    row = models.Attachment.objects.filter(pk=attachment_id, draft=draft).first()
    if row is None:
        raise AttachmentNotFound(f"attachment {attachment_id}")
    row.delete()
    # The same file in another slot of this draft is the same stored file.
    is_shared = models.Attachment.objects.filter(draft=draft, sha256=row.sha256).exists()
    keys = [] if is_shared else [key for key in (row.storage_key, row.thumbnail_key) if key]
    touch(draft, at)
    transaction.on_commit(lambda: _remove(keys))


def rescan_held() -> int:
    """Scan what was held while the scanner was away; how many got a verdict. Safe to run twice."""
    settled = 0
    held = models.Attachment.objects.filter(status=AttachmentStatus.HELD).order_by("id")
    for row in held.iterator(chunk_size=50):
        verdict = uploads.scan(storage.read(row.storage_key))
        if verdict is uploads.Scan.UNREACHABLE:
            break
        status = AttachmentStatus.CLEAN if verdict is uploads.Scan.CLEAN else AttachmentStatus.REFUSED
        settled += models.Attachment.objects.filter(pk=row.pk, status=AttachmentStatus.HELD).update(
            status=status
        )
    return settled


def _keep(
    draft_id: UUID, inspected: uploads.Inspected
) -> tuple[storage.StoredFile, storage.StoredFile | None]:
    """The file and its thumbnail, stored. Every draft has its own, so that deleting one never takes another's away."""
    thumbnail = None
    try:
        stored = storage.put(inspected.data, media_type=inspected.media_type, purpose=f"draft:{draft_id}")
        if inspected.thumbnail is not None:
            thumbnail = storage.put(
                inspected.thumbnail, media_type="image/jpeg", purpose=f"thumbnail:{draft_id}"
            )
    except storage.StorageFull as full:
        log.exception("uploads.storage_full")
        raise uploads.UploadRefused(
            "STORAGE_FULL",
            _("平台的存储空间暂时满了，这个文件没有保存，已填的内容都在。请过一小时再上传，或拨打 12345。"),
        ) from full
    return stored, thumbnail


def _status(verdict: uploads.Scan) -> AttachmentStatus:
    if verdict is uploads.Scan.INFECTED:
        raise uploads.UploadRefused(
            "INFECTED", _("这个文件没有通过病毒检查，没有保存。请在安全的设备上重新制作后再上传。")
        )
    return AttachmentStatus.CLEAN if verdict is uploads.Scan.CLEAN else AttachmentStatus.HELD


def _short(filename: str) -> str:
    """The name without a path, shortened before its suffix."""
    path = PurePath(filename.replace("\\", "/"))
    suffix = path.suffix[:10]
    return path.name.removesuffix(path.suffix)[: LONGEST_NAME - len(suffix)] + suffix


def _remove(keys: list[str]) -> None:
    for key in keys:
        storage.remove(key)
