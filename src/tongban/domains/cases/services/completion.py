"""After the decision: service of papers 送达, check tasks, closure 办结."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case, CaseContent, CheckTask, ProofOfService
from tongban.domains.cases.rules.access import CaseNotFound, departments_of, subjects_of
from tongban.domains.cases.services.promises import follow
from tongban.domains.cases.services.transition import (
    Act,
    find_locked,
    lock_case,
    receipt_of,
    refuse_conflicted,
    refuse_stale,
    transition,
)
from tongban.domains.cases.types import (
    Action,
    ActReceipt,
    CheckKind,
    CheckOutcome,
    ServiceMethod,
    Status,
)
from tongban.domains.eforms import selectors as eforms
from tongban.domains.eforms.types import AttachmentStatus
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

_MATERIALS = frozenset({CheckKind.DEFERRED_MATERIAL.value, CheckKind.MISSING_DATA.value})
_METHOD_WORDS = {
    ServiceMethod.ELECTRONIC: "电子送达",
    ServiceMethod.IN_PERSON: "直接送达",
    ServiceMethod.MAIL: "邮寄送达",
    ServiceMethod.PUBLIC_NOTICE: "公告送达",
}


class ProofMissing(TongbanError):
    code: ClassVar[str] = "PROOF_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明送达凭证，例如签收人、邮件号码或电子送达回执。")


class CheckSettled(TongbanError):
    """Names the finding there is."""

    code: ClassVar[str] = "CHECK_SETTLED"
    default_sentence: ClassVar[str] = gettext_noop("这项核查已经有结论。")

    def __init__(self, check_id: UUID, outcome: CheckOutcome) -> None:
        self.outcome = outcome
        super().__init__(f"check {check_id} was settled as {outcome}")


class FindingMissing(TongbanError):
    """What did not pass can cost a licence: it needs words."""

    code: ClassVar[str] = "FINDING_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明哪里没有通过；承诺不实的，准予的结果会被撤销。")


class CheckNotDue(TongbanError):
    """The applicant has until the end of the day she was given."""

    code: ClassVar[str] = "CHECK_NOT_DUE"
    default_sentence: ClassVar[str] = gettext_noop("补交期限还没有过，不能认定没有补交。申请人可以再交一次。")


class MaterialNotHandedIn(TongbanError):
    code: ClassVar[str] = "MATERIAL_NOT_HANDED_IN"
    default_sentence: ClassVar[str] = gettext_noop("上传的文件不存在或没有通过安全检查，请重新上传。")


def serve(
    *, case_number: str, revision: int, method: ServiceMethod, proof: str, actor: Actor, at: datetime
) -> ActReceipt:
    """Record how the result reached the applicant; the case closes unless a check is still to come."""
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.SERVE, actor=actor)
        if not proof.strip():
            raise ProofMissing(f"service of {case_number} without proof")
        ProofOfService.objects.create(
            case=case, method=method.value, proof=proof, served_at=at, officer_id=actor.account_id
        )
        transition(case, Act(Action.SERVE, actor, at, f"{_METHOD_WORDS[method]}：{proof}"))
        _close_when_done(case, at)
        return receipt_of(case)


def hand_in_deferred(
    *, check_id: UUID, attachments: Sequence[UUID], actor: Actor, at: datetime
) -> ActReceipt:
    """The applicant hands in a material that was to follow (容缺补交); an officer then settles the task."""
    with transaction.atomic():
        case = find_locked(_case_number_of(check_id))
        if case.applicant_id not in subjects_of(actor):
            raise CaseNotFound(f"check {check_id} is not the actor's")
        task = _open_task(check_id)
        if task.kind not in _MATERIALS:
            raise CaseNotFound(f"check {check_id} waits for no material")
        found = eforms.get_attachments(tuple(attachments)) if attachments else ()
        usable = [one.id for one in found if one.status is not AttachmentStatus.REFUSED]
        if not usable or len(usable) != len(set(attachments)):
            raise MaterialNotHandedIn(f"{len(usable)} of {len(set(attachments))} uploads are usable")
        content = CaseContent.objects.get(case=case)
        content.attachments = [*content.attachments, *usable]
        content.save(update_fields=["attachments"])
        task.handed_in_at = at
        task.save(update_fields=["handed_in_at"])
        case.revision += 1
        case.save(update_fields=["revision"])
        _record(case, "CASE_DEFERRED_HANDED_IN", actor, at, {"check": str(check_id)})
        return receipt_of(case)


def settle_check(
    *,
    check_id: UUID,
    outcome: CheckOutcome,
    note: str,
    actor: Actor,
    at: datetime,
    case_number: str | None = None,
    revision: int | None = None,
) -> ActReceipt:
    """An officer's finding; the last check closes the case.

    The console's list shows tasks, not cases; whoever saw the case names its number and the revision.

    A false promise annuls what was granted on it, a material that never came ends the case; both go on record
    against the applicant. Raises :class:`CheckSettled`, :class:`CheckNotDue`, :class:`FindingMissing`,
    ``StaleDossier``, and ``CaseNotFound`` for another department's officer.
    """
    with transaction.atomic():
        case = find_locked(_case_number_of(check_id))
        if case.department not in departments_of(actor) or case_number not in (None, case.number):
            raise CaseNotFound(f"check {check_id} is not the actor's, or not of {case_number}")
        refuse_conflicted(case, actor)
        refuse_stale(case, revision)
        task = _open_task(check_id)
        if outcome is CheckOutcome.OPEN:
            raise ValueError("a check is settled as passed or failed")
        if outcome is CheckOutcome.FAILED and not note.strip():
            raise FindingMissing(f"check {check_id} failed without words")
        if _is_early(task, outcome, at):
            raise CheckNotDue(f"check {check_id} is due {task.due_on}, failed at {at}")
        task.outcome = outcome.value
        task.note = note
        task.settled_at = at
        task.settled_by_id = actor.account_id
        task.save(update_fields=["outcome", "note", "settled_at", "settled_by_id"])
        follow(case, task, note, actor, at)
        case.revision += 1
        case.save(update_fields=["revision"])
        _record(case, "CASE_CHECK_SETTLED", actor, at, {"check": str(check_id), "outcome": outcome.value})
        _close_when_done(case, at)
        return receipt_of(case)


def _close_when_done(case: Case, at: datetime) -> None:
    if case.status != Status.SERVED:
        return
    if CheckTask.objects.filter(case=case, outcome=CheckOutcome.OPEN.value).exists():
        return
    transition(case, Act(Action.CLOSE, PLATFORM, at, "办件已办结。"))


def _is_early(task: CheckTask, outcome: CheckOutcome, at: datetime) -> bool:
    is_material = task.kind in _MATERIALS
    return is_material and outcome is CheckOutcome.FAILED and shanghai_date(at) <= task.due_on


def _case_number_of(check_id: UUID) -> str:
    number = CheckTask.objects.filter(id=check_id).values_list("case__number", flat=True).first()
    if number is None:
        raise CaseNotFound(f"no check {check_id}")
    return number


def _open_task(check_id: UUID) -> CheckTask:
    task = CheckTask.objects.get(id=check_id)
    if task.outcome != CheckOutcome.OPEN.value:
        raise CheckSettled(check_id, CheckOutcome(task.outcome))
    return task


def _record(case: Case, action: str, actor: Actor, at: datetime, detail: dict[str, str]) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="case",
        object_id=str(case.id),
        subject_id=case.applicant_id,
        case_number=case.number,
        detail=detail,
    )
