"""Reads of what departments ask each other for cases (行政协助)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.domains.cases.models import AssistanceRequest
from tongban.domains.cases.types import Assistance, AssistanceOutcome
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date

MOST_SHOWN = 200


def list_assistance_asked_of(departments: Collection[str], *, at: datetime) -> tuple[Assistance, ...]:
    """What these departments are asked and have not answered, the most urgent first."""
    rows = AssistanceRequest.objects.filter(to_department__in=sorted(departments), answered_at__isnull=True)
    return _views(rows.order_by("due_on", "id"), at)


def list_assistance_asked_by(departments: Collection[str], *, at: datetime) -> tuple[Assistance, ...]:
    """What these departments have asked of others, the open ones first."""
    rows = AssistanceRequest.objects.filter(case__department__in=sorted(departments))
    return _views(rows.order_by("-answered_at", "due_on", "id"), at)


def list_overdue_assistance(departments: Collection[str], *, at: datetime) -> tuple[Assistance, ...]:
    """What is past its day, asked of these departments or by them, for whoever supervises them."""
    theirs = Q(to_department__in=sorted(departments)) | Q(case__department__in=sorted(departments))
    rows = AssistanceRequest.objects.filter(theirs, answered_at__isnull=True, due_on__lt=shanghai_date(at))
    return _views(rows.order_by("due_on", "id"), at)


def list_assistance_of_case(case_id: UUID, *, at: datetime | None = None) -> tuple[Assistance, ...]:
    """What was asked for a case, oldest first; one query."""
    rows = AssistanceRequest.objects.filter(case_id=case_id).order_by("asked_at", "id")
    return _views(rows, clock.now() if at is None else at)


def find_assistance(request_id: UUID, departments: Collection[str], *, at: datetime) -> Assistance | None:
    """One request that these departments are asked or have asked; None for everybody else's."""
    theirs = Q(to_department__in=sorted(departments)) | Q(case__department__in=sorted(departments))
    found = _views(AssistanceRequest.objects.filter(theirs, pk=request_id), at)
    return found[0] if found else None


def _views(rows: QuerySet[AssistanceRequest], at: datetime) -> tuple[Assistance, ...]:
    return tuple(_view(row, at) for row in rows.select_related("case")[:MOST_SHOWN])


def _view(row: AssistanceRequest, at: datetime) -> Assistance:
    answered_on = shanghai_date(row.answered_at or at)
    return Assistance(
        id=row.pk,
        case_number=row.case.number,
        item_name=row.case.item_name,
        applicant_name=row.case.applicant_name,
        asked_department=row.case.department,
        asked_department_name=row.case.department_name,
        asked_by=row.asked_by_name,
        to_department=row.to_department,
        to_department_name=row.to_department_name,
        material=row.material,
        what=row.what,
        asked_at=row.asked_at,
        due_on=row.due_on,
        outcome=AssistanceOutcome(row.outcome) if row.outcome else None,
        answer=row.answer,
        answered_by=row.answered_by_name,
        answered_at=row.answered_at,
        filename=row.filename,
        is_overdue=answered_on > row.due_on,
    )
