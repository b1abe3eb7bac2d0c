"""Rows of a case as the frozen values its readers share."""

from datetime import date, datetime

from tongban.domains.cases.models import Case, CheckTask, Decision, HistoryEntry, SupplementItem, Tick
from tongban.domains.cases.models import Paper as PaperRow
from tongban.domains.cases.rules.clock import CaseFacts, describe, stand
from tongban.domains.cases.types import (
    Action,
    CheckKind,
    CheckOutcome,
    ClockStage,
    DecisionRecord,
    Due,
    LimitKind,
    Outcome,
    Paper,
    PaperKind,
    Status,
)
from tongban.domains.cases.types import CheckTask as CheckTaskView
from tongban.domains.cases.types import HistoryEntry as HistoryView
from tongban.domains.cases.types import SupplementItem as SupplementView
from tongban.domains.cases.types import Tick as TickView
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar

HISTORY_COLUMNS = (
    "at",
    "action",
    "from_status",
    "to_status",
    "actor_name",
    "department_name",
    "sentence",
    "is_public",
)
EVENT_COLUMNS = ("kind", "at", "days", "reason")
SUPPLEMENT_COLUMNS = ("target", "label", "problem", "remedy")
CHECK_COLUMNS = (
    "id",
    "kind",
    "material",
    "subject",
    "due_on",
    "outcome",
    "note",
    "handed_in_at",
    "overdue_at",
)
PAPER_COLUMNS = ("id", "kind", "number", "title", "issued_at")


def dues_of(calendar: Calendar, facts: CaseFacts, at: datetime) -> tuple[Due | None, Due | None]:
    """The limit of the law that runs, and the promise beside it."""
    standing = stand(calendar, facts, at)
    today = shanghai_date(at)
    if facts.stage is ClockStage.DECISION:
        statutory = describe(calendar, LimitKind.DECISION, standing.statutory, today)
        if facts.terms.promised_days is None:
            return statutory, None
        return statutory, describe(calendar, LimitKind.PROMISE, standing.promise, today)
    if standing.limit is None or standing.limit.kind is LimitKind.SUPPLEMENT:
        return None, None
    return describe(calendar, standing.limit.kind, standing.limit.due, today), None


def history_view(row: HistoryEntry) -> HistoryView:
    return HistoryView(
        at=row.at,
        action=Action(row.action),
        from_status=Status(row.from_status) if row.from_status is not None else None,
        to_status=Status(row.to_status),
        actor_name=row.actor_name,
        department_name=row.department_name,
        sentence=row.sentence,
        is_public=row.is_public,
    )


def paper_view(row: PaperRow) -> Paper:
    return Paper(row.id, PaperKind(row.kind), row.number, row.title, row.issued_at)


def supplement_view(row: SupplementItem) -> SupplementView:
    return SupplementView(row.target, row.label, row.problem, row.remedy)


def tick_view(row: Tick) -> TickView:
    return TickView(row.point, row.passed, row.note, row.officer_name, row.at)


def check_view(row: CheckTask, case: Case) -> CheckTaskView:
    return CheckTaskView(
        id=row.id,
        case_number=case.number,
        item_name=case.item_name,
        kind=CheckKind(row.kind),
        subject=row.subject,
        due_on=row.due_on,
        outcome=CheckOutcome(row.outcome),
        note=row.note,
        is_handed_in=row.handed_in_at is not None,
        is_overdue=row.overdue_at is not None,
    )


def decision_view(row: Decision) -> DecisionRecord:
    return DecisionRecord(
        outcome=Outcome(row.outcome),
        decided_at=row.decided_at,
        officer_name=row.officer_name,
        reason=row.reason,
        legal_basis=tuple(row.legal_basis),
        failed_points=tuple(row.failed_points),
        licences=tuple(row.licences),
        is_override=row.is_override,
    )


def answer_by_of(case: Case) -> date | None:
    request = getattr(case, "supplement_request", None)
    return request.answer_by if request is not None else None
