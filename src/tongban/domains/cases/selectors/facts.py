"""The clock's facts of a case, read from its rows."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.cases.models import Case, ClockEvent
from tongban.domains.cases.rules.clock import CaseFacts, ClockEventKind, ClockFact, Terms
from tongban.domains.cases.states import clock_stage
from tongban.domains.cases.types import Outcome, Status
from tongban.foundation.prepared import prepared
from tongban.kernel.clock import Regime


def facts_of(case: Case, events: Iterable[ClockEvent]) -> CaseFacts:
    """What the clock is computed from; the outcome stands in the event DECIDED."""
    known = tuple(
        ClockFact(ClockEventKind(event.kind), event.at, event.days, event.reason) for event in events
    )
    outcomes = [Outcome(event.reason) for event in known if event.kind is ClockEventKind.DECIDED]
    return CaseFacts(
        stage=clock_stage(Status(case.status)),
        terms=Terms(
            regime=Regime(case.regime),
            statutory_days=case.statutory_days,
            extension_max=case.extension_max,
            promised_days=case.promised_days,
        ),
        accepted_on=case.accepted_on,
        outcome=outcomes[-1] if outcomes else None,
        events=known,
    )


def load_facts(case: Case) -> CaseFacts:
    """One query."""
    return facts_of(case, _events(case.id))


@prepared
def _events(case_id: UUID) -> QuerySet[ClockEvent]:
    return ClockEvent.objects.filter(case_id=case_id).order_by("at", "id")
