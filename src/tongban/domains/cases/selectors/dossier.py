"""The dossier 案卷 of a case, why a date is that date, and the check tasks of a department."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from tongban.domains.cases.models import (
    Case,
    CaseFlag,
    CheckTask,
    ClockEvent,
    Conflict,
    HistoryEntry,
    SupplementItem,
    Tick,
)
from tongban.domains.cases.models import Paper as PaperRow
from tongban.domains.cases.rules.access import CaseNotFound, may_do, may_see
from tongban.domains.cases.rules.answers import read_sheet
from tongban.domains.cases.rules.clock import light, spans_of, trace, used_days
from tongban.domains.cases.selectors.assistance import list_assistance_of_case
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.facts import facts_of, load_facts
from tongban.domains.cases.selectors.together import in_one_column, read_rows, rows_below
from tongban.domains.cases.selectors.views import (
    CHECK_COLUMNS,
    EVENT_COLUMNS,
    HISTORY_COLUMNS,
    PAPER_COLUMNS,
    SUPPLEMENT_COLUMNS,
    answer_by_of,
    check_view,
    decision_view,
    dues_of,
    history_view,
    paper_view,
    supplement_view,
    tick_view,
)
from tongban.domains.cases.selectors.waived import list_waived
from tongban.domains.cases.states import (
    ENDED_WITHOUT_GRANT,
    actions_from,
)
from tongban.domains.cases.types import (
    Action,
    CheckOutcome,
    ClockAccount,
    ClockStage,
    Dossier,
    LimitKind,
    ProcedureKind,
    SiblingCase,
    Status,
    TimeSpan,
    TraceLine,
)
from tongban.domains.cases.types import CheckTask as CheckTaskView
from tongban.domains.eforms import selectors as eforms
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import ONE_DAY, Calendar, count_workdays

SIBLING_COLUMNS = ("number", "item_name", "department_name", "status", "due_on", "amber_on")
NOBODY = UUID(int=0)
"""No account has it."""


def get_dossier(case_number: str, *, actor: Actor, at: datetime | None = None) -> Dossier:
    """Everything of one case; five queries. Raises ``CaseNotFound`` for who may not see it.

    It shows personal data: doors open it through ``services.open_dossier``, which leaves an audit entry.
    """
    now = clock.now() if at is None else at
    case = _find_with_rows(case_number, actor)
    calendar = get_calendar()
    events = read_rows(ClockEvent, case.event_rows)
    due, promise = dues_of(calendar, facts_of(case, events), now)
    decision = getattr(case, "decision", None)
    return Dossier(
        case_id=case.id,
        number=case.number,
        application_number=case.application.number,
        item_code=case.item_code,
        substance_version_id=case.substance_version_id,
        procedure_version_id=case.procedure_version_id,
        item_name=case.item_name,
        situation=case.situation,
        department=case.department,
        status=Status(case.status),
        revision=case.revision,
        applicant_id=case.applicant_id,
        applicant_name=case.applicant_name,
        assignee_id=case.assignee_id,
        assignee_name=case.assignee_name,
        received_at=case.received_at,
        accepted_on=case.accepted_on,
        answers=read_sheet(case.content.answers),
        attachments=tuple(eforms.get_attachments(tuple(case.content.attachments)))
        if case.content.attachments
        else (),
        ticks=tuple(tick_view(row) for row in read_rows(Tick, case.tick_rows)),
        due=due,
        promise=promise,
        light=light(due_on=case.due_on, amber_on=case.amber_on, today=shanghai_date(now)),
        history=tuple(history_view(row) for row in read_rows(HistoryEntry, case.history_rows)),
        papers=tuple(paper_view(row) for row in read_rows(PaperRow, case.paper_rows)),
        supplement=tuple(supplement_view(row) for row in read_rows(SupplementItem, case.supplement_rows)),
        siblings=tuple(
            SiblingCase(
                one.number,
                one.item_name,
                one.department_name,
                Status(one.status),
                light(due_on=one.due_on, amber_on=one.amber_on, today=shanghai_date(now)),
            )
            for one in read_rows(Case, case.sibling_rows)
        ),
        deferred_materials=tuple(case.deferred_materials),
        uses_promise=case.uses_promise,
        allowed_actions=_allowed(case, actor),
        checks=tuple(check_view(row, case) for row in read_rows(CheckTask, case.check_rows)),
        decision=decision_view(decision) if decision is not None else None,
        supplement_answer_by=answer_by_of(case),
        flags=_flags(case),
        was_supplemented=getattr(case, "supplement_request", None) is not None,
        waived=list_waived(case.id),
        assistance=list_assistance_of_case(case.id, at=now),
    )


def get_clock(case_number: str, *, actor: Actor, at: datetime | None = None) -> ClockAccount:
    """「为什么是这一天」: the running limits of a case, day by day."""
    now = clock.now() if at is None else at
    case = _find(case_number, actor)
    calendar = get_calendar()
    facts = load_facts(case)
    due, promise = dues_of(calendar, facts, now)
    limit_trace: tuple[TraceLine, ...] = ()
    if due is not None:
        limit_trace = trace(calendar, facts, LimitKind(due.kind), now)
    in_progress = facts.stage is ClockStage.DECISION
    return ClockAccount(
        due=due,
        statutory=due if in_progress else None,
        promise=promise,
        limit_trace=limit_trace,
        promise_trace=trace(calendar, facts, LimitKind.PROMISE, now) if in_progress else (),
        used_days=used_days(calendar, facts, now),
        spans=(*spans_of(calendar, facts, now), *_counted_spans(case, calendar)),
    )


def _flags(case: Case) -> tuple[str, ...]:
    if not case.is_flagged:
        return ()
    rows = CaseFlag.objects.filter(case=case, cleared_at__isnull=True).order_by("id")
    return tuple(rows.values_list("text", flat=True))


def _counted_spans(case: Case, calendar: Calendar) -> tuple[TimeSpan, ...]:
    """On-site checks and public notices: the days from the first to the last, both within the limit."""
    return tuple(
        TimeSpan(
            ProcedureKind(row.kind),
            row.began_on,
            row.ended_on,
            count_workdays(calendar, row.began_on - ONE_DAY, row.ended_on).workdays,
            is_counted=True,
        )
        for row in case.side_procedures.order_by("began_on", "id")
    )


def list_checks(*, department: str, on_or_before: datetime | None = None) -> tuple[CheckTaskView, ...]:
    """The open check tasks of a department by due day."""
    rows = CheckTask.objects.filter(case__department=department, outcome=CheckOutcome.OPEN.value).exclude(
        case__status__in=sorted(ENDED_WITHOUT_GRANT)
    )
    if on_or_before is not None:
        rows = rows.filter(due_on__lte=shanghai_date(on_or_before))
    return tuple(check_view(row, row.case) for row in rows.select_related("case").order_by("due_on", "id"))


def find_item(case_number: str, *, actor: Actor) -> str | None:
    """The basic code of a case's item; None when there is no such case for the actor."""
    row = Case.objects.filter(number=case_number).only("department", "applicant_id", "basic_code").first()
    if row is None or not may_see(actor, department=row.department, applicant_id=row.applicant_id):
        return None
    return row.basic_code


def _find(case_number: str, actor: Actor) -> Case:
    return _seen(Case.objects.filter(number=case_number).first(), case_number, actor)


def _seen(case: Case | None, case_number: str, actor: Actor) -> Case:
    if case is None or not may_see(actor, department=case.department, applicant_id=case.applicant_id):
        raise CaseNotFound(f"case {case_number} is not for {actor.kind} {actor.account_id}")
    return case


def _find_with_rows(case_number: str, actor: Actor) -> Any:  # Any: a case with the annotations named here
    siblings = Case.objects.filter(application=OuterRef("application")).exclude(pk=OuterRef("pk"))
    rows = Case.objects.annotate(
        event_rows=rows_below(ClockEvent.objects.order_by("at", "id"), *EVENT_COLUMNS),
        tick_rows=rows_below(Tick.objects.order_by("point"), "point", "passed", "note", "officer_name", "at"),
        history_rows=rows_below(HistoryEntry.objects.order_by("id"), *HISTORY_COLUMNS),
        paper_rows=rows_below(PaperRow.objects.order_by("issued_at", "id"), *PAPER_COLUMNS),
        supplement_rows=rows_below(
            SupplementItem.objects.order_by("id"), *SUPPLEMENT_COLUMNS, link="request"
        ),
        check_rows=rows_below(CheckTask.objects.order_by("due_on", "id"), *CHECK_COLUMNS),
        sibling_rows=in_one_column(siblings.order_by("id"), *SIBLING_COLUMNS),
        stepped_aside=Exists(
            Conflict.objects.filter(case=OuterRef("pk"), officer_id=actor.account_id or NOBODY)
        ),
    ).select_related("application", "content", "decision", "supplement_request")
    return _seen(rows.filter(number=case_number).first(), case_number, actor)


def _allowed(case: Any, actor: Actor) -> frozenset[Action]:
    # Any: a case of `_find_with_rows`
    if actor.is_officer and case.stepped_aside:
        return frozenset()
    possible = actions_from(Status(case.status))
    if getattr(case, "supplement_request", None) is not None:
        # 行政许可法 §32(4): told once.
        possible -= {Action.REQUEST_SUPPLEMENT}
    return frozenset(
        action
        for action in possible
        if may_do(actor, action, department=case.department, applicant_id=case.applicant_id)
    )
