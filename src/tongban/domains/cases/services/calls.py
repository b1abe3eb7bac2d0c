"""Whom no mail reaches is telephoned (电话告知): the task comes with the refusal, an officer closes it with words."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import CallTask, Case
from tongban.domains.cases.rules.access import CaseNotFound, departments_of
from tongban.domains.cases.services.transition import refuse_conflicted
from tongban.domains.cases.states import OPEN
from tongban.domains.messaging import selectors as messaging
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError


class CallSettled(TongbanError):
    code: ClassVar[str] = "CALL_SETTLED"
    default_sentence: ClassVar[str] = gettext_noop("这一次电话告知已经由同事办好。")


class CallNoteMissing(TongbanError):
    """Who was reached, or what else was done, is all that is left of a call."""

    code: ClassVar[str] = "CALL_NOTE_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明告知了谁、怎样告知的。")


def plan_call(*, message_id: UUID, subject_id: UUID, title: str, case_number: str, at: datetime) -> bool:
    """A task for the department of the case the message is about, else of the newest that runs for its reader.

    None where another of her addresses took the message, or where she has no such case. Safe to run twice.
    """
    if any(not one.is_refused for one in messaging.receipts(message_id)):
        return False
    case = _case_for(subject_id, case_number)
    if case is None:
        return False
    _task, is_new = CallTask.objects.get_or_create(
        message_id=message_id, defaults={"case": case, "title": title, "made_at": at}
    )
    return is_new


def settle_call(*, call_id: UUID, note: str, actor: Actor, at: datetime) -> str:
    """She was told, or told otherwise: the note says how. Answers the case's number.

    Raises :class:`CallSettled`, :class:`CallNoteMissing`, ``ConflictOfInterest``, and ``CaseNotFound`` for another
    department's officer.
    """
    with transaction.atomic():
        task = (
            CallTask.objects.select_for_update(of=("self",)).select_related("case").filter(pk=call_id).first()
        )
        if task is None or task.case.department not in departments_of(actor):
            raise CaseNotFound(f"call {call_id} is not the actor's")
        refuse_conflicted(task.case, actor)
        if task.settled_at is not None:
            raise CallSettled(f"call {call_id} was settled at {task.settled_at}")
        if not note.strip():
            raise CallNoteMissing(f"call {call_id} settled without words")
        task.settled_at, task.settled_by_id, task.settled_by_name = at, actor.account_id, actor.name
        task.note = note.strip()
        task.save(update_fields=["settled_at", "settled_by_id", "settled_by_name", "note"])
        audit.record(
            actor=actor,
            action="CASE_CALL_SETTLED",
            at=at,
            object_type="case",
            object_id=str(task.case.id),
            subject_id=task.case.applicant_id,
            case_number=task.case.number,
            detail={"call": str(call_id), "message": str(task.message_id)},
        )
        return task.case.number


def _case_for(subject_id: UUID, case_number: str) -> Case | None:
    own = Case.objects.filter(applicant_id=subject_id)
    named = own.filter(number=case_number).first()
    # News of an end is the one she must not miss: the case it names counts though it runs no more.
    return named or own.filter(status__in=sorted(OPEN)).order_by("-received_at", "-id").first()
