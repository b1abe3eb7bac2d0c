"""Drafts ready to be handed in, as many as wanted, from one that was filled in page by page."""

from uuid import UUID

from django.db import connection, transaction

from tongban.domains.eforms.models import Draft
from tongban.kernel.ids import new_id

# What is encrypted is bound to its column, not to its row, and is copied as it lies there.
_COPY_DRAFT = """
INSERT INTO eforms_draft SELECT made.* FROM eforms_draft original, unnest(%s::uuid[]) AS fresh (id),
    jsonb_populate_record(original, jsonb_build_object('id', fresh.id, 'idempotency_key', 'copy ' || fresh.id)) AS made
WHERE original.id = %s
"""
_COPY_UPLOAD = """
INSERT INTO eforms_attachment SELECT made.* FROM eforms_attachment original, unnest(%s::uuid[], %s::uuid[]) AS fresh (id, draft_id),
    jsonb_populate_record(original, jsonb_build_object('id', fresh.id, 'draft_id', fresh.draft_id)) AS made
WHERE original.id = %s
"""


def copies(original: Draft, total: int) -> list[UUID]:
    """As many drafts more, each with its own key and its own rows of uploads."""
    drafts = [new_id() for _number in range(total)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COPY_DRAFT, [drafts, original.pk])
        for upload in original.attachments.all():
            cursor.execute(_COPY_UPLOAD, [[new_id() for _draft in drafts], drafts, upload.pk])
    return drafts
