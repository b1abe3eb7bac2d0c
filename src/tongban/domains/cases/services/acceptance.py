"""Acceptance 受理: accept, ask once for supplements, refuse, and what silence does (行政许可法 §32)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case, CheckTask, SupplementRequest, Tick
from tongban.domains.cases.models import SupplementItem as SupplementItemRow
from tongban.domains.cases.rules import papers as wording
from tongban.domains.cases.rules.access import CaseNotFound
from tongban.domains.cases.rules.answers import read_sheet, write_sheet
from tongban.domains.cases.rules.clock import (
    ClockEventKind,
    Standing,
    acceptance_standing,
)
from tongban.domains.cases.rules.examination import acceptance_obstacles, deferrable
from tongban.domains.cases.rules.requesting import MustNotBeAsked
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.facts import load_facts
from tongban.domains.cases.selectors.guides import guide_of
from tongban.domains.cases.selectors.waived import forbidden_requests
from tongban.domains.cases.services.papers import heading_of, issue_paper
from tongban.domains.cases.services.transition import (
    Act,
    StaleDossier,
    find_locked,
    lock_case,
    note_clock,
    receipt_of,
    transition,
)
from tongban.domains.cases.states import IllegalTransition, next_status
from tongban.domains.cases.types import (
    Action,
    ActReceipt,
    BulkLine,
    CheckKind,
    Paper,
    PaperKind,
    Status,
    SupplementItem,
)
from tongban.domains.catalogue.types import Material
from tongban.domains.eforms import selectors as eforms
from tongban.domains.eforms.types import Answer, AttachmentStatus, field_key, slot_key
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import DueDate, add_workdays

# Ours, in working days, where a guide lets a material follow later and names no term.
DEFER_DAYS = 10
# Ours, in days of the calendar, where the officer names no day: the law sets none for the answer to a notice (行政许可法 §32).
ANSWER_DAYS = 30


class AnswerDayPast(TongbanError):
    """The applicant needs at least the day after the notice."""

    code: ClassVar[str] = "ANSWER_DAY_PAST"
    default_sentence: ClassVar[str] = gettext_noop("补正期限要晚于今天，请改一个日期。")


class SupplementAlreadyRequested(TongbanError):
    code: ClassVar[str] = "SUPPLEMENT_ALREADY_REQUESTED"
    default_sentence: ClassVar[str] = gettext_noop(
        "本办件已经告知过一次补正。《中华人民共和国行政许可法》第三十二条第一款第四项要求一次告知需要补正的全部内容，"
        "不能再次要求补正。"
    )


class NothingToSupplement(TongbanError):
    code: ClassVar[str] = "NOTHING_TO_SUPPLEMENT"
    default_sentence: ClassVar[str] = gettext_noop("请至少写明一项需要补正的内容，并说明问题和补正办法。")


class NotOnTheList(TongbanError):
    """Neither a field of the item's form nor a material of its list: the counter adds no conditions to the guide."""

    code: ClassVar[str] = "NOT_ON_THE_LIST"
    default_sentence: ClassVar[str] = gettext_noop(
        "办事指南没有要求这一项，不能要求补正。《中华人民共和国行政许可法》第三十一条规定，行政机关不得要求申请人提交与其申请的"
        "行政许可事项无关的技术资料和其他材料。"
    )


class NotReopened(TongbanError):
    code: ClassVar[str] = "NOT_REOPENED"
    default_sentence: ClassVar[str] = gettext_noop("只能修改补正告知书列出的内容，其他内容没有开放修改。")


class SupplementIncomplete(TongbanError):
    code: ClassVar[str] = "SUPPLEMENT_INCOMPLETE"


class AttachmentNotUsable(TongbanError):
    code: ClassVar[str] = "ATTACHMENT_NOT_USABLE"
    default_sentence: ClassVar[str] = gettext_noop("上传的文件不存在或没有通过安全检查，请重新上传。")


class AcceptedBySilence(TongbanError):
    """The five days have passed in silence: the application counts as accepted since it was received."""

    code: ClassVar[str] = "ACCEPTED_BY_SILENCE"
    default_sentence: ClassVar[str] = gettext_noop(
        "自收到申请材料起已满五个工作日未告知，依照《中华人民共和国行政许可法》第三十二条第一款第四项，"
        "本申请自收到之日起即为受理，不能再要求补正或者不予受理。"
    )


class NotDeferrable(TongbanError):
    code: ClassVar[str] = "NOT_DEFERRABLE"


class WhereToGoMissing(TongbanError):
    """行政许可法 §32: outside the office's powers, the applicant is told which office to turn to."""

    code: ClassVar[str] = "WHERE_TO_GO_MISSING"
    default_sentence: ClassVar[str] = gettext_noop(
        "不予受理须写明理由，并告知申请人向哪个行政机关申请（行政许可法第三十二条）。"
    )


def accept_case(*, case_number: str, revision: int, actor: Actor, at: datetime) -> ActReceipt:
    """Accept; the clock of the decision starts and the notice is issued.

    Materials that may follow later become dated check tasks (容缺). When the five days have passed in
    silence the case is accepted as of its receipt, as the law says. Raises :class:`NotDeferrable` besides
    the errors of ``lock_case``.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.ACCEPT, actor=actor)
        if _silence_has_accepted(case, at):
            return _accept_by_silence(case, at)
        return _accept(case, actor=actor, at=at)


def accept_many(*, cases: Sequence[tuple[str, int]], actor: Actor, at: datetime) -> tuple[BulkLine, ...]:
    """Accept each case, given by number and revision, in which every check passes.

    The others are left alone with reasons.
    Each is its own transaction, so that one refusal does not undo its neighbours.
    """
    lines: list[BulkLine] = []
    for case_number, revision in sorted(cases):
        lines.append(_accept_if_clear(case_number, revision, actor=actor, at=at))
    return tuple(lines)


def request_supplement(
    *,
    case_number: str,
    revision: int,
    items: Sequence[SupplementItem],
    actor: Actor,
    at: datetime,
    answer_by: date | None = None,
) -> ActReceipt:
    """Tell the applicant, once, all that must be put right; only those fields are reopened.

    `answer_by` is the last day for the answer, `ANSWER_DAYS` from the notice where none is named.
    Raises :class:`SupplementAlreadyRequested`, :class:`AcceptedBySilence`, :class:`NothingToSupplement`, :class:`NotOnTheList`,
    ``MustNotBeAsked``, :class:`AnswerDayPast`.
    """
    today = shanghai_date(at)
    answer_by = answer_by or today + timedelta(days=ANSWER_DAYS)
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.REQUEST_SUPPLEMENT, actor=actor
        )
        if SupplementRequest.objects.filter(case=case).exists():
            raise SupplementAlreadyRequested(f"case {case_number} was sent back before")
        _require_no_silence(case, at)
        if not items or any(not (item.problem.strip() and item.remedy.strip()) for item in items):
            raise NothingToSupplement(f"{len(items)} items for case {case_number}")
        _require_listed(case, items)
        _require_askable(case, items, at)
        if answer_by <= today:
            raise AnswerDayPast(f"the answer to a notice of {today} by {answer_by}")
        request = SupplementRequest.objects.create(
            case=case, asked_at=at, asked_by_id=actor.account_id, answer_by=answer_by
        )
        SupplementItemRow.objects.bulk_create(
            SupplementItemRow(
                request=request,
                target=item.target,
                label=item.label,
                problem=item.problem,
                remedy=item.remedy,
            )
            for item in items
        )
        note_clock(case, ClockEventKind.NOTIFIED, at, days=(answer_by - today).days)
        labels = "、".join(item.label for item in items)
        transition(case, Act(Action.REQUEST_SUPPLEMENT, actor, at, f"一次告知补正{len(items)}项：{labels}。"))
        heading = heading_of(case, PaperKind.SUPPLEMENT, at)
        paper = issue_paper(case, heading, wording.supplement(heading, items, answer_by))
        return receipt_of(case, (paper,))


def _require_listed(case: Case, items: Sequence[SupplementItem]) -> None:
    substance = guide_of(case).substance
    listed = set(read_sheet(case.content.answers))
    listed |= {field_key(one.role, one.element) for one in substance.form}
    listed |= {slot_key(one.material_type, one.licence_holder) for one in substance.materials}
    unlisted = [item.target for item in items if item.target not in listed]
    if unlisted:
        raise NotOnTheList(f"{unlisted} of case {case.number}")


def _require_askable(case: Case, items: Sequence[SupplementItem], at: datetime) -> None:
    """三个一律: raises `MustNotBeAsked` for what the office can have elsewhere, or has no basis to want."""
    targets = {item.target for item in items}
    forbidden = forbidden_requests(
        guide_of(case), case_id=case.id, attachments=tuple(case.content.attachments), at=at
    )
    refused = [one for slot, one in forbidden.items() if slot in targets]
    if refused:
        raise MustNotBeAsked(
            f"{[one.slot for one in refused]} of case {case.number}",
            sentence=" ".join(one.sentence for one in refused),
        )


def answer_supplement(
    *,
    case_number: str,
    revision: int,
    answers: Mapping[str, Answer],
    attachments: Sequence[UUID],
    actor: Actor,
    at: datetime,
) -> ActReceipt:
    """Put right what was asked for, all of it at once; a new five days run from this day.

    Raises :class:`NotReopened`, :class:`SupplementIncomplete` or :class:`AttachmentNotUsable`; then nothing
    is kept.
    """
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.ANSWER_SUPPLEMENT, actor=actor
        )
        request = SupplementRequest.objects.get(case=case)
        labels = dict(request.items.values_list("target", "label"))
        slots = _slots(attachments)
        given = set(answers) | set(slots)
        if given - set(labels):
            raise NotReopened(f"not reopened: {sorted(given - set(labels))}")
        missing = [label for target, label in labels.items() if target not in given]
        if missing:
            raise SupplementIncomplete(
                f"supplement of {case_number} lacks {len(missing)} of {len(labels)}",
                sentence=_("还需补正%(count)d项：%(labels)s。请补齐后一次提交。")
                % {"count": len(missing), "labels": "、".join(missing)},
            )
        _replace(case, answers, slots)
        request.answered_at = at
        request.save(update_fields=["answered_at"])
        note_clock(case, ClockEventKind.SUPPLEMENTED, at)
        transition(case, Act(Action.ANSWER_SUPPLEMENT, actor, at, "申请人已补正全部内容，重新计算受理期限。"))
        return receipt_of(case)


def refuse_acceptance(
    *, case_number: str, revision: int, reason: str, where_to_go: str, actor: Actor, at: datetime
) -> ActReceipt:
    """不予受理, with the reason and where to go instead.

    Raises :class:`WhereToGoMissing` or :class:`AcceptedBySilence`.
    """
    with transaction.atomic():
        case = lock_case(
            case_number=case_number, revision=revision, action=Action.REFUSE_ACCEPTANCE, actor=actor
        )
        _require_no_silence(case, at)
        if not reason.strip() or not where_to_go.strip():
            raise WhereToGoMissing(f"refusal to accept {case_number} without reason or address")
        note_clock(case, ClockEventKind.REFUSED, at)
        sentence = f"不予受理：{reason}请向{where_to_go}申请。"
        transition(case, Act(Action.REFUSE_ACCEPTANCE, actor, at, sentence, reason=reason))
        heading = heading_of(case, PaperKind.NON_ACCEPTANCE, at)
        paper = issue_paper(
            case, heading, wording.non_acceptance(heading, reason=reason, where_to_go=where_to_go)
        )
        return receipt_of(case, (paper,))


def let_silence_accept(*, case_number: str, at: datetime) -> ActReceipt | None:
    """Record the acceptance that five silent days have brought about; None when they have not (§32(4))."""
    with transaction.atomic():
        case = find_locked(case_number)
        if case.status != Status.RECEIVED or not _silence_has_accepted(case, at):
            return None
        return _accept_by_silence(case, at)


def _accept_if_clear(case_number: str, revision: int, *, actor: Actor, at: datetime) -> BulkLine:
    try:
        with transaction.atomic():
            case = lock_case(case_number=case_number, revision=revision, action=Action.ACCEPT, actor=actor)
            if _silence_has_accepted(case, at):
                _accept_by_silence(case, at)
                return BulkLine(case_number, is_done=True)
            reasons = obstacles(case)
            if reasons:
                return BulkLine(case_number, is_done=False, reasons=reasons)
            _accept(case, actor=actor, at=at)
            return BulkLine(case_number, is_done=True)
    except (StaleDossier, IllegalTransition, CaseNotFound, NotDeferrable) as error:
        return BulkLine(case_number, is_done=False, reasons=(error.sentence,))


def obstacles(case: Case) -> tuple[str, ...]:
    """Why the case needs a closer look before it is accepted."""
    substance = guide_of(case).substance
    attachments = eforms.get_attachments(tuple(case.content.attachments)) if case.content.attachments else ()
    return acceptance_obstacles(
        substance,
        answers=read_sheet(case.content.answers),
        attachments=attachments,
        ticks=dict(Tick.objects.filter(case=case).values_list("point", "passed")),
        fields=standards.condition_fields(),
        deferred=case.deferred_materials,
    )


def _accept(case: Case, *, actor: Actor, at: datetime) -> ActReceipt:
    materials = _deferred(case)
    case.accepted_on = shanghai_date(at)
    note_clock(case, ClockEventKind.ACCEPTED, at)
    standing = transition(case, Act(Action.ACCEPT, actor, at, "申请已受理，开始计算办理期限。"))
    deferred = _plan_deferred(case, materials, at)
    return receipt_of(case, (_notice(case, standing, at, deferred),))


def _accept_by_silence(case: Case, at: datetime) -> ActReceipt:
    next_status(Status(case.status), Action.ACCEPT_BY_SILENCE)
    acceptance = acceptance_standing(get_calendar(), load_facts(case), at)
    assert acceptance.accepted_on is not None
    case.accepted_on = acceptance.accepted_on
    case.is_deemed_accepted = True
    sentence = (
        f"收到申请材料后五个工作日内未告知，自{wording.day_words(acceptance.accepted_on)}收到之日起即为受理"
        "（行政许可法第三十二条第一款第四项）。"
    )
    standing = transition(case, Act(Action.ACCEPT_BY_SILENCE, PLATFORM, at, sentence))
    # What the applicant promised to hand in later was not objected to in time: it still follows.
    deferred = _plan_deferred(case, _known_deferred(case), at)
    return receipt_of(case, (_notice(case, standing, at, deferred),))


def _notice(case: Case, standing: Standing, at: datetime, deferred: Sequence[tuple[str, DueDate]]) -> Paper:
    heading = heading_of(case, PaperKind.ACCEPTANCE, at)
    assert case.accepted_on is not None
    promise = None if case.promised_days is None else (standing.promise, case.promised_days)
    content = wording.acceptance(
        heading,
        accepted_on=case.accepted_on,
        is_deemed=case.is_deemed_accepted,
        statutory=(standing.statutory, case.statutory_days),
        promise=promise,
        deferred=deferred,
    )
    return issue_paper(case, heading, content)


def _silence_has_accepted(case: Case, at: datetime) -> bool:
    if case.status != Status.RECEIVED:
        return False
    return acceptance_standing(get_calendar(), load_facts(case), at).is_deemed


def _require_no_silence(case: Case, at: datetime) -> None:
    if _silence_has_accepted(case, at):
        raise AcceptedBySilence(f"case {case.number} was due {case.due_on}, acted on {at}")


def _known_deferred(case: Case) -> list[Material]:
    """Those of the promised materials that the guide lets follow."""
    substance = guide_of(case).substance
    found = [deferrable(substance, code) for code in case.deferred_materials]
    return [material for material in found if material is not None]


def _deferred(case: Case) -> list[Material]:
    """The materials promised for later; :class:`NotDeferrable` for a main one (容缺只限非主要材料)."""
    substance = guide_of(case).substance
    materials: list[Material] = []
    for code in case.deferred_materials:
        material = deferrable(substance, code)
        if material is None:
            raise NotDeferrable(
                f"material {code} of {case.basic_code} cannot follow later",
                sentence=_("材料%(code)s是主要材料，不能容缺受理。请要求补正。") % {"code": code},
            )
        materials.append(material)
    return materials


def _plan_deferred(case: Case, materials: Sequence[Material], at: datetime) -> list[tuple[str, DueDate]]:
    calendar = get_calendar()
    planned: list[tuple[str, DueDate]] = []
    for material in materials:
        due = add_workdays(calendar, shanghai_date(at), material.defer_days or DEFER_DAYS)
        CheckTask.objects.create(
            case=case,
            kind=CheckKind.DEFERRED_MATERIAL.value,
            material=material.code,
            subject=material.name,
            due_on=due.due_on,
        )
        planned.append((material.name, due))
    return planned


def _slots(attachments: Sequence[UUID]) -> dict[str, list[UUID]]:
    """The uploads by the slot they fill; raises :class:`AttachmentNotUsable`."""
    slots: dict[str, list[UUID]] = {}
    if not attachments:
        return slots
    found = eforms.get_attachments(tuple(attachments))
    if len(found) != len(set(attachments)):
        raise AttachmentNotUsable(f"{len(set(attachments)) - len(found)} attachments are unknown")
    for attachment in found:
        if attachment.status is AttachmentStatus.REFUSED:
            raise AttachmentNotUsable(f"attachment {attachment.id} was refused")
        slots.setdefault(attachment.slot, []).append(attachment.id)
    return slots


def _replace(case: Case, answers: Mapping[str, Answer], slots: Mapping[str, Sequence[UUID]]) -> None:
    """New answers over old ones, new uploads in the place of those of the same slot."""
    content = case.content
    sheet = read_sheet(content.answers)
    sheet.update(answers)
    content.answers = write_sheet(sheet)
    kept = list(content.attachments)
    if slots and kept:
        replaced = {one.id for one in eforms.get_attachments(tuple(kept)) if one.slot in slots}
        kept = [one for one in kept if one not in replaced]
    for ids in slots.values():
        kept.extend(ids)
    content.attachments = kept
    content.save(update_fields=["answers", "attachments"])
