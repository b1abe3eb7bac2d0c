"""Applications as their applicant lists them, and the receipt of one."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q

from tongban.domains.cases.models import Application, Case
from tongban.domains.cases.states import DECIDED, ENDED
from tongban.domains.cases.types import (
    ApplicationReceipt,
    ApplicationSummary,
    CaseReceipt,
    Status,
)

# Decided is finished for the applicant's list, even while the paper is on its way.
_FINISHED = sorted(ENDED | DECIDED | {Status.SERVED})


def receipt_for(application: Application, *, was_repeat: bool) -> ApplicationReceipt:
    """The receipt's content from the rows; one query."""
    cases = application.cases.order_by("id").values_list("id", "number", "item_name", "department_name")
    return ApplicationReceipt(
        application_id=application.id,
        number=application.number,
        received_at=application.received_at,
        cases=tuple(CaseReceipt(*row) for row in cases),
        was_repeat=was_repeat,
    )


def get_receipt_by_key(idempotency_key: str) -> ApplicationReceipt:
    """The receipt of what was accepted under a key before; two queries. The caller has seen that the key is the asker's."""
    application = Application.objects.get(idempotency_key=idempotency_key)
    return receipt_for(application, was_repeat=True)


def list_applications(subject_ids: Sequence[UUID]) -> tuple[ApplicationSummary, ...]:
    """Every application in these subjects' names, newest first; one query."""
    rows = (
        Application.objects.filter(applicant_id__in=subject_ids)
        .annotate(
            case_count=Count("cases"),
            finished_count=Count("cases", filter=Q(cases__status__in=_FINISHED)),
            supplements=Count("cases", filter=Q(cases__status=Status.SUPPLEMENTING)),
        )
        .order_by("-received_at", "-id")
    )
    return tuple(
        ApplicationSummary(
            application_id=row.id,
            number=row.number,
            title=row.title,
            purpose=row.purpose,
            applicant_id=row.applicant_id,
            applicant_name=row.applicant_name,
            received_at=row.received_at,
            case_count=row.case_count,
            finished_count=row.finished_count,
            needs_applicant=row.supplements > 0,
        )
        for row in rows
    )


def find_application_of(case_number: str) -> str | None:
    """Number of the application a case belongs to."""
    return Case.objects.filter(number=case_number).values_list("application__number", flat=True).first()
