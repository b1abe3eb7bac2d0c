"""Drafts ready to be handed in, as many as wanted, from one that was filled in page by page."""

import copy
from uuid import UUID

from tongban.domains.eforms.models import Attachment, Draft
from tongban.kernel.ids import new_id


def copies(original: Draft, total: int) -> list[UUID]:
    """As many drafts more, each with its own key and its own rows of uploads."""
    uploads = list(original.attachments.all())
    drafts, attachments = [], []
    for _number in range(total):
        draft = copy.copy(original)
        draft.pk, draft.idempotency_key = new_id(), str(new_id())
        drafts.append(draft)
        for upload in uploads:
            upload_copy = copy.copy(upload)
            upload_copy.pk, upload_copy.draft = new_id(), draft
            attachments.append(upload_copy)
    Draft.objects.bulk_create(drafts, batch_size=1_000)
    Attachment.objects.bulk_create(attachments, batch_size=1_000)
    return [draft.pk for draft in drafts]
