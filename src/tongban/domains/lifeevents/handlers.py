"""What happens in a package when one of its cases comes to an end; safe to run twice."""

from datetime import datetime

from tongban.domains.cases.events import CaseEnded, CaseGranted
from tongban.domains.lifeevents import services


def start_dependents(event: CaseGranted, at: datetime) -> None:
    services.note_granted(event, at)


def stop_dependents(event: CaseEnded, at: datetime) -> None:
    services.note_ended(event, at)
