"""A draft from its first field to its submission."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from tongban.domains.eforms import models, rules, selectors
from tongban.domains.eforms.selectors import KEPT_FOR, DraftNotFound
from tongban.domains.eforms.types import Answer, Draft
from tongban.domains.standards import selectors as standards
from tongban.foundation.audit import services as audit
from tongban.foundation.prepared import Statement
from tongban.foundation.storage import services as storage
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id
from tongban.kernel.instants import shanghai_date

_CLOSE = Statement(
    "close_draft",
    "UPDATE eforms_draft SET submitted_at = $1 WHERE id = $2 AND owner_id = $3 AND submitted_at IS NULL",
)


class NotBound(TongbanError):
    """The account stands for nobody yet, so nothing can be kept in anybody's name."""

    code: ClassVar[str] = "NOT_BOUND"
    default_sentence: ClassVar[str] = gettext_noop("请先完成实名认证，再填写申请表。")


class StaleDraft(TongbanError):
    """Saved elsewhere since this page was opened; nothing is overwritten."""

    code: ClassVar[str] = "STALE_DRAFT"
    default_sentence: ClassVar[str] = gettext_noop(
        "这份表单刚在另一个页面或另一台设备上保存过，这次没有保存，以免覆盖。请刷新页面，在最新内容上继续填。"
    )


class AlreadySubmitted(TongbanError):
    code: ClassVar[str] = "ALREADY_SUBMITTED"
    default_sentence: ClassVar[str] = gettext_noop("这份申请已经提交，不能再改。请在“我的办件”里查看。")


@transaction.atomic
def create_draft(
    *,
    purpose: str,
    title: str,
    division: str,
    facts: Mapping[str, object],
    actor: Actor,
    at: datetime,
    answers: Mapping[str, Answer] | None = None,
    known: Mapping[str, Answer] | None = None,
    optional_items: Iterable[str] = (),
    parties: Mapping[str, UUID] | None = None,
) -> Draft:
    """A new draft in the name of whom the actor acts for; raises `NotBound`."""
    if actor.subject_id is None:
        raise NotBound(f"account {actor.account_id}")
    content = {
        "facts": {key: rules.plain(value) for key, value in facts.items()},
        "answers": rules.write_answers(answers or {}),
        "known": rules.write_answers(known or {}),
        "optional_items": sorted(set(optional_items)),
        "parties": {role: str(subject) for role, subject in (parties or {}).items()},
        "looked_up_at": at.isoformat(),
    }
    row = models.Draft.objects.create(
        owner_id=actor.subject_id,
        subject_id=actor.acting_for or actor.subject_id,
        purpose=purpose,
        title=title,
        division=division,
        content=json.dumps(content, ensure_ascii=False),
        idempotency_key=str(new_id()),
        created_at=at,
        saved_at=at,
        expires_at=at + KEPT_FOR,
    )
    _record(row, "CREATE_DRAFT", actor, at)
    return selectors.as_draft(row)


@transaction.atomic
def save_answers(
    draft_id: UUID, values: Mapping[str, object], *, revision: int, actor: Actor, at: datetime
) -> Draft:
    """Keep raw values by field key over those saved; what will not do is kept as typed, for later.

    Raises `DraftNotFound`, `AlreadySubmitted`, `StaleDraft` when the page showed an older revision.
    """
    row = lock_draft(draft_id, actor)
    if row.revision != revision:
        raise StaleDraft(f"draft {draft_id} is at revision {row.revision}, the page showed {revision}")
    content = json.loads(row.content)
    saved = rules.read_answers(content["answers"])
    merged = rules.merge_values(saved, values, standards.elements(), today=shanghai_date(at))
    content["answers"] = rules.write_answers(merged)
    row.content = json.dumps(content, ensure_ascii=False)
    row.revision += 1
    row.saved_at, row.expires_at, row.warned_at = at, at + KEPT_FOR, None
    row.save(update_fields=["content", "revision", "saved_at", "expires_at", "warned_at"])
    return selectors.as_draft(row)


@transaction.atomic
def refresh_draft(
    draft_id: UUID,
    *,
    found: Mapping[str, Answer],
    known: Mapping[str, Answer],
    parties: Mapping[str, UUID],
    actor: Actor,
    at: datetime,
) -> Draft:
    """Take over what registers say now; pages that show an older value are told when they save.

    Raises `DraftNotFound`, `AlreadySubmitted`.
    """
    row = lock_draft(draft_id, actor)
    content = json.loads(row.content)
    saved = rules.read_answers(content["answers"])
    answers = rules.refresh_values(saved, found)
    content["facts"] |= {code: rules.plain(answer.value) for code, answer in known.items()}
    content["answers"] = rules.write_answers(answers)
    content["known"] |= rules.write_answers(known)
    content["parties"] |= {role: str(subject) for role, subject in parties.items()}
    content["looked_up_at"] = at.isoformat()
    row.content = json.dumps(content, ensure_ascii=False)
    if _values(answers) != _values(saved):
        row.revision += 1
    row.save(update_fields=["content", "revision"])
    return selectors.as_draft(row)


def close_draft(draft_id: UUID, *, actor: Actor, at: datetime) -> tuple[Draft, bool]:
    """The draft, closed in the caller's transaction and locked until its end; False when it had been closed before.

    Raises `DraftNotFound`.
    """
    if actor.subject_id is None:
        raise DraftNotFound(f"draft {draft_id}")
    with connection.cursor() as cursor:
        _CLOSE.execute(cursor, [at, draft_id, actor.subject_id])
        is_first = cursor.rowcount == 1
    return selectors.get_draft(draft_id, actor.subject_id), is_first


@transaction.atomic
def discard_draft(draft_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Delete an unfinished draft with its uploads; raises `DraftNotFound`, `AlreadySubmitted`."""
    row = lock_draft(draft_id, actor)
    _record(row, "DISCARD_DRAFT", actor, at)
    delete_with_uploads(row)


def lock_draft(draft_id: UUID, actor: Actor) -> models.Draft:
    """The actor's own open draft under a row lock; raises `DraftNotFound`, `AlreadySubmitted`."""
    row = models.Draft.objects.select_for_update().filter(pk=draft_id, owner_id=actor.subject_id).first()
    if row is None:
        raise DraftNotFound(f"draft {draft_id}")
    if row.submitted_at is not None:
        raise AlreadySubmitted(f"draft {draft_id}")
    return row


def touch(row: models.Draft, at: datetime) -> None:
    """An upload keeps the draft alive, and does not make an open form stale."""
    row.saved_at, row.expires_at, row.warned_at = at, at + KEPT_FOR, None
    row.save(update_fields=["saved_at", "expires_at", "warned_at"])


def delete_with_uploads(row: models.Draft) -> None:
    """The rows in this transaction, the files once it has committed."""
    keys = [
        key for pair in row.attachments.values_list("storage_key", "thumbnail_key") for key in pair if key
    ]
    row.attachments.all().delete()
    row.delete()
    transaction.on_commit(lambda: _remove_files(keys))


def _values(answers: Mapping[str, Answer]) -> dict[str, object]:
    return {key: answer.value for key, answer in answers.items()}


def _remove_files(keys: Iterable[str]) -> None:
    for key in keys:
        storage.remove(key)


def _record(row: models.Draft, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="eforms.Draft",
        object_id=str(row.pk),
        subject_id=row.subject_id,
        detail={"purpose": row.purpose},
    )
