"""What happened to a licence, for whoever ranks above or listens outside (证照事件)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LicenceEvent:
    licence_id: UUID
    number: str
    licence_type: str
    holder_id: UUID
    issuer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LicenceIssued(LicenceEvent):
    """A licence or document entered the library; `case_number` is empty for one taken over, `former` unless it replaces one."""

    case_number: str
    former: str = ""


@dataclass(frozen=True, slots=True)
class LicenceChanged(LicenceEvent):
    """Its status changed; `successor` is the number of the licence that took its place, empty otherwise."""

    status: str
    successor: str
    action: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LicenceUpdated(LicenceEvent):
    """What it says was corrected: files and credentials made before are out of date."""

    revision: int
    fields: tuple[str, ...]
