"""Answers to the ports of lower domains: is there a live case, and what does a new version touch."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.domains.cases.models import Case
from tongban.domains.cases.rules.numbers import APPLICATION_PREFIX
from tongban.domains.cases.selectors.guides import guide_of
from tongban.domains.cases.states import OPEN
from tongban.domains.cases.types import CaseFacts
from tongban.domains.catalogue import rules
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.identity import selectors as identity
from tongban.domains.licences.types import CaseGround
from tongban.foundation.prepared import prepared


def is_live(*, cause: str, subject_id: UUID) -> bool:
    """Whether the number names an open case, or an application with one, that concerns the subject."""
    find = _applicants_of_application if cause.startswith(APPLICATION_PREFIX) else _applicants_of_case
    applicants = find(cause)
    return bool(applicants) and _concerns(applicants[0], subject_id)


@prepared
def _applicants_of_application(number: str) -> QuerySet[Case, UUID]:
    return Case.objects.filter(status__in=sorted(OPEN), application__number=number).values_list(
        "applicant_id", flat=True
    )


@prepared
def _applicants_of_case(number: str) -> QuerySet[Case, UUID]:
    return Case.objects.filter(status__in=sorted(OPEN), number=number).values_list("applicant_id", flat=True)


def facts_of(numbers: Collection[str]) -> Mapping[str, CaseFacts]:
    """What these numbers of cases and applications stand for; a number of neither is left out. Two queries at most."""
    applications = {number for number in numbers if number.startswith(APPLICATION_PREFIX)}
    single = set(numbers) - applications
    found: dict[str, CaseFacts] = {}
    if single:
        for case in _with_application(Q(number__in=single)):
            found[case.number] = CaseFacts(
                case.application.number, case.item_name, case.applicant_id, case.ended_at
            )
    if applications:
        parts: dict[str, list[Case]] = {}
        for case in _with_application(Q(application__number__in=applications)):
            parts.setdefault(case.application.number, []).append(case)
        found |= {number: _whole(number, cases) for number, cases in parts.items()}
    return found


def licence_ground(*, case_number: str, holder_id: UUID) -> CaseGround | None:
    """What an open case is about that concerns the holder: its office, and the licence types that its item's material list names."""
    case = Case.objects.filter(number=case_number, status__in=sorted(OPEN)).first()
    if case is None or not _concerns(case.applicant_id, holder_id):
        return None
    verdicts = rules.every_verdict(guide_of(case).substance, catalogue.published_sources())
    named = {
        one.licence_type
        for one in verdicts
        # What has no basis may not be asked for, nor fetched.
        if one.licence_type is not None
        and one.basis
        and (
            not one.material.situations or case.situation is None or case.situation in one.material.situations
        )
    }
    return CaseGround(case.department, case.department_name, case.item_name, frozenset(named))


def count_open_by_version(version_ids: Sequence[UUID]) -> int:
    """How many open cases are handled under one of these versions of a substance or procedure."""
    return _open_by_version(version_ids).count()


def list_open_by_version(version_ids: Sequence[UUID], *, limit: int) -> tuple[str, ...]:
    """Numbers of the first cases still open under these versions, the longest waiting first."""
    rows = _open_by_version(version_ids).order_by("received_at", "id")[:limit]
    return tuple(rows.values_list("number", flat=True))


def _whole(number: str, cases: Sequence[Case]) -> CaseFacts:
    ends = [case.ended_at for case in cases if case.ended_at is not None]
    is_over = len(ends) == len(cases)
    return CaseFacts(number, cases[0].package_title, cases[0].applicant_id, max(ends) if is_over else None)


def _with_application(wanted: Q) -> QuerySet[Case]:
    return (
        Case.objects.filter(wanted)
        .select_related("application")
        .only("number", "item_name", "package_title", "applicant_id", "ended_at", "application__number")
    )


def _concerns(applicant_id: UUID, subject_id: UUID) -> bool:
    """A case concerns its applicant and whoever acts for the applicant or is represented by her."""
    if applicant_id == subject_id:
        return True
    mandates = identity.mandates_for(applicant_id)
    return any(subject_id in (mandate.principal.id, mandate.agent.id) for mandate in mandates)


def _open_by_version(version_ids: Sequence[UUID]) -> QuerySet[Case]:
    is_under = Q(substance_version_id__in=version_ids) | Q(procedure_version_id__in=version_ids)
    return Case.objects.filter(is_under, status__in=sorted(OPEN))
