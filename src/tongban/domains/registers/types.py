"""What the registers hold of persons and legal entities (人口库、法人综合信息库)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tongban.domains.identity.types import Subject


class RelationKind(StrEnum):
    """How the first subject stands to the second."""

    SPOUSE = "SPOUSE"  # 配偶；kept once, holds both ways
    PARENT = "PARENT"  # 父母
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"  # 法定代表人、经营者
    SHAREHOLDER = "SHAREHOLDER"  # 股东、投资人


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as the population register and the registers beside it hold her; `None` means not recorded."""

    subject_id: UUID
    sex: str
    birth_date: date
    ethnicity: str
    household_address: str
    household_number: str = ""
    is_household_head: bool = False
    is_employee_insured: bool | None = None
    insured_division: str | None = None


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """A legal entity or sole trader as its register and those beside it hold it; `None`: not recorded."""

    subject_id: UUID
    entity_kind: str
    address: str
    business_scope: str
    scope_has_catering: bool
    industry: str
    registered_capital_fen: int
    founded_date: date
    status: str = "存续"
    taxpayer_kind: str | None = None
    has_unpaid_tax: bool | None = None
    has_unused_invoices: bool | None = None
    has_social_arrears: bool | None = None
    has_insured_staff: bool | None = None
    is_customs_registered: bool | None = None
    has_open_customs_matters: bool | None = None
    is_dishonest: bool | None = None
    in_abnormal_list: bool | None = None


@dataclass(frozen=True, slots=True)
class BirthRecord:
    """出生医学信息, found through the mother."""

    mother_id: UUID
    record_number: str
    birth_hospital: str
    birth_date: date
    birth_weight_g: int
    is_born_in_city: bool


@dataclass(frozen=True, slots=True)
class PremisesRecord:
    """不动产登记信息 of the place an owner or tenant uses."""

    subject_id: UUID
    address: str
    area_m2: int
    use: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two subjects with the number of the paper that proves it."""

    kind: RelationKind
    subject: Subject
    other: Subject
    reference: str
    since_date: date
    until_date: date | None


class BrokenPromiseKind(StrEnum):
    """What somebody had promised the government and did not keep."""

    FALSE_PROMISE = "FALSE_PROMISE"  # 告知承诺不实
    NOT_HANDED_IN = "NOT_HANDED_IN"  # 容缺材料到期未补交


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """失信记录: until it is repaired its subject is not taken at her word (国办发〔2020〕42号)."""

    id: UUID
    subject_id: UUID
    subject_name: str
    case_number: str
    kind: BrokenPromiseKind
    reason: str
    recorded_at: datetime


class ObjectionStatus(StrEnum):
    """Where an objection stands (异议)."""

    OPEN = "OPEN"  # 核实中
    CORRECTED = "CORRECTED"  # 已更正
    UPHELD_AS_IS = "UPHELD_AS_IS"  # 核实无误，维持


class ObjectionAction(StrEnum):
    """What is done to an objection."""

    RAISE = "RAISE"  # 提出
    CORRECT = "CORRECT"  # 更正
    UPHOLD = "UPHOLD"  # 维持


@dataclass(frozen=True, slots=True)
class NewObjection:
    """What a person says of one value: `claimed` is what is right, `evidence` what proves it, in words."""

    subject_id: UUID
    resource: str
    field: str
    claimed: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """异议: a value that its subject says is wrong; the department that supplies it answers by a working day.

    `label` and `element` are the field's as they stood when it was raised, `held` what the register said then.
    """

    id: UUID
    subject_id: UUID
    subject_name: str
    resource: str
    resource_name: str
    provider: str
    provider_name: str
    field: str
    label: str
    element: str
    held: object
    claimed: str
    reason: str
    evidence: str
    status: ObjectionStatus
    raised_by_name: str
    raised_at: datetime
    due_on: date
    answer: str
    decided_at: datetime | None
    decided_by_name: str


@dataclass(frozen=True, slots=True)
class HeldValue:
    """One value of a register about a subject, with where and when it comes from."""

    field: str
    label: str
    element: str
    value: object
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """What one resource holds of a subject; `is_known` is False when its register did not answer."""

    resource: str
    name: str
    provider_name: str
    is_known: bool
    values: tuple[HeldValue, ...]
