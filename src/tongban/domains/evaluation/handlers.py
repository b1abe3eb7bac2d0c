"""A right to rate for every service of a case that has a result."""

from datetime import datetime

from tongban.domains.cases.events import CaseEnded, CaseEvent, CaseGranted, CaseMoved
from tongban.domains.cases.types import Action, Status
from tongban.domains.evaluation import services
from tongban.domains.evaluation.types import ServicePoint

# A case the applicant took back, or that lapsed, has no result to rate.
_RESULTS = frozenset({Status.REFUSED.value, Status.NOT_ACCEPTED.value})


def open_rating(event: CaseEvent, at: datetime) -> None:
    """Safe to run twice: a right is unique by case and service."""
    point = _point_of(event)
    if point is None:
        return
    services.open_right(
        case_number=event.case_number,
        point=point,
        department=event.department,
        applicant_id=event.applicant_id,
        at=at,
    )


def _point_of(event: CaseEvent) -> ServicePoint | None:
    if isinstance(event, CaseGranted):
        return ServicePoint.DECISION
    if isinstance(event, CaseEnded):
        return ServicePoint.DECISION if event.status in _RESULTS else None
    if isinstance(event, CaseMoved) and event.action == Action.SERVE.value:
        return ServicePoint.DELIVERY
    return None
