"""One timeline of the whole application over all departments: now, next, by when, whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import (
    CheckKind,
    CheckTask,
    ClockAccount,
    Due,
    HistoryEntry,
    LimitKind,
    Paper,
    PaperKind,
    PublicStatus,
    Status,
    SupplementItem,
    Timeline,
    TimelineCase,
)
from tongban.domains.evaluation.types import Level, RatingRight
from tongban.domains.lifeevents.types import Branch as RunBranch
from tongban.domains.lifeevents.types import BranchStatus, BundleRun
from tongban.sites.portal.pages.words import State, level_words, point_words, status_state
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import deadline, full_day, grouped, moment, plain_day, workdays
from tongban.sites.shared.traces import SpanLine, TraceRow, span_lines, trace_rows
from tongban.sites.shared.waived import WaivedLine, waived_lines

OVER = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.TERMINATED})
HOTLINE = "12345"
DONE = frozenset({Status.GRANTED, Status.SERVED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class HistoryLine:
    when: str
    sentence: str
    who: str


@dataclass(frozen=True, slots=True)
class PaperLink:
    address: str
    title: str
    number: str
    when: str


@dataclass(frozen=True, slots=True)
class SupplementLine:
    target: str
    label: str
    problem: str
    remedy: str
    field: FieldView | None
    """The reopened field; None when a file is wanted."""
    upload_id: str


@dataclass(frozen=True, slots=True)
class SupplementForm:
    case_number: str
    item: str
    department: str
    due: str
    revision: int
    action: str
    lines: tuple[SupplementLine, ...]


@dataclass(frozen=True, slots=True)
class DeferredForm:
    """A material that was to follow after acceptance (容缺补交)."""

    id: str
    material: str
    item: str
    due: str
    action: str
    note: str
    """Why it is asked for now, and what hangs on it."""


@dataclass(frozen=True, slots=True)
class RatingForm:
    action: str
    nth: int
    what: str
    levels: tuple[tuple[int, str], ...]
    given: str
    words: str
    typed_level: int = 0
    """Chosen in a form that did not count."""


@dataclass(frozen=True, slots=True)
class RatingTyped:
    """A rating that did not count: too late, or faulty."""

    case_number: str
    nth: int
    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Branch:
    id: str
    number: str
    item: str
    department: str
    phone: str
    state: State
    due: str
    due_note: str
    clock_address: str
    history: tuple[HistoryLine, ...]
    papers: tuple[PaperLink, ...]
    licences: tuple[tuple[str, str], ...]
    remedy: str
    withdraw_address: str
    rating: RatingForm | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """An item that has no case: it waits, hangs on an open question, or was stopped."""

    item: str
    department: str
    reason: str
    state: State
    settle_action: str
    """Where the applicant says whether an item that hung on an open question is wanted; else empty."""


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    item: str
    revision: int
    reason: str
    problems: tuple[Problem, ...]
    action: str
    back_address: str


@dataclass(frozen=True, slots=True)
class TimelinePage:
    title: str
    number: str
    number_grouped: str
    received: str
    now: str
    next: str
    by_when: str
    call: tuple[tuple[str, str], ...]
    """Whom to call: name and number."""
    asked: tuple[SupplementForm, ...]
    deferred: tuple[DeferredForm, ...]
    waived: tuple[WaivedLine, ...]
    branches: tuple[Branch, ...]
    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...]
    receipt_address: str
    after_care: tuple[str, ...]
    """What to mind once everything is done; empty before."""
    booklet_address: str


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    title: str
    number: str
    number_grouped: str
    received: str
    was_repeat: bool
    cases: tuple[tuple[str, str, str], ...]
    planned: tuple[Planned, ...]
    waived: tuple[WaivedLine, ...]
    qr: str
    pdf_address: str
    timeline_address: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    number: str
    received: str
    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ClockPage:
    number: str
    sentence: str
    spans: tuple[SpanLine, ...]
    limit: tuple[TraceRow, ...]
    promise: tuple[TraceRow, ...]
    back_address: str


def build(
    timeline: Timeline,
    rights: Sequence[RatingRight],
    supplement_fields: Mapping[tuple[str, str], FieldView],
    run: BundleRun | None,
    problems: Sequence[Problem] = (),
    rating: RatingTyped | None = None,
) -> TimelinePage:
    """The page; `rating` is one that did not count and is shown again as it was typed."""
    planned = waiting(run)
    coming = _coming(run)
    asked = tuple(_supplement(case, supplement_fields) for case in timeline.cases if case.supplement)
    receipt = _receipt_paper(timeline)
    return TimelinePage(
        title=timeline.title,
        number=timeline.number,
        number_grouped=grouped(timeline.number),
        received=moment(timeline.received_at),
        now=_now(timeline, coming),
        next=_next(timeline, asked, coming),
        by_when=asked[0].due if asked and asked[0].due else _by_when(timeline),
        call=_call(timeline),
        asked=asked,
        branches=tuple(_branch(case, rights, rating) for case in timeline.cases),
        deferred=tuple(_deferred(one) for case in timeline.cases for one in case.outstanding),
        waived=_waived(timeline),
        planned=planned,
        problems=tuple(problems),
        receipt_address=reverse("portal:paper", args=[receipt.id]) if receipt else "",
        after_care=run.after_care if run is not None and timeline.is_finished and not coming else (),
        booklet_address=reverse("portal:booklet", args=[timeline.number]),
    )


def _waived(timeline: Timeline) -> tuple[WaivedLine, ...]:
    return waived_lines(one for case in timeline.cases for one in case.waived)


def _deferred(task: CheckTask) -> DeferredForm:
    return DeferredForm(
        id=f"deferred-{task.id}",
        material=task.subject,
        item=task.item_name,
        due=_("%(day)s前补交") % {"day": plain_day(task.due_on)},
        action=reverse("portal:hand_in_deferred", args=[task.case_number, task.id]),
        note=_("很抱歉，本该由部门之间调取的这份材料没有取到，要请您补交。这不是您的原因，不影响您的信用。")
        if task.kind is CheckKind.MISSING_DATA
        else _("这份材料已容缺受理，不影响审查；补交齐了才能作出准予的决定。"),
    )


def build_receipt(
    timeline: Timeline, qr: str, planned: Sequence[Planned], *, was_repeat: bool = False
) -> ReceiptPage:
    receipt = _receipt_paper(timeline)
    return ReceiptPage(
        title=timeline.title,
        number=timeline.number,
        number_grouped=grouped(timeline.number),
        received=moment(timeline.received_at),
        was_repeat=was_repeat,
        cases=tuple((case.item_name, case.department_name, case.number) for case in timeline.cases),
        planned=tuple(planned),
        waived=_waived(timeline),
        qr=qr,
        pdf_address=reverse("portal:paper", args=[receipt.id]) if receipt else "",
        timeline_address=reverse("portal:application", args=[timeline.number]),
    )


def build_status(status: PublicStatus) -> StatusPage:
    return StatusPage(status.application_number, plain_day(status.received_on), status.items)


def build_clock(number: str, account: ClockAccount, back_address: str) -> ClockPage:
    return ClockPage(
        number=number,
        sentence=due_words(account.due) if account.due else _("这个办件现在没有在走的期限。"),
        spans=span_lines(account.spans),
        limit=trace_rows(account.limit_trace, account.spans),
        promise=trace_rows(account.promise_trace, account.spans),
        back_address=back_address,
    )


def build_withdrawal(
    timeline: Timeline, case: TimelineCase, *, reason: str, problems: Sequence[Problem]
) -> WithdrawalPage:
    return WithdrawalPage(
        item=case.item_name,
        revision=case.revision,
        reason=reason,
        problems=tuple(problems),
        action=reverse("portal:withdraw", args=[case.number]),
        back_address=reverse("portal:application", args=[timeline.number]),
    )


def waiting(run: BundleRun | None) -> tuple[Planned, ...]:
    """The items of a package that are no cases yet, or will not become any."""
    if run is None:
        return ()
    shown = {
        BranchStatus.PLANNED: State(_("排队等结果"), "going", "hourglass"),
        BranchStatus.UNSETTLED: State(_("等您确认"), "asked", "circle-help"),
        BranchStatus.STOPPED: State(_("不再开始"), "ended", "ban"),
    }
    return tuple(
        Planned(
            item=branch.item_name,
            department=branch.department_name,
            reason=_waiting_reason(branch),
            state=shown[branch.status],
            settle_action=reverse("portal:settle_branch", args=[run.application_number, branch.basic_code])
            if branch.status is BranchStatus.UNSETTLED
            else "",
        )
        for branch in run.branches
        if branch.status in shown
    )


def _waiting_reason(branch: RunBranch) -> str:
    if branch.reason:
        return branch.reason
    if branch.waits_for:
        return _("等%(names)s办好，自动开始。") % {"names": _("、").join(branch.waits_for)}
    return _("申请时有一个问题还不清楚，现在清楚了吗？")


def due_words(due: Due) -> str:
    """A limit in words: when, how long still, or how long over; provisional days are said to be so."""
    if due.due_on is None:
        return _("暂停计时")
    if due.overdue_days:
        return _("%(day)s到期，已超过 %(days)s") % {
            "day": plain_day(due.due_on),
            "days": workdays(due.overdue_days),
        }
    words = deadline(due.due_on, due.days_left)
    if due.kind == LimitKind.ACCEPTANCE:
        words = _("%(deadline)s，答复受理不受理") % {"deadline": words}
    return _("%(deadline)s（暂定）") % {"deadline": words} if due.is_provisional else words


def _coming(run: BundleRun | None) -> tuple[RunBranch, ...]:
    """The items of a package that may still become cases."""
    branches = () if run is None else run.branches
    return tuple(one for one in branches if one.status in (BranchStatus.PLANNED, BranchStatus.UNSETTLED))


def _now(timeline: Timeline, coming: Sequence[RunBranch]) -> str:
    over = sum(case.status in OVER or _was_refused(case) for case in timeline.cases)
    done = sum(case.status in DONE and not _was_refused(case) for case in timeline.cases)
    going = len(timeline.cases) - done - over
    if coming:
        return _("%(going)d 件正在办，%(done)d 件已办好，%(coming)d 件还没有开始") % {
            "going": going,
            "done": done,
            "coming": len(coming),
        }
    if going:
        return _("%(going)d 件正在办，%(done)d 件已办好") % {"going": going, "done": done}
    if over:
        return _("%(done)d 件办好，%(over)d 件没有办成") % {"done": done, "over": over}
    return _("全部办好了")


def _was_refused(case: TimelineCase) -> bool:
    """Whether a department said no; once served, only the paper tells it from a grant."""
    return case.status is Status.NOT_ACCEPTED or any(one.kind is PaperKind.REFUSAL for one in case.papers)


def _next(timeline: Timeline, asked: Sequence[SupplementForm], coming: Sequence[RunBranch]) -> str:
    if asked:
        return _("请您补正 %(count)d 处，见下面红线的卡片") % {"count": sum(len(one.lines) for one in asked)}
    outstanding = sum(len(case.outstanding) for case in timeline.cases)
    if outstanding:
        return _("请您补交 %(count)d 份材料，见下面红线的卡片") % {"count": outstanding}
    if any(one.status is BranchStatus.UNSETTLED for one in coming):
        return _("有的事项要不要办，请您在下面选一下")
    if timeline.is_finished and not coming:
        return _("到“我的证照”里看结果，给服务评个分")
    return _("不用您做什么，有进展会发消息")


def _by_when(timeline: Timeline) -> str:
    dues = [case.promise or case.due for case in timeline.cases if case.status is not Status.GRANTED]
    running = [due for due in dues if due is not None and due.due_on is not None]
    if not running:
        return _("没有在走的期限")
    return due_words(max(running, key=lambda due: str(due.due_on)))


def _call(timeline: Timeline) -> tuple[tuple[str, str], ...]:
    """The departments that have something to do, else all of them; and the city's line."""
    going = [case for case in timeline.cases if case.status not in OVER | DONE] or timeline.cases
    phones = dict.fromkeys((case.department_name, case.department_phone) for case in going)
    return (*(one for one in phones if one[1]), (_("市民热线"), HOTLINE))


def _branch(case: TimelineCase, rights: Sequence[RatingRight], typed: RatingTyped | None) -> Branch:
    shown = case.promise or case.due
    right = next((one for one in rights if one.case_number == case.number), None)
    return Branch(
        id=f"case-{case.number}",
        number=case.number,
        item=case.item_name,
        department=case.department_name,
        phone=case.department_phone,
        state=_state(case),
        due=due_words(shown) if shown else "",
        due_note=shown.article if shown else "",
        clock_address=reverse("portal:clock", args=[case.number]) if shown else "",
        history=tuple(_history_line(entry) for entry in reversed(case.history)),
        papers=tuple(_paper_link(paper) for paper in case.papers),
        licences=tuple((number, reverse("portal:licence", args=[number])) for number in case.licences),
        remedy=_(
            "不服的，收到决定书 60 日内可以申请行政复议，6 个月内可以提起行政诉讼，机关和地址写在决定书上。"
        )
        if _was_refused(case)
        else "",
        withdraw_address=reverse("portal:withdraw", args=[case.number]) if case.can_withdraw else "",
        rating=_rating(right, typed) if right else None,
        is_open=bool(case.supplement)
        or _was_refused(case)
        or (typed is not None and typed.case_number == case.number),
    )


def _state(case: TimelineCase) -> State:
    if case.status in DONE and _was_refused(case):
        return State(_("不予批准，决定已送达"), "bad", "circle-x")
    return status_state(case.status)


def _history_line(entry: HistoryEntry) -> HistoryLine:
    return HistoryLine(moment(entry.at), entry.sentence, entry.department_name)


def _paper_link(paper: Paper) -> PaperLink:
    return PaperLink(
        reverse("portal:paper", args=[paper.id]), paper.title, paper.number, plain_day(paper.issued_at)
    )


def _receipt_paper(timeline: Timeline) -> Paper | None:
    papers = (paper for case in timeline.cases for paper in case.papers if paper.kind == "RECEIPT")
    return next(papers, None)


def _supplement(case: TimelineCase, fields: Mapping[tuple[str, str], FieldView]) -> SupplementForm:
    due = _("请在%(day)s前补齐") % {"day": full_day(case.supplement_due_on)} if case.supplement_due_on else ""
    return SupplementForm(
        case_number=case.number,
        item=case.item_name,
        department=case.department_name,
        due=due,
        revision=case.revision,
        action=reverse("portal:supplement", args=[case.number]),
        lines=tuple(_supplement_line(case, item, fields) for item in case.supplement),
    )


def _supplement_line(
    case: TimelineCase, item: SupplementItem, fields: Mapping[tuple[str, str], FieldView]
) -> SupplementLine:
    return SupplementLine(
        target=item.target,
        label=item.label,
        problem=item.problem,
        remedy=item.remedy,
        field=fields.get((case.number, item.target)),
        upload_id=f"u-{case.number}-{item.target}".replace(".", "-"),
    )


def _rating(right: RatingRight, typed: RatingTyped | None) -> RatingForm:
    is_typed = typed is not None and (typed.case_number, typed.nth) == (right.case_number, right.nth)
    again = typed if is_typed and right.rating is None else None
    words = right.rating.words if right.rating else ""
    return RatingForm(
        action=reverse("portal:rate", args=[right.case_number]),
        nth=right.nth,
        what=point_words(right.point),
        levels=tuple((level.value, level_words(level)) for level in Level),
        given=level_words(right.rating.level) if right.rating else "",
        words=again.words if again else words,
        typed_level=again.level if again else 0,
    )
