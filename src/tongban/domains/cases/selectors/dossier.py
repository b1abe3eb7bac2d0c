"""The dossier 案卷, the applicant's timeline, and why a date is that date."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject

from tongban.domains.cases.models import (
    Application,
    Case,
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
from tongban.domains.cases.rules.clock import light, trace
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.facts import facts_of, load_facts
from tongban.domains.cases.selectors.together import read_rows, rows_below
from tongban.domains.cases.selectors.views import (
    answer_by_of,
    check_view,
    decision_view,
    dues_of,
    history_view,
    paper_view,
    supplement_view,
    tick_view,
)
from tongban.domains.cases.states import (
    DECIDED,
    ENDED,
    WITHDRAWABLE,
    actions_from,
    words,
)
from tongban.domains.cases.types import (
    Action,
    CaseReceipt,
    CheckOutcome,
    ClockAccount,
    ClockStage,
    Dossier,
    LimitKind,
    PublicStatus,
    Status,
    Timeline,
    TimelineCase,
    TraceLine,
)
from tongban.domains.cases.types import CheckTask as CheckTaskView
from tongban.domains.cases.types import HistoryEntry as HistoryView
from tongban.domains.cases.types import Paper as PaperView
from tongban.domains.cases.types import SupplementItem as SupplementView
from tongban.domains.directory import selectors as directory
from tongban.domains.eforms import selectors as eforms
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date

NOBODY = UUID(int=0)
"""No account has it."""
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


def get_dossier(case_number: str, *, actor: Actor, at: datetime | None = None) -> Dossier:
    """Everything of one case; three queries. Raises ``CaseNotFound`` for who may not see it.

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
            CaseReceipt(one.id, one.number, one.item_name, one.department_name)
            for one in read_rows(Case, case.sibling_rows)
        ),
        deferred_materials=tuple(case.deferred_materials),
        uses_promise=case.uses_promise,
        allowed_actions=_allowed(case, actor),
        checks=tuple(check_view(row, case) for row in read_rows(CheckTask, case.check_rows)),
        decision=decision_view(decision) if decision is not None else None,
        supplement_answer_by=answer_by_of(case),
        was_supplemented=getattr(case, "supplement_request", None) is not None,
    )


def get_timeline(application_number: str, *, actor: Actor, at: datetime | None = None) -> Timeline:
    """The application over all departments; at most 12 queries. Raises ``CaseNotFound``."""
    now = clock.now() if at is None else at
    application = Application.objects.filter(number=application_number).first()
    if application is None:
        raise CaseNotFound(f"no application {application_number}")
    cases = list(application.cases.select_related("decision", "supplement_request").order_by("id"))
    if not any(may_see(actor, department=one.department, applicant_id=one.applicant_id) for one in cases):
        raise CaseNotFound(f"application {application_number} is not for {actor.kind} {actor.account_id}")
    branches = _branches(application, cases, now)
    return Timeline(
        application_id=application.id,
        number=application.number,
        title=application.title,
        purpose=application.purpose,
        applicant_id=application.applicant_id,
        received_at=application.received_at,
        cases=branches,
        is_finished=all(one.status in ENDED | DECIDED | {Status.SERVED} for one in branches),
    )


def get_timeline_of_case(case_number: str, *, actor: Actor, at: datetime | None = None) -> Timeline:
    """The timeline of the application the case belongs to."""
    number = Case.objects.filter(number=case_number).values_list("application__number", flat=True).first()
    if number is None:
        raise CaseNotFound(f"no case {case_number}")
    return get_timeline(number, actor=actor, at=at)


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
    )


def get_public_status(application_number: str) -> PublicStatus:
    """What anybody with the receipt may see: items, departments and statuses. Raises ``CaseNotFound``."""
    application = Application.objects.filter(number=application_number).first()
    if application is None:
        raise CaseNotFound(f"no application {application_number}")
    rows = application.cases.order_by("id").values_list("item_name", "department_name", "status")
    return PublicStatus(
        application_number=application.number,
        received_on=shanghai_date(application.received_at),
        items=tuple((item, department, words(Status(status))) for item, department, status in rows),
    )


def list_checks(*, department: str, on_or_before: datetime | None = None) -> tuple[CheckTaskView, ...]:
    """The open check tasks of a department by due day."""
    rows = CheckTask.objects.filter(case__department=department, outcome=CheckOutcome.OPEN.value)
    if on_or_before is not None:
        rows = rows.filter(due_on__lte=shanghai_date(on_or_before))
    return tuple(check_view(row, row.case) for row in rows.select_related("case").order_by("due_on", "id"))


def _find(case_number: str, actor: Actor) -> Case:
    return _seen(Case.objects.filter(number=case_number).first(), case_number, actor)


def _seen(case: Case | None, case_number: str, actor: Actor) -> Case:
    if case is None or not may_see(actor, department=case.department, applicant_id=case.applicant_id):
        raise CaseNotFound(f"case {case_number} is not for {actor.kind} {actor.account_id}")
    return case


def _find_with_rows(case_number: str, actor: Actor) -> Any:  # Any: a case with the annotations named here
    siblings = (
        Case.objects.filter(application=OuterRef("application"))
        .exclude(pk=OuterRef("pk"))
        .order_by("id")
        .values(
            _row=JSONObject(
                id="id", number="number", item_name="item_name", department_name="department_name"
            )
        )
    )
    rows = Case.objects.annotate(
        event_rows=rows_below(ClockEvent.objects.order_by("at", "id"), "kind", "at", "days", "reason"),
        tick_rows=rows_below(Tick.objects.order_by("point"), "point", "passed", "note", "officer_name", "at"),
        history_rows=rows_below(HistoryEntry.objects.order_by("id"), *HISTORY_COLUMNS),
        paper_rows=rows_below(
            PaperRow.objects.order_by("issued_at", "id"), "id", "kind", "number", "title", "issued_at"
        ),
        supplement_rows=rows_below(
            SupplementItem.objects.order_by("id"), "target", "label", "problem", "remedy", link="request"
        ),
        check_rows=rows_below(
            CheckTask.objects.order_by("due_on", "id"), "id", "kind", "subject", "due_on", "outcome", "note"
        ),
        sibling_rows=ArraySubquery(siblings),
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


def _branches(application: Application, cases: list[Case], now: datetime) -> tuple[TimelineCase, ...]:
    ids = [case.id for case in cases]
    calendar = get_calendar()
    departments = directory.get_departments({case.department for case in cases})
    events: dict[UUID, list[ClockEvent]] = {}
    for event in ClockEvent.objects.filter(case__in=ids).order_by("at", "id"):
        events.setdefault(event.case_id, []).append(event)
    history: dict[UUID, list[HistoryView]] = {}
    for entry in HistoryEntry.objects.filter(case__in=ids, is_public=True).order_by("id"):
        history.setdefault(entry.case_id, []).append(history_view(entry))
    papers: dict[UUID, list[PaperView]] = {}
    issued = PaperRow.objects.filter(Q(case__in=ids) | Q(application=application)).order_by("issued_at", "id")
    for row in issued.defer("content"):
        for case_id in [row.case_id] if row.case_id is not None else ids:
            papers.setdefault(case_id, []).append(paper_view(row))
    supplements: dict[UUID, list[SupplementView]] = {}
    for item in SupplementItem.objects.filter(request__in=ids, request__answered_at__isnull=True).order_by(
        "id"
    ):
        supplements.setdefault(item.request_id, []).append(supplement_view(item))
    branches: list[TimelineCase] = []
    for case in cases:
        due, promise = dues_of(calendar, facts_of(case, events.get(case.id, ())), now)
        decision = getattr(case, "decision", None)
        branches.append(
            TimelineCase(
                case_id=case.id,
                number=case.number,
                item_code=case.item_code,
                item_name=case.item_name,
                department_name=case.department_name,
                department_phone=departments[case.department].phone,
                status=Status(case.status),
                due=due,
                promise=promise,
                history=tuple(history.get(case.id, ())),
                papers=tuple(papers.get(case.id, ())),
                supplement=tuple(supplements.get(case.id, ())),
                supplement_due_on=answer_by_of(case) if case.id in supplements else None,
                licences=tuple(decision.licences) if decision is not None else (),
                can_withdraw=Status(case.status) in WITHDRAWABLE,
                can_rate=decision is not None,
                revision=case.revision,
            )
        )
    return tuple(branches)
