"""Forms over data elements, their answers and attachments (统一表单)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tongban.domains.standards.types import DataElement


class SubjectRole(StrEnum):
    """Whose datum a field holds: 法定代表人.姓名 is not 经办人.姓名."""

    APPLICANT = "APPLICANT"  # 申请人
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"  # 法定代表人
    HANDLER = "HANDLER"  # 经办人
    ENTERPRISE = "ENTERPRISE"  # 企业
    PREMISES = "PREMISES"  # 经营场所
    CHILD = "CHILD"  # 新生儿
    MOTHER = "MOTHER"  # 母亲
    FATHER = "FATHER"  # 父亲
    LIQUIDATION = "LIQUIDATION"  # 清算组
    MATTER = "MATTER"  # 本次申请
    FOUNDED = "FOUNDED"  # 新设的单位


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """What one item asks: a data element of one subject role."""

    element: DataElement
    role: SubjectRole
    is_required: bool
    asked_by: str


@dataclass(frozen=True, slots=True)
class MaterialRequest:
    """What one item wants handed in: a type of material of one holder."""

    material_type: str
    holder: str
    name: str
    is_required: bool
    may_follow_later: bool
    sample: str
    asked_by: str

    @property
    def slot(self) -> str:
        """Two items that want the same paper of the same holder share its slot."""
        return slot_key(self.material_type, self.holder)


def slot_key(material_type: str, holder: str) -> str:
    return f"{material_type}:{holder}"


def field_key(role: str, element: str) -> str:
    return f"{role}.{element}"


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of the merged form. `key` is `<ROLE>.<element code>`; `asked_by` names the items that want it."""

    key: str
    role: SubjectRole
    element: DataElement
    is_required: bool
    asked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaterialSlot:
    """One upload of the merged form, whichever items want it."""

    key: str
    material_type: str
    name: str
    is_required: bool
    may_follow_later: bool
    """容缺: may be handed in after acceptance, with a promise."""
    accept: tuple[str, ...]
    asked_by: tuple[str, ...]
    sample: str


@dataclass(frozen=True, slots=True)
class FieldGroup:
    role: SubjectRole
    title: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class FormSpec:
    """The one form: groups by person and thing, and the papers to bring."""

    title: str
    groups: tuple[FieldGroup, ...]
    materials: tuple[MaterialSlot, ...]

    def field(self, key: str) -> FormField | None:
        for group in self.groups:
            for one in group.fields:
                if one.key == key:
                    return one
        return None


class Origin(StrEnum):
    TYPED = "TYPED"
    PREFILLED = "PREFILLED"
    CORRECTED = "CORRECTED"
    """Prefilled, then changed by the applicant: the officer sees both."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A value with its provenance, kept from prefill to the officer's dossier."""

    value: object
    origin: Origin
    source: str = ""
    as_of: datetime | None = None
    prefilled_value: object = None


class AttachmentStatus(StrEnum):
    HELD = "HELD"  # scanner not reachable: kept, not shown to officers
    CLEAN = "CLEAN"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Attachment:
    id: UUID
    slot: str
    filename: str
    media_type: str
    size: int
    sha256: str
    status: AttachmentStatus
    has_thumbnail: bool
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished form, resumable on another device; deleted `expires_at` (60 days after the last change)."""

    id: UUID
    owner_id: UUID
    subject_id: UUID
    purpose: str
    """Code of the package or basic code of the item."""
    division: str
    facts: Mapping[str, object]
    answers: Mapping[str, Answer] = field(repr=False)
    attachments: tuple[Attachment, ...]
    idempotency_key: str
    revision: int
    created_at: datetime
    saved_at: datetime
    expires_at: datetime
    submitted_at: datetime | None
    title: str = ""
    known: Mapping[str, Answer] = field(default_factory=dict)
    """Facts that registers answered, with their provenance; their values stand in `facts` too."""
    optional_items: tuple[str, ...] = ()
    parties: Mapping[str, UUID] = field(default_factory=dict)
    """Who stands in which subject role, as far as the platform knows."""
    looked_up_at: datetime | None = None
    """When the registers were last asked for it."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, in a sentence a person can use."""

    key: str
    sentence: str
