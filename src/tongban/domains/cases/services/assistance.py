"""行政协助: the officer asks the other department, not the citizen; question and answer are kept as evidence on both sides."""

import json
from datetime import datetime
from typing import IO, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import AssistanceRequest, Case, HistoryEntry, WaivedMaterial
from tongban.domains.cases.rules.access import departments_of
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.services.transition import Act, find_locked, lock_case, receipt_of, transition
from tongban.domains.cases.types import Action, ActReceipt, AssistanceOutcome, WaivedState
from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import LookupRequest
from tongban.foundation.audit import services as audit
from tongban.foundation.storage import services as storage
from tongban.foundation.storage import uploads
from tongban.kernel.actors import Actor, Role
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import add_workdays

ASSIST_DAYS = 3
"""Ours, in working days, where the officer names no other number: another department's answer must leave time for the decision."""
LONGEST_ASSIST_DAYS = 10

ANSWERING = (Role.DATA_STEWARD, Role.ACCEPTOR, Role.EXAMINER)
"""Whose posts may answer for their department."""
_ANSWERABLE = frozenset({WaivedState.WAITING.value, WaivedState.NOT_FOUND.value})


class AssistanceNotFound(TongbanError):
    """No such open request, or another department's: both look the same."""

    code: ClassVar[str] = "ASSISTANCE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个协助请求，或者已经答复。")


class AssistanceFaulty(TongbanError):
    code: ClassVar[str] = "ASSISTANCE_FAULTY"
    default_sentence: ClassVar[str] = gettext_noop(
        "请写明需要对方提供什么，选择另一个部门，期限在 1 到 10 个工作日之间。"
    )


class AnswerWordsMissing(TongbanError):
    code: ClassVar[str] = "ANSWER_WORDS_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明查到的内容；没有的，请写明在哪里查过。")


def request_assistance(
    *,
    case_number: str,
    revision: int,
    to_department: str,
    what: str,
    actor: Actor,
    at: datetime,
    material: str = "",
    days: int = ASSIST_DAYS,
) -> ActReceipt:
    """Ask another department for what a case needs; the applicant sees who asks whom.

    Raises :class:`AssistanceFaulty` and the directory's ``DepartmentNotFound``.
    """
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.REQUEST_ASSISTANCE, actor=actor
        )
        is_own = to_department == case.department
        if not what.strip() or is_own or not 1 <= days <= LONGEST_ASSIST_DAYS:
            raise AssistanceFaulty(f"assistance of {to_department} within {days} days for {case_number}")
        asked = directory.get_department(to_department)
        waived = WaivedMaterial.objects.filter(case=case, code=material).first() if material else None
        AssistanceRequest.objects.create(
            case=case,
            to_department=asked.code,
            to_department_name=asked.name,
            material=material,
            resource=waived.resource if waived is not None else "",
            what=what.strip(),
            asked_at=at,
            asked_by_id=actor.account_id,
            asked_by_name=actor.name,
            due_on=add_workdays(get_calendar(), shanghai_date(at), days).due_on,
        )
        about = f"“{waived.name}”" if waived is not None else "办理需要的情况"
        sentence = f"{case.department_name}正在向{asked.name}核实{about}，不用您做什么。"
        transition(case, Act(Action.REQUEST_ASSISTANCE, actor, at, sentence))
        return receipt_of(case)


def answer_assistance(
    request_id: UUID,
    *,
    outcome: AssistanceOutcome,
    answer: str,
    actor: Actor,
    at: datetime,
    file: IO[bytes] | None = None,
    filename: str = "",
) -> str:
    """The asked department's answer, in words and with a document where there is one; the case's number.

    What it provides stands in for the material; that there is none lets the applicant be asked. Raises :class:`AssistanceNotFound`,
    :class:`AnswerWordsMissing`, and ``foundation.storage.uploads.UploadRefused``.
    """
    departments = departments_of(actor)
    open_requests = AssistanceRequest.objects.filter(to_department__in=departments, answered_at__isnull=True)
    found = open_requests.filter(pk=request_id).select_related("case").first()
    if found is None or not actor.has_role(*ANSWERING):
        raise AssistanceNotFound(f"assistance {request_id} is not the actor's")
    if not answer.strip():
        raise AnswerWordsMissing(f"assistance {request_id} answered without words")
    stored = None
    if file is not None:
        inspected = uploads.inspect(file, filename)
        stored = storage.put(
            inspected.data, media_type=inspected.media_type, purpose=f"assistance:{request_id}"
        )
    with transaction.atomic():
        case = find_locked(found.case.number)
        row = open_requests.select_for_update(of=("self",)).filter(pk=request_id).first()
        if row is None:
            raise AssistanceNotFound(f"assistance {request_id} was answered meanwhile")
        row.outcome, row.answer, row.answered_at = outcome.value, answer.strip(), at
        row.answered_by_id, row.answered_by_name = actor.account_id, actor.name
        if stored is not None:
            row.storage_key, row.media_type, row.filename = stored.key, inspected.media_type, filename[:120]
        row.save()
        _take_in(case, row, actor, at)
        _note(case, row, actor, at)
    return case.number


def open_answer(request_id: UUID, *, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """The document of an answer and its media type, for who asked and who answered; the look is kept."""
    row = (
        AssistanceRequest.objects.filter(pk=request_id).exclude(storage_key="").select_related("case").first()
    )
    if row is None or not {row.to_department, row.case.department} & departments_of(actor):
        raise AssistanceNotFound(f"no document of assistance {request_id} for the actor")
    with transaction.atomic():
        _record(row.case, "ASSISTANCE_DOCUMENT_OPENED", row, actor, at)
        return storage.read(row.storage_key), row.media_type


def _take_in(case: Case, row: AssistanceRequest, actor: Actor, at: datetime) -> None:
    waived = WaivedMaterial.objects.select_for_update().filter(case=case, code=row.material).first()
    if waived is None:
        return
    _keep_evidence(case, row, waived, actor, at)
    if waived.state not in _ANSWERABLE:
        return
    if row.outcome == AssistanceOutcome.HELD.value:
        waived.state, waived.got_at = WaivedState.ASSISTED.value, at
        waived.values = json.dumps({"answer": row.answer}, ensure_ascii=False)
    else:
        waived.state = WaivedState.NOT_FOUND.value
    waived.save(update_fields=["state", "got_at", "values"])


def _keep_evidence(
    case: Case, row: AssistanceRequest, waived: WaivedMaterial, actor: Actor, at: datetime
) -> None:
    """An exchange by hand is an exchange: the person it is about sees it among the looks, and the log is sealed with the rest."""
    if not waived.resource or waived.subject_id is None:
        return
    request = LookupRequest(
        waived.resource,
        waived.subject_id,
        tuple(waived.fields),
        purpose=case.purpose,
        cause=case.number,
        item=case.basic_code,
    )
    exchange.record_answer(
        request,
        answer=row.answer,
        is_held=row.outcome == AssistanceOutcome.HELD.value,
        asked_by=case.department,
        actor=actor,
        at=at,
    )


def _note(case: Case, row: AssistanceRequest, actor: Actor, at: datetime) -> None:
    """In the case's history under the answering department's name: it is no act of the office that handles the case."""
    words = "已经提供" if row.outcome == AssistanceOutcome.HELD.value else "答复没有查到"
    HistoryEntry.objects.create(
        case=case,
        at=at,
        action=Action.ANSWER_ASSISTANCE.value,
        from_status=case.status,
        to_status=case.status,
        actor_kind=actor.kind.value,
        actor_id=actor.account_id,
        actor_name=actor.name,
        department_name=row.to_department_name,
        sentence=f"{row.to_department_name}{words}{case.department_name}要核实的情况。",
        is_public=True,
    )
    case.revision += 1
    case.save(update_fields=["revision"])
    _record(case, "CASE_ANSWER_ASSISTANCE", row, actor, at)


def _record(case: Case, action: str, row: AssistanceRequest, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="case",
        object_id=str(case.id),
        subject_id=case.applicant_id,
        case_number=case.number,
        detail={"assistance": str(row.pk), "resource": row.resource, "outcome": row.outcome},
    )
