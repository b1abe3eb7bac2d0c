"""The applicant's timeline over all departments, and what anybody with the receipt may see of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet

from tongban.domains.cases.models import (
    Application,
    Case,
    CheckTask,
    ClockEvent,
    HistoryEntry,
    SupplementItem,
    WaivedMaterial,
)
from tongban.domains.cases.models import Paper as PaperRow
from tongban.domains.cases.rules.access import CaseNotFound, may_see
from tongban.domains.cases.rules.examination import deferrable
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.facts import facts_of
from tongban.domains.cases.selectors.guides import guide_of
from tongban.domains.cases.selectors.together import in_one_column, read_rows, rows_below
from tongban.domains.cases.selectors.views import (
    CHECK_COLUMNS,
    EVENT_COLUMNS,
    HISTORY_COLUMNS,
    PAPER_COLUMNS,
    SUPPLEMENT_COLUMNS,
    answer_by_of,
    check_view,
    dues_of,
    history_view,
    paper_view,
    supplement_view,
)
from tongban.domains.cases.selectors.waived import WAIVED_COLUMNS, waived_view
from tongban.domains.cases.states import DECIDED, ENDED, WITHDRAWABLE, words
from tongban.domains.cases.types import (
    CheckKind,
    CheckOutcome,
    PublicStatus,
    Status,
    Timeline,
    TimelineCase,
)
from tongban.domains.cases.types import CheckTask as CheckTaskView
from tongban.domains.catalogue.types import Material, Substance
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department
from tongban.domains.eforms.types import slot_key
from tongban.foundation import clock
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar

OVER = ENDED | DECIDED | {Status.SERVED}


def get_timeline(application_number: str, *, actor: Actor, at: datetime | None = None) -> Timeline:
    """The application over all departments; three queries. Raises ``CaseNotFound``."""
    rows = Case.objects.filter(application__number=application_number)
    return _timeline(rows, f"application {application_number}", actor, clock.now() if at is None else at)


def get_timeline_of_case(case_number: str, *, actor: Actor, at: datetime | None = None) -> Timeline:
    """The timeline of the application the case belongs to; three queries. Raises ``CaseNotFound``."""
    rows = Case.objects.filter(application__cases__number=case_number)
    return _timeline(rows, f"case {case_number}", actor, clock.now() if at is None else at)


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


def _timeline(rows: QuerySet[Case], wanted: str, actor: Actor, now: datetime) -> Timeline:
    cases = list(_with_rows(rows).order_by("id"))
    if not any(may_see(actor, department=one.department, applicant_id=one.applicant_id) for one in cases):
        raise CaseNotFound(f"{wanted} is not for {actor.kind} {actor.account_id}")
    calendar = get_calendar()
    departments = directory.get_departments({case.department for case in cases})
    branches = tuple(_branch(case, calendar, departments, now) for case in cases)
    application = cases[0].application
    return Timeline(
        application_id=application.id,
        number=application.number,
        title=application.title,
        purpose=application.purpose,
        applicant_id=application.applicant_id,
        received_at=application.received_at,
        cases=branches,
        is_finished=all(one.status in OVER for one in branches),
    )


def _with_rows(cases: QuerySet[Case]) -> Any:  # Any: cases with the annotations named here
    papers = PaperRow.objects.filter(Q(case=OuterRef("pk")) | Q(application=OuterRef("application")))
    supplements = SupplementItem.objects.filter(request__answered_at__isnull=True)
    wanted = [CheckKind.DEFERRED_MATERIAL, CheckKind.MISSING_DATA]
    checks = CheckTask.objects.filter(kind__in=wanted, outcome=CheckOutcome.OPEN)
    return cases.annotate(
        event_rows=rows_below(ClockEvent.objects.order_by("at", "id"), *EVENT_COLUMNS),
        history_rows=rows_below(HistoryEntry.objects.filter(is_public=True).order_by("id"), *HISTORY_COLUMNS),
        paper_rows=in_one_column(papers.order_by("issued_at", "id"), *PAPER_COLUMNS),
        supplement_rows=rows_below(supplements.order_by("id"), *SUPPLEMENT_COLUMNS, link="request"),
        check_rows=rows_below(checks.order_by("due_on", "id"), *CHECK_COLUMNS),
        waived_rows=rows_below(WaivedMaterial.objects.order_by("code"), *WAIVED_COLUMNS),
    ).select_related("application", "decision", "supplement_request")


def _branch(
    case: Any,  # Any: a case of `_with_rows`
    calendar: Calendar,
    departments: Mapping[str, Department],
    now: datetime,
) -> TimelineCase:
    events = read_rows(ClockEvent, case.event_rows)
    due, promise = dues_of(calendar, facts_of(case, events), now)
    supplement = tuple(supplement_view(row) for row in read_rows(SupplementItem, case.supplement_rows))
    decision = getattr(case, "decision", None)
    return TimelineCase(
        case_id=case.id,
        number=case.number,
        item_code=case.item_code,
        item_name=case.item_name,
        department_name=case.department_name,
        department_phone=departments[case.department].phone,
        status=Status(case.status),
        due=due,
        promise=promise,
        history=tuple(history_view(row) for row in read_rows(HistoryEntry, case.history_rows)),
        papers=tuple(paper_view(row) for row in read_rows(PaperRow, case.paper_rows)),
        supplement=supplement,
        supplement_due_on=answer_by_of(case) if supplement else None,
        outstanding=_outstanding(case, read_rows(CheckTask, case.check_rows)),
        licences=tuple(decision.licences) if decision is not None else (),
        can_withdraw=Status(case.status) in WITHDRAWABLE,
        can_rate=decision is not None,
        revision=case.revision,
        waived=tuple(waived_view(row) for row in read_rows(WaivedMaterial, case.waived_rows)),
    )


def _listed(substance: Substance, code: str) -> Material | None:
    return next((one for one in substance.materials if one.code == code), None)


def _outstanding(case: Case, checks: Iterable[CheckTask]) -> tuple[CheckTaskView, ...]:
    """The materials that are still to follow (容缺), or that no register gave, each with the slot of its form."""
    found = []
    for check in checks:
        is_missing = check.kind == CheckKind.MISSING_DATA.value
        substance = guide_of(case).substance
        material = _listed(substance, check.material) if is_missing else deferrable(substance, check.material)
        if material is not None:
            slot = slot_key(material.material_type, material.licence_holder)
            found.append(replace(check_view(check, case), slot=slot))
    return tuple(found)
