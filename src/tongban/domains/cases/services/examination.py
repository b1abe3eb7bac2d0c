"""Examination 审查: ticking points, special procedures, extensions (行政许可法 §34, §42, §45)."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case, ClockEvent, SideProcedure, Tick
from tongban.domains.cases.rules import papers as wording
from tongban.domains.cases.rules.access import CaseNotFound, may_tick
from tongban.domains.cases.rules.clock import ClockEventKind, decision_standing, pause_has_run_out
from tongban.domains.cases.rules.examination import require_all_examined, require_known_points
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.facts import load_facts
from tongban.domains.cases.selectors.guides import guide_of
from tongban.domains.cases.services.papers import heading_of, issue_paper
from tongban.domains.cases.services.transition import (
    Act,
    StaleDossier,
    find_locked,
    lock_case,
    note_clock,
    receipt_of,
    refuse_conflicted,
    transition,
)
from tongban.domains.cases.states import BEFORE_ACCEPTANCE, IN_PROGRESS, IllegalTransition
from tongban.domains.cases.types import Action, ActReceipt, PaperKind, ProcedureKind, Status, TickMark
from tongban.domains.catalogue.types import SpecialProcedure, Substance
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.clock import PauseReason
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date


class NotASpecialProcedure(TongbanError):
    code: ClassVar[str] = "NOT_A_SPECIAL_PROCEDURE"
    default_sentence: ClassVar[str] = gettext_noop("本事项没有这项特别程序，不能中止计时。")


class ClockRunsOn(TongbanError):
    """An on-site check is part of examination: §45 is a closed list and does not name it."""

    code: ClassVar[str] = "CLOCK_RUNS_ON"


class LengthNotAnnounced(TongbanError):
    """行政许可法 §45: the time needed is told to the applicant in writing."""

    code: ClassVar[str] = "LENGTH_NOT_ANNOUNCED"


class ExtensionRefused(TongbanError):
    code: ClassVar[str] = "EXTENSION_REFUSED"


class FaultyPeriod(TongbanError):
    code: ClassVar[str] = "FAULTY_PERIOD"
    default_sentence: ClassVar[str] = gettext_noop("日期不对：开始不早于受理，结束不早于开始，也不晚于今天。")


class TwoOfficersNeeded(TongbanError):
    """行政许可法 §34(3): two officers or more look at the substance."""

    code: ClassVar[str] = "TWO_OFFICERS_NEEDED"
    default_sentence: ClassVar[str] = gettext_noop(
        "现场核查须由两名以上工作人员进行（行政许可法第三十四条第三款），请写明姓名。"
    )


_OFFICERS_ON_SITE = 2
_PROCEDURES = {ProcedureKind.SITE_CHECK: "现场核查", ProcedureKind.PUBLIC_NOTICE: "公示"}


def tick_points(
    *, case_number: str, revision: int, marks: Sequence[TickMark], actor: Actor, at: datetime
) -> ActReceipt:
    """Keep what the officer found at each point; a failure needs words. No status changes.

    Raises ``UnknownPoint``, ``NoteMissing``, ``StaleDossier``, ``IllegalTransition`` once decided.
    """
    with transaction.atomic():
        case = find_locked(case_number)
        if not may_tick(actor, department=case.department, applicant_id=case.applicant_id):
            raise CaseNotFound(f"{actor.kind} may not tick points of {case_number}")
        refuse_conflicted(case, actor)
        if case.revision != revision:
            raise StaleDossier(
                f"case {case_number} is at revision {case.revision}, the page showed {revision}"
            )
        if Status(case.status) not in BEFORE_ACCEPTANCE | IN_PROGRESS:
            raise IllegalTransition(Status(case.status), Action.FINISH_EXAMINATION)
        require_known_points(guide_of(case).substance, marks)
        _save_ticks(case, marks, actor, at)
        case.revision += 1
        case.save(update_fields=["revision"])
        audit.record(
            actor=actor,
            action="CASE_POINTS_TICKED",
            at=at,
            object_type="case",
            object_id=str(case.id),
            subject_id=case.applicant_id,
            case_number=case.number,
            detail={"points": [mark.point for mark in marks]},
        )
        return receipt_of(case)


def finish_examination(*, case_number: str, revision: int, actor: Actor, at: datetime) -> ActReceipt:
    """Hand the case to who decides; raises ``PointsOpen`` while a point has no verdict."""
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.FINISH_EXAMINATION, actor=actor
        )
        ticks = dict(Tick.objects.filter(case=case).values_list("point", "passed"))
        require_all_examined(guide_of(case).substance, ticks)
        failed = sum(passed is False for passed in ticks.values())
        sentence = "审查完成，等待决定。" if not failed else f"审查完成，{failed}个要点不符合，等待决定。"
        transition(case, Act(Action.FINISH_EXAMINATION, actor, at, sentence))
        return receipt_of(case)


def return_to_examination(
    *, case_number: str, revision: int, reason: str, actor: Actor, at: datetime
) -> ActReceipt:
    """Back to the examiner with what is still to be looked at; the clock runs on."""
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.RETURN_TO_EXAMINATION, actor=actor
        )
        transition(case, Act(Action.RETURN_TO_EXAMINATION, actor, at, f"退回审查：{reason}"))
        return receipt_of(case)


def suspend(
    *, case_number: str, revision: int, procedure: str, days: int, actor: Actor, at: datetime
) -> ActReceipt:
    """Stop the clock for one of the eight reasons of §45, for the announced length, told in writing.

    `procedure` is a code of the item's special procedures or one of the eight reasons. Raises
    :class:`ClockRunsOn` for an on-site check, :class:`NotASpecialProcedure`, :class:`LengthNotAnnounced`.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.SUSPEND, actor=actor)
        reason, longest = _pause_of(guide_of(case).substance, procedure)
        if days < 1 or (longest is not None and days > longest):
            raise LengthNotAnnounced(
                f"{days} days announced, at most {longest}",
                sentence=_length_sentence(reason, longest),
            )
        note_clock(case, ClockEventKind.PAUSED, at, days=days, reason=reason.value)
        sentence = f"依法需要{reason.label}，所需{days}个工作日不计入办理期限（行政许可法第四十五条）。"
        transition(case, Act(Action.SUSPEND, actor, at, sentence))
        heading = heading_of(case, PaperKind.SPECIAL_PROCEDURE, at)
        paper = issue_paper(case, heading, wording.special_procedure(heading, reason=reason, days=days))
        return receipt_of(case, (paper,))


def resume(*, case_number: str, revision: int, actor: Actor, at: datetime) -> ActReceipt:
    """The special procedure has its result: days count again from the next."""
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.RESUME, actor=actor)
        return _resume(case, actor, at, "特别程序已有结果，恢复计算办理期限。")


def resume_elapsed(*, case_number: str, at: datetime) -> ActReceipt | None:
    """Resume a case whose announced length is over; None when it is not (§45)."""
    with transaction.atomic():
        case = find_locked(case_number)
        if case.status != Status.SUSPENDED or not pause_has_run_out(get_calendar(), load_facts(case), at):
            return None
        return _resume(case, PLATFORM, at, "告知的特别程序时间已满，恢复计算办理期限。")


def record_procedure(
    *,
    case_number: str,
    revision: int,
    kind: ProcedureKind,
    began_on: date,
    ended_on: date,
    officers: str,
    finding: str,
    actor: Actor,
    at: datetime,
) -> ActReceipt:
    """Keep when an on-site check or a public notice took place and what came of it; the clock runs on.

    Raises :class:`FaultyPeriod` for days outside the examination, :class:`TwoOfficersNeeded`.
    """
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.RECORD_PROCEDURE, actor=actor
        )
        assert case.accepted_on is not None
        if not case.accepted_on <= began_on <= ended_on <= shanghai_date(at):
            raise FaultyPeriod(f"{kind} from {began_on} to {ended_on}, accepted {case.accepted_on}")
        named = re.findall(r"[^\s、，,；;]+", officers)
        if kind is ProcedureKind.SITE_CHECK and len(set(named)) < _OFFICERS_ON_SITE:
            raise TwoOfficersNeeded(f"{len(set(named))} officers named")
        SideProcedure.objects.create(
            case=case,
            kind=kind.value,
            began_on=began_on,
            ended_on=ended_on,
            officers="、".join(named),
            finding=finding,
            recorded_at=at,
            recorded_by_id=actor.account_id,
        )
        sentence = f"{_PROCEDURES[kind]}，{wording.term_words(began_on, ended_on)}。结果：{finding}"
        transition(case, Act(Action.RECORD_PROCEDURE, actor, at, sentence, reason=sentence))
        return receipt_of(case)


def extend(
    *,
    case_number: str,
    revision: int,
    days: int,
    approved_by: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> ActReceipt:
    """One extension by leave of the head, with its reason told (§42).

    Raises :class:`ExtensionRefused` when there was one before, the limit has passed, the days exceed the
    law's maximum, or leave or reason are missing.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.EXTEND, actor=actor)
        _require_extendable(case, days, approved_by=approved_by, reason=reason, at=at)
        note_clock(case, ClockEventKind.EXTENDED, at, days=days)
        sentence = f"经{approved_by}批准，法定办理期限延长{days}个工作日。理由：{reason}"
        act = Act(Action.EXTEND, actor, at, sentence, reason=reason, detail={"approved_by": approved_by})
        standing = transition(case, act)
        heading = heading_of(case, PaperKind.EXTENSION, at)
        content = wording.extension(
            heading, days=days, due=standing.statutory, reason=reason, approved_by=approved_by
        )
        return receipt_of(case, (issue_paper(case, heading, content),))


def _save_ticks(case: Case, marks: Sequence[TickMark], actor: Actor, at: datetime) -> None:
    Tick.objects.bulk_create(
        [
            Tick(
                case=case,
                point=mark.point,
                passed=mark.passed,
                note=mark.note.strip(),
                officer_id=actor.account_id,
                officer_name=actor.name,
                at=at,
            )
            for mark in marks
        ],
        update_conflicts=True,
        unique_fields=["case", "point"],
        update_fields=["passed", "note", "officer_id", "officer_name", "at"],
    )


def _pause_of(substance: Substance, procedure: str) -> tuple[PauseReason, int | None]:
    known: SpecialProcedure | None = None
    for one in substance.special_procedures:
        if one.code == procedure:
            known = one
    if known is not None and known.pause is None:
        raise ClockRunsOn(
            f"procedure {procedure} of {substance.basic_code} does not stop the clock",
            sentence=_(
                "%(procedure)s不停止计算办理期限：《中华人民共和国行政许可法》第四十五条只列明听证、招标、拍卖、检验、"
                "检测、检疫、鉴定和专家评审。"
            )
            % {"procedure": known.name},
        )
    reason = procedure if known is None or known.pause is None else known.pause
    if reason not in PauseReason.__members__:
        raise NotASpecialProcedure(f"{procedure} is neither of the item nor of §45")
    return PauseReason(reason), known.max_days if known is not None else None


def _length_sentence(reason: PauseReason, longest: int | None) -> str:
    if longest is None:
        return _("请写明%(reason)s所需的工作日数（行政许可法第四十五条）。") % {"reason": _(reason.label)}
    return _("请写明%(reason)s所需的工作日数，最长%(days)d个工作日（行政许可法第四十五条）。") % {
        "reason": _(reason.label),
        "days": longest,
    }


def _resume(case: Case, actor: Actor, at: datetime, sentence: str) -> ActReceipt:
    note_clock(case, ClockEventKind.RESUMED, at)
    transition(case, Act(Action.RESUME, actor, at, sentence))
    return receipt_of(case)


def _require_extendable(case: Case, days: int, *, approved_by: str, reason: str, at: datetime) -> None:
    if not approved_by.strip() or not reason.strip():
        raise ExtensionRefused(
            "extension without leave or reason",
            sentence=_("延期须经负责人批准，并写明延期理由（行政许可法第四十二条）。"),
        )
    if ClockEvent.objects.filter(case=case, kind=ClockEventKind.EXTENDED.value).exists():
        raise ExtensionRefused(
            f"case {case.number} was extended before",
            sentence=_("本办件已经延期一次，依照行政许可法第四十二条不能再次延期。"),
        )
    if not 1 <= days <= case.extension_max:
        sentence = _("本事项不能延期（行政许可法第四十二条）。")
        if case.extension_max:
            sentence = _("最多延长%(days)d个工作日（行政许可法第四十二条）。") % {"days": case.extension_max}
        raise ExtensionRefused(f"{days} days, at most {case.extension_max}", sentence=sentence)
    statutory = decision_standing(get_calendar(), load_facts(case), at).statutory
    if statutory is not None and statutory.has_passed(at):
        raise ExtensionRefused(
            f"statutory limit {statutory.due_on} has passed at {at}",
            sentence=_("法定办理期限已过，不能再延期。请尽快作出决定。"),
        )
