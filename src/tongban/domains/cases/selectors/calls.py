"""Whom a department has to telephone, because her address takes no mail."""

from collections.abc import Collection

from tongban.domains.cases.models import CallTask
from tongban.domains.cases.types import CallTask as CallTaskView


def list_calls(departments: Collection[str]) -> tuple[CallTaskView, ...]:
    """The open telephone tasks of the departments, the oldest first."""
    rows = CallTask.objects.filter(settled_at__isnull=True, case__department__in=sorted(departments))
    return tuple(
        CallTaskView(
            id=row.id,
            case_number=row.case.number,
            item_name=row.case.item_name,
            applicant_name=row.case.applicant_name,
            title=row.title,
            made_at=row.made_at,
        )
        for row in rows.select_related("case").order_by("made_at", "id")
    )
