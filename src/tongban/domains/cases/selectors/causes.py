"""Answers to the ports of lower domains: is there a live case, and what does a new version touch."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.domains.cases.models import Case
from tongban.domains.cases.rules.numbers import APPLICATION_PREFIX
from tongban.domains.cases.states import OPEN
from tongban.domains.identity import selectors as identity


def is_live(*, cause: str, subject_id: UUID) -> bool:
    """Whether the number names an open case, or an application with one, that concerns the subject.

    A case concerns its applicant and whoever acts for the applicant or is represented by her.
    """
    rows = Case.objects.filter(status__in=sorted(OPEN))
    rows = (
        rows.filter(application__number=cause)
        if cause.startswith(APPLICATION_PREFIX)
        else rows.filter(number=cause)
    )
    applicant_id = rows.values_list("applicant_id", flat=True).first()
    if applicant_id is None:
        return False
    if applicant_id == subject_id:
        return True
    mandates = identity.mandates_for(applicant_id)
    return any(subject_id in (mandate.principal.id, mandate.agent.id) for mandate in mandates)


def count_open_by_version(version_ids: Sequence[UUID]) -> int:
    """How many open cases are handled under one of these versions of a substance or procedure."""
    return _open_by_version(version_ids).count()


def list_open_by_version(version_ids: Sequence[UUID], *, limit: int) -> tuple[str, ...]:
    """Numbers of the first cases still open under these versions, the longest waiting first."""
    rows = _open_by_version(version_ids).order_by("received_at", "id")[:limit]
    return tuple(rows.values_list("number", flat=True))


def _open_by_version(version_ids: Sequence[UUID]) -> QuerySet[Case]:
    is_under = Q(substance_version_id__in=version_ids) | Q(procedure_version_id__in=version_ids)
    return Case.objects.filter(is_under, status__in=sorted(OPEN))
