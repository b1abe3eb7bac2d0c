"""Decision 决定: grant with results, refuse on grounds, withdraw, terminate (行政许可法 §37, §38)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case, CheckTask, Decision, HistoryEntry, SupplementRequest, Tick
from tongban.domains.cases.rules import papers as wording
from tongban.domains.cases.rules.answers import read_sheet
from tongban.domains.cases.rules.clock import ClockEventKind
from tongban.domains.cases.rules.examination import failed_findings, require_grantable, require_grounds
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.guides import guide_of
from tongban.domains.cases.services.flags import require_answered
from tongban.domains.cases.services.papers import heading_of, issue_paper
from tongban.domains.cases.services.results import issue_results
from tongban.domains.cases.services.transition import Act, lock_case, note_clock, receipt_of, transition
from tongban.domains.cases.types import (
    Action,
    ActReceipt,
    CheckKind,
    CheckOutcome,
    Outcome,
    PaperKind,
    Status,
)
from tongban.domains.catalogue.types import Guide
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor
from tongban.kernel.clock import DecisionOutcome, delivery_due
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import add_workdays

# Ours: a promise is checked within thirty working days of the decision that trusted it.
PROMISE_CHECK_DAYS = 30


class MaterialOutstanding(TongbanError):
    """A material accepted later (容缺) has not come."""

    code: ClassVar[str] = "MATERIAL_OUTSTANDING"


class ReasonMissing(TongbanError):
    code: ClassVar[str] = "REASON_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明理由。理由会写入办理记录并告知申请人。")


class SupplementStillOpen(TongbanError):
    code: ClassVar[str] = "SUPPLEMENT_STILL_OPEN"
    default_sentence: ClassVar[str] = gettext_noop("申请人的补正期限还没有过，不能终止。")


def grant(
    *,
    case_number: str,
    revision: int,
    result_fields: Mapping[str, str],
    actor: Actor,
    at: datetime,
    override_reason: str = "",
    flag_reason: str = "",
) -> ActReceipt:
    """Grant, and do to licences what every result of the item's version says, in the one transaction.

    A licence says what the applicant answered; `result_fields` adds to it or says it otherwise.
    What an officer or the machine found wrong is overridden only by a second person with a reason, which is
    counted. A licence the case rests on that has lost its force since is answered with `flag_reason`. Under 告知承诺 a dated
    check task is created.
    Raises ``PointsFailed``, ``SecondPersonNeeded``, :class:`MaterialOutstanding`, :class:`HolderUnknown`.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.GRANT, actor=actor)
        _require_materials(case)
        require_answered(case, flag_reason, actor=actor, at=at)
        guide = guide_of(case)
        is_override = _judge_findings(case, guide, actor, override_reason)
        issued = issue_results(case, guide, result_fields, actor=actor, at=at)
        Decision.objects.create(
            case=case,
            outcome=Outcome.GRANT.value,
            decided_at=at,
            officer_id=actor.account_id,
            officer_name=actor.name,
            reason=override_reason if is_override else "",
            legal_basis=[basis.id for basis in guide.substance.legal_basis if not basis.is_repealed],
            licences=list(issued.values()),
            is_override=is_override,
        )
        if case.uses_promise:
            _plan_promise_check(case, guide, at)
        note_clock(case, ClockEventKind.DECIDED, at, reason=Outcome.GRANT.value)
        numbers = tuple(issued.values())
        sentence = "决定准予。" if not numbers else f"决定准予，结果编号：{'、'.join(numbers)}。"
        if flag_reason.strip() and case.is_flagged:
            sentence += f"所依据的证照状态有变，仍然准予的理由：{flag_reason.strip()}"
        transition(case, Act(Action.GRANT, actor, at, sentence, licences=numbers))
        heading = heading_of(case, PaperKind.GRANT, at)
        served_by = delivery_due(get_calendar(), at, DecisionOutcome.GRANT)
        paper = issue_paper(case, heading, wording.grant(heading, results=issued, served_by=served_by))
        return receipt_of(case, (paper,), numbers)


def refuse(
    *,
    case_number: str,
    revision: int,
    failed_points: Sequence[str],
    reason: str,
    legal_basis: Sequence[str],
    actor: Actor,
    at: datetime,
) -> ActReceipt:
    """Refuse on points ticked as failed and on bases of the item's version, by their ids (§38).

    The paper names where to ask for reconsideration and where to sue. Raises ``RefusalWithoutPoint`` or
    ``RefusalWithoutBasis``; without grounds there is no refusal.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.REFUSE, actor=actor)
        guide = guide_of(case)
        rows = {tick.point: tick for tick in Tick.objects.filter(case=case)}
        points, bases = require_grounds(
            guide.substance,
            {point: tick.passed for point, tick in rows.items()},
            failed_points=failed_points,
            reason=reason,
            legal_basis=legal_basis,
        )
        Decision.objects.create(
            case=case,
            outcome=Outcome.REFUSE.value,
            decided_at=at,
            officer_id=actor.account_id,
            officer_name=actor.name,
            reason=reason,
            legal_basis=[basis.id for basis in bases],
            failed_points=[point.code for point in points],
        )
        note_clock(case, ClockEventKind.DECIDED, at, reason=Outcome.REFUSE.value)
        transition(case, Act(Action.REFUSE, actor, at, f"决定不予许可。理由：{reason}", reason=reason))
        heading = heading_of(case, PaperKind.REFUSAL, at)
        content = wording.refusal(
            heading,
            points=[(point, rows[point.code].note) for point in points],
            bases=bases,
            reason=reason,
        )
        return receipt_of(case, (issue_paper(case, heading, content),))


def withdraw(*, case_number: str, revision: int, reason: str, actor: Actor, at: datetime) -> ActReceipt:
    """The applicant takes the application back; possible until it is decided. No reason is demanded."""
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.WITHDRAW, actor=actor)
        told = reason.strip()
        sentence = "申请人撤回申请。" if not told else f"申请人撤回申请：{told}"
        transition(case, Act(Action.WITHDRAW, actor, at, sentence, reason=sentence))
        return receipt_of(case)


def terminate(*, case_number: str, revision: int, reason: str, actor: Actor, at: datetime) -> ActReceipt:
    """End an accepted case that can no longer be decided, with the reason; raises :class:`ReasonMissing`.

    A case waiting for a supplement ends only after the day the applicant was given (`SupplementStillOpen`).
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.TERMINATE, actor=actor)
        if not reason.strip():
            raise ReasonMissing(f"termination of {case_number} without reason")
        if case.status == Status.SUPPLEMENTING:
            answer_by = SupplementRequest.objects.values_list("answer_by", flat=True).get(case=case)
            if shanghai_date(at) <= answer_by:
                raise SupplementStillOpen(f"supplement of {case_number} may be answered until {answer_by}")
        transition(case, Act(Action.TERMINATE, actor, at, f"终止办理：{reason}", reason=reason))
        return receipt_of(case)


def _require_materials(case: Case) -> None:
    kinds = [CheckKind.DEFERRED_MATERIAL.value, CheckKind.MISSING_DATA.value]
    outstanding = list(
        CheckTask.objects.filter(case=case, kind__in=kinds)
        .exclude(outcome=CheckOutcome.PASSED.value)
        .values_list("subject", flat=True)
    )
    if outstanding:
        raise MaterialOutstanding(
            f"{len(outstanding)} deferred materials of {case.number} are outstanding",
            sentence=_("还没有补交的材料：%(materials)s。收到并核对后才能准予。")
            % {"materials": "、".join(outstanding)},
        )


def _judge_findings(case: Case, guide: Guide, actor: Actor, override_reason: str) -> bool:
    rows = list(Tick.objects.filter(case=case))
    failed = failed_findings(
        guide.substance,
        read_sheet(case.content.answers),
        {tick.point: tick.passed for tick in rows},
        standards.condition_fields(),
    )
    first = {tick.officer_id for tick in rows if tick.point in failed}
    if failed - {tick.point for tick in rows}:
        # Who accepted over the machine's finding, without a word, was the first to judge it.
        entries = HistoryEntry.objects.filter(case=case, action=Action.ACCEPT.value)
        first.update(entries.values_list("actor_id", flat=True))
    return require_grantable(
        failed, override_reason=override_reason, is_second_person=actor.account_id not in first
    )


def _plan_promise_check(case: Case, guide: Guide, at: datetime) -> None:
    due = add_workdays(get_calendar(), shanghai_date(at), PROMISE_CHECK_DAYS)
    conditions = "；".join(condition.text for condition in guide.substance.conditions)
    CheckTask.objects.create(
        case=case,
        kind=CheckKind.PROMISE.value,
        subject=conditions[:200] or guide.title,
        due_on=due.due_on,
    )
