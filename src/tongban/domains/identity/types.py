"""Accounts, subjects and mandates as other domains see them (统一身份认证)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tongban.kernel.actors import Role


class SubjectKind(StrEnum):
    """办理主体: who can apply. ADR 0004 maps the kinds of GB/T 39046 to these at the edge."""

    PERSON = "PERSON"
    ENTITY = "ENTITY"


class MandateKind(StrEnum):
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"  # 法定代表人
    PARENT = "PARENT"  # 监护人代子女
    SPOUSE_AUTHORISATION = "SPOUSE_AUTHORISATION"  # 新生儿另一方父母的授权
    AGENT = "AGENT"  # 经办人


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or legal entity.

    The number is masked; the full one stays behind `identity.selectors.get_number`.
    """

    id: UUID
    kind: SubjectKind
    name: str
    masked_number: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """授权代理: `agent` may act for `principal` for the named items or packages within the term."""

    id: UUID
    kind: MandateKind
    principal: Subject
    agent: Subject
    scope: tuple[str, ...]
    """Basic codes of items and codes of packages; empty means all."""
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None
    basis: str


class Assurance(StrEnum):
    """How surely an account belongs to its subject (实名等级), higher includes lower."""

    CLAIMED = "CLAIMED"  # name and number agree with the register
    VERIFIED = "VERIFIED"  # face or counter check
    TOKEN = "TOKEN"  # a personal certificate or device key  # noqa: S105  # a level's name


@dataclass(frozen=True, slots=True)
class Officer:
    """One post of one person: what she may do, where and since when."""

    account_id: UUID
    username: str
    name: str
    department: str
    division: str
    post: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Cover:
    """代班: `deputy` acts for `absentee`'s department within the term."""

    id: UUID
    absentee: Officer
    deputy: Officer
    valid_from: datetime
    valid_to: datetime
