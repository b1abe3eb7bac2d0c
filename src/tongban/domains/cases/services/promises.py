"""What follows from a promise that was kept or broken: 容缺受理 and 告知承诺 (国办发〔2020〕42号)."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from tongban.domains.cases.models import Case, CheckTask, Decision
from tongban.domains.cases.services.transition import Act, find_locked, transition
from tongban.domains.cases.states import IN_PROGRESS
from tongban.domains.cases.types import Action, CheckKind, CheckOutcome, Status
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import SignalKind
from tongban.domains.messaging import services as messaging
from tongban.domains.registers import services as registers
from tongban.domains.registers.types import BrokenPromiseKind
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.instants import shanghai_date


def follow(case: Case, task: CheckTask, note: str, actor: Actor, at: datetime) -> None:
    """What an officer's finding on a settled check of the locked case leads to."""
    if task.kind == CheckKind.MISSING_DATA.value:
        # It was a register's fault that she was asked: nothing goes on record against her.
        return
    has_failed = task.outcome == CheckOutcome.FAILED.value
    if task.kind == CheckKind.PROMISE.value:
        if has_failed:
            _break(case, BrokenPromiseKind.FALSE_PROMISE, f"告知承诺不实：{note}", actor, at)
            _proceed_against_results(case, task, note, actor, at)
        return
    if has_failed:
        _break(case, BrokenPromiseKind.NOT_HANDED_IN, f"容缺材料未按期补交：{task.subject}", actor, at)
        if Status(case.status) in IN_PROGRESS:
            reason = f"容缺材料“{task.subject}”到期未补交"
            transition(case, Act(Action.TERMINATE, PLATFORM, at, f"终止办理：{reason}。", reason=reason))
    elif task.overdue_at is not None and not _others_overdue(task):
        kept = BrokenPromiseKind.NOT_HANDED_IN
        registers.repair_trust_in(case.number, kept, reason="容缺材料已补交并核对", actor=actor, at=at)


def note_overdue_materials(*, at: datetime) -> int:
    """Put on record each material that did not come by its day (容缺逾期); how many there were.

    The applicant is told and may still hand it in, which repairs the record; until then nothing is granted.
    """
    late = CheckTask.objects.filter(
        kind=CheckKind.DEFERRED_MATERIAL.value,
        outcome=CheckOutcome.OPEN.value,
        due_on__lt=shanghai_date(at),
        handed_in_at__isnull=True,
        overdue_at__isnull=True,
        case__status__in=sorted(IN_PROGRESS),
    )
    found = list(late.order_by("case_id", "id").values_list("id", "case__number"))
    for check_id, number in found:
        with transaction.atomic():
            case = find_locked(number)
            task = late.filter(id=check_id).first()
            if task is None:
                continue
            task.overdue_at = at
            task.save(update_fields=["overdue_at"])
            reason = f"容缺材料未按期补交：{task.subject}"
            _break(case, BrokenPromiseKind.NOT_HANDED_IN, reason, PLATFORM, at)
    return len(found)


def _others_overdue(task: CheckTask) -> bool:
    rows = CheckTask.objects.filter(case_id=task.case_id, kind=task.kind, overdue_at__isnull=False)
    return rows.exclude(pk=task.pk).exclude(outcome=CheckOutcome.PASSED.value).exists()


def _break(case: Case, kind: BrokenPromiseKind, reason: str, actor: Actor, at: datetime) -> None:
    is_new = registers.record_broken_promise(
        subject_id=case.applicant_id,
        case_number=case.number,
        department=case.department,
        kind=kind,
        reason=reason,
        actor=actor,
        at=at,
    )
    if is_new:
        messaging.send(
            "PROMISE_BROKEN",
            to_subject=case.applicant_id,
            context={
                "item_name": case.item_name,
                "department_name": case.department_name,
                "case_number": case.number,
                "reason": reason,
            },
            at=at,
            case_number=case.number,
        )


def _proceed_against_results(case: Case, task: CheckTask, note: str, actor: Actor, at: datetime) -> None:
    # A licence obtained by a false promise can be taken back (行政许可法 §69), but not before its holder was heard: the finding
    # opens a proceeding, and who is the decider there was not the one who checked.
    numbers = Decision.objects.values_list("licences", flat=True).get(case=case)
    for number in numbers:
        with suppress(licences.NothingToProceedOn):
            licences.open_proceeding(
                number,
                signal=SignalKind.FALSE_PROMISE,
                text=f"告知承诺不实：{note}",
                reference=str(task.id),
                case_number=case.number,
                actor=actor,
                at=at,
            )
