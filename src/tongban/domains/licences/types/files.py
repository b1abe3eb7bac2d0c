"""The file of a licence (证照文件), and what a check of one says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tongban.domains.licences.types.library import LicenceStatus


@dataclass(frozen=True, slots=True)
class LicenceFile:
    """A licence's file in one of its states: a signed PDF/A, and the same data signed with SM2 beside it."""

    number: str
    status: LicenceStatus
    pdf: bytes
    signed_data: bytes
    """JSON: the data as text, and the signature over it."""
    signed_at: datetime


class FileRefusal(StrEnum):
    NOT_A_FILE = "NOT_A_FILE"
    TOO_LARGE = "TOO_LARGE"
    UNSIGNED = "UNSIGNED"
    ALTERED = "ALTERED"
    APPENDED = "APPENDED"
    ATTACHMENT_SWAPPED = "ATTACHMENT_SWAPPED"
    UNKNOWN_SIGNER = "UNKNOWN_SIGNER"
    REVOKED_SIGNER = "REVOKED_SIGNER"
    EXPIRED_CERTIFICATE = "EXPIRED_CERTIFICATE"
    NOT_YET_VALID = "NOT_YET_VALID"
    BAD_TIME_STAMP = "BAD_TIME_STAMP"
    OTHER_ISSUER = "OTHER_ISSUER"
    NOT_IN_LIBRARY = "NOT_IN_LIBRARY"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file whose signature holds. `licence` is None for a paper that is no licence, such as a decision."""

    signer: str
    signer_name: str
    algorithm: str
    key_id: str
    signed_at: datetime
    is_stamped: bool
    """A trusted time stamp proves `signed_at`; otherwise it is the instant of the check."""
    licence: "LicenceInFile | None"


@dataclass(frozen=True, slots=True)
class LicenceInFile:
    number: str
    name: str
    issuer_name: str
    status_then: LicenceStatus
    status_now: LicenceStatus
    is_newest: bool
    """False when the licence changed since: its library says more than this file."""
