"""What goes over the wire: the shapes of the API, from which its OpenAPI document is generated."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Header, Path, Schema
from pydantic import ConfigDict, Field, StringConstraints

from tongban.domains.cases.types import (
    Action,
    CheckKind,
    CheckOutcome,
    Light,
    Outcome,
    PaperKind,
    ProcedureKind,
    ServiceMethod,
    Status,
)
from tongban.domains.catalogue.types import Stage
from tongban.domains.eforms.types import AttachmentStatus, Origin
from tongban.domains.licences.types import ConsentStatus, LicenceStatus

# PostgreSQL keeps no NUL; nor does any text a person wrote hold one.
_PRINTABLE = r"^[^\x00]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=_PRINTABLE)]
Note = Annotated[str, StringConstraints(max_length=2_000, pattern=_PRINTABLE)]
FieldKey = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Z_]+\.[0-9A-Za-z._]+$")
]
"""`PREMISES.premises.address`: subject role and data element, as a case's `answers` have them."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._:-]+$")]
Days = Annotated[int, Field(ge=1, le=365)]
Revision = Annotated[int, Field(ge=1, le=2_147_483_647)]
CaseNumber = Annotated[
    str, Path(description="办件编号", pattern=r"^[0-9A-Z]{12,64}$", min_length=12, max_length=64)
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="每个操作一个新的键；网络出错后用同一个键重发，操作只发生一次",
        pattern=r"^[0-9A-Za-z._:-]{8,128}$",
        min_length=8,
        max_length=128,
    ),
]


class Strict(Schema):
    """A request body; members nobody knows are refused rather than overlooked."""

    model_config = ConfigDict(extra="forbid")


class TokenOut(Schema):
    access_token: str
    token_type: str
    expires_in: int


class CaseRowOut(Schema):
    number: str
    application_number: str
    department: str
    item_name: str
    applicant_name: str
    status: Status
    revision: int
    received_at: datetime
    due_on: date | None
    light: Light


class CasePageOut(Schema):
    items: list[CaseRowOut]
    next_cursor: str | None


class AnswerOut(Schema):
    value: Any = None  # as the data element's type says
    origin: Origin
    source: str
    as_of: datetime | None


class AttachmentOut(Schema):
    id: UUID
    slot: str
    filename: str
    media_type: str
    size: int
    sha256: str
    status: AttachmentStatus


class PointOut(Schema):
    """An examination point of the item, with what was found so far."""

    code: str
    stage: Stage
    text: str
    passed: bool | None
    note: str


class BasisOut(Schema):
    id: str
    law: str
    article: str


class SupplementOut(Schema):
    target: str
    label: str
    problem: str
    remedy: str


class PaperOut(Schema):
    id: UUID
    kind: PaperKind
    number: str
    title: str
    issued_at: datetime


class CheckOut(Schema):
    """A dated check: a material that is to follow, or what was promised (核查任务)."""

    id: UUID
    kind: CheckKind
    subject: str
    due_on: date
    outcome: CheckOutcome
    note: str
    is_handed_in: bool
    is_overdue: bool


class OfficerOut(Schema):
    id: UUID
    name: str
    post: str


class OfficersOut(Schema):
    items: list[OfficerOut]


class DecisionOut(Schema):
    outcome: Outcome
    decided_at: datetime
    reason: str
    licences: list[str]


class CaseOut(Schema):
    number: str
    application_number: str
    item_code: str
    item_name: str
    situation: str | None
    department: str
    status: Status
    revision: int
    applicant_name: str
    assignee_id: UUID | None
    assignee_name: str
    received_at: datetime
    accepted_on: date | None
    due_on: date | None
    light: Light
    answers: dict[str, AnswerOut]
    attachments: list[AttachmentOut]
    deferred_materials: list[str]
    uses_promise: bool
    points: list[PointOut]
    legal_basis: list[BasisOut]
    supplement: list[SupplementOut]
    papers: list[PaperOut]
    checks: list[CheckOut]
    decision: DecisionOut | None
    allowed_actions: list[Action]


class ActOut(Schema):
    number: str
    status: Status
    revision: int
    papers: list[PaperOut]
    licences: list[str]


class ActIn(Strict):
    revision: Revision


class SupplementItemIn(Strict):
    target: Line
    label: Line
    problem: Text
    remedy: Text


class SupplementIn(ActIn):
    items: Annotated[list[SupplementItemIn], Field(min_length=1, max_length=100)]
    answer_by: date | None = None


class NonAcceptanceIn(ActIn):
    reason: Text
    where_to_go: Text


class MarkIn(Strict):
    point: Code
    passed: bool
    note: Note = ""


class MarksIn(ActIn):
    marks: Annotated[list[MarkIn], Field(min_length=1, max_length=100)]


class SuspensionIn(ActIn):
    procedure: Code
    days: Days


class ExtensionIn(ActIn):
    days: Days
    approved_by: Line
    reason: Text


class ProcedureIn(ActIn):
    kind: ProcedureKind
    began_on: date
    ended_on: date
    officers: Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)] = ""
    finding: Text


class ReasonIn(ActIn):
    reason: Text


class GrantIn(ActIn):
    result_fields: Annotated[dict[Code, Text], Field(default_factory=dict, max_length=100)]
    flag_reason: Annotated[str, Field(max_length=2_000)] = ""
    """Why it is granted although a licence the case rests on has lost its force since."""


class RefusalIn(ActIn):
    failed_points: Annotated[list[Code], Field(min_length=1, max_length=100)]
    reason: Text
    legal_basis: Annotated[list[Code], Field(min_length=1, max_length=100)]


class ServiceIn(ActIn):
    method: ServiceMethod
    proof: Text


class CorrectionIn(ActIn):
    field: FieldKey
    value: bool | int | Text | Annotated[list[Text], Field(max_length=100)]
    reason: Text


class HandOverIn(ActIn):
    to: UUID


class FindingIn(ActIn):
    check: UUID
    outcome: Literal["PASSED", "FAILED"]
    note: Note = ""


class LicenceUseIn(Strict):
    holder_number: Annotated[
        str, StringConstraints(min_length=18, max_length=18, pattern=r"^[0-9A-Z]{17}[0-9A-Zx]$")
    ]
    """Resident number or unified social credit code of the holder."""
    licence_type: Code
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE)]
    case: Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9A-Z]*$")] = ""
    """Number of a case of this department that is being handled; empty where the holder consented."""
    fields: Annotated[list[Code], Field(default_factory=list, max_length=100)]
    """Those wanted; empty for all that the case or the consent covers."""


class LicenceUseOut(Schema):
    number: str
    licence_type: str
    name: str
    holder_name: str
    issuer_name: str
    valid_from: date
    valid_to: date | None
    fields: dict[str, str]


class ConsentIn(Strict):
    holder_number: Annotated[
        str, StringConstraints(min_length=18, max_length=18, pattern=r"^[0-9A-Z]{17}[0-9A-Zx]$")
    ]
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE)]
    scope: Annotated[
        dict[Code, Annotated[list[Code], Field(min_length=1, max_length=100)]],
        Field(min_length=1, max_length=20),
    ]
    """Fields by licence type."""
    once: bool
    until: date
    """The last day, a year ahead at most."""


class LicenceInFileOut(Schema):
    """The licence a file is of: its status when the file was made, and today."""

    number: str
    name: str
    issuer_name: str
    status_then: LicenceStatus
    status_now: LicenceStatus
    is_newest: bool


class FileCheckOut(Schema):
    """A file whose signature holds; `licence` is null for a signed paper that is no licence."""

    signer: str
    signer_name: str
    algorithm: str
    key_id: str
    signed_at: datetime
    is_stamped: bool
    licence: LicenceInFileOut | None


class ConsentOut(Schema):
    id: UUID
    status: ConsentStatus
    valid_to: datetime


class WebhookIn(Strict):
    url: Annotated[str, StringConstraints(min_length=8, max_length=500, pattern=r"^https?://[!-~]+$")]


class WebhookOut(Schema):
    url: str
    secret: str | None
    """Only the first time."""


class SecretOut(Schema):
    secret: str


class EventsOut(Schema):
    items: list[dict[str, Any]]
    last_sequence: int


class ReplayIn(Strict):
    after: Annotated[int, Field(ge=0, le=9_223_372_036_854_775_807)]


class ReplayOut(Schema):
    events: int


class LookUpIn(Strict):
    """What is asked about whom, why, for which case; members of `fields` are the resource's own."""

    resource: Code
    subject_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
    fields: Annotated[list[Code], Field(min_length=1, max_length=50)]
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PRINTABLE)]
    case: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{12,64}$")]


class LookUpOut(Schema):
    """`message` says which fields were left out, if any were."""

    exchange_id: UUID
    source: str
    as_of: datetime
    values: dict[str, Any]  # Any: a field's value as its provider has it
    message: str


class CodeUseIn(Strict):
    code: Annotated[str, StringConstraints(min_length=8, max_length=12, pattern=r"^[0-9 -]+$")]
    """What the holder shows this department, for business: good for a minute and once."""
    item: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[0-9A-Z]+$")]
    """Basic code of the item: nothing but its material list is pulled."""
    division: Annotated[str, StringConstraints(min_length=2, max_length=12, pattern=r"^[0-9]+$")]


class CodeUseLineOut(Schema):
    material: str
    name: str
    must_bring: bool
    licence: LicenceUseOut | None


class CodeUseOut(Schema):
    holder_name: str
    item_name: str
    materials: list[CodeUseLineOut]
