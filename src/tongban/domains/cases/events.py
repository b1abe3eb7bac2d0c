"""What happened to a case, for whoever ranks above or listens outside (办件事件)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseEvent:
    case_id: UUID
    case_number: str
    application_id: UUID
    application_number: str
    purpose: str
    basic_code: str
    item_code: str
    department: str
    applicant_id: UUID
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CalendarEnding:
    """The announced calendar reaches no further than `last_known`: the next year's plan is to be recorded."""

    last_known: date
    days_left: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseReceived(CaseEvent):
    """Handed in; acceptance is the department's."""


@dataclass(frozen=True, slots=True)
class DataWanted:
    """A case was received whose papers other departments' registers supply: they are to be asked now."""

    case_number: str


@dataclass(frozen=True, slots=True)
class CaseMoved(CaseEvent):
    """Any other change of status the applicant may see; `action` names it."""

    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CaseGranted(CaseEvent):
    """Granted; `licences` are the numbers issued in the deciding transaction."""

    licences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseEnded(CaseEvent):
    """Ended without a grant: not accepted, refused, withdrawn or terminated.

    `reason` is the sentence on the paper.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class CaseLimitNoticed(CaseEvent):
    """A limit came near (AMBER) or passed (RED) on `since_on`, whenever the worker came to see it."""

    limit_kind: str
    light: str
    due_on: date
    since_on: date
