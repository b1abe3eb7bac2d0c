"""Reads of messaging."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_noop

from tongban.domains.messaging import models
from tongban.domains.messaging.types import Channel, Message, Receipt, SandboxMail, Template
from tongban.kernel.errors import TongbanError

_TEMPLATES = Path(__file__).parent / "data" / "templates.json"


class TemplateNotFound(TongbanError):
    code: ClassVar[str] = "TEMPLATE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("消息没有发出：没有这种消息的模板。")


class MessageNotFound(TongbanError):
    code: ClassVar[str] = "MESSAGE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这条消息。请在“我的消息”中查看。")


@cache
def templates() -> Mapping[str, Template]:
    """Every message template by code; they ship with the software."""
    rows = json.loads(_TEMPLATES.read_text(encoding="utf-8"))
    return MappingProxyType({row["code"]: Template(**row) for row in rows})


def get_template(code: str) -> Template:
    """One template; raises `TemplateNotFound`."""
    found = templates().get(code)
    if found is None:
        raise TemplateNotFound(f"message template {code}")
    return found


def inbox(subject_ids: Iterable[UUID], *, limit: int = 50, before: UUID | None = None) -> list[Message]:
    """Messages to these subjects, newest first, from the one before `before` on; one query."""
    rows = models.Message.objects.filter(to_subject_id__in=set(subject_ids))
    if before is not None:
        # Ids are made in time order, so the id is the cursor.
        rows = rows.filter(pk__lt=before)
    return [as_message(row) for row in rows.order_by("-pk")[:limit]]


def get_message(message_id: UUID, *, subject_ids: Iterable[UUID]) -> Message:
    """One message to one of these subjects; raises `MessageNotFound`, for another's message as for none."""
    row = models.Message.objects.filter(pk=message_id, to_subject_id__in=set(subject_ids)).first()
    if row is None:
        raise MessageNotFound(f"message {message_id}")
    return as_message(row)


def unread_count(subject_ids: Iterable[UUID]) -> int:
    """How many messages to these subjects have not been opened."""
    return models.Message.objects.filter(to_subject_id__in=set(subject_ids), read_at__isnull=True).count()


def receipts(message_id: UUID) -> list[Receipt]:
    """Where a message went besides the inbox."""
    rows = models.Receipt.objects.filter(message_id=message_id).order_by("delivered_at", "pk")
    return [
        Receipt(Channel(row.channel), row.masked_address, row.delivered_at, row.is_refused) for row in rows
    ]


def refused_addresses(subject_ids: Iterable[UUID]) -> list[str]:
    """The masked addresses of these subjects that refused the last mail sent to them; one query."""
    newest = (
        models.Receipt.objects.filter(message__to_subject_id__in=set(subject_ids))
        .order_by("address_hash", "-delivered_at", "-pk")
        .distinct("address_hash")
    )
    return sorted(row.masked_address for row in newest if row.is_refused)


def list_sandbox_mail(*, limit: int = 50) -> list[SandboxMail]:
    """What the sandbox kept, newest first; shown in demos only."""
    rows = models.SandboxMail.objects.order_by("-kept_at", "-pk")[:limit]
    return [SandboxMail(row.pk, tuple(row.to), row.subject, row.body, row.kept_at) for row in rows]


def as_message(row: models.Message) -> Message:
    return Message(
        id=row.pk,
        template=row.template,
        to_subject=row.to_subject_id,
        title=row.title,
        body=row.body,
        next_action=row.next_action,
        case_number=row.case_number,
        sent_at=row.sent_at,
        read_at=row.read_at,
    )
