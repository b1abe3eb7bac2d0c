"""Accounts, subjects and mandates as other domains see them (统一身份认证)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tongban.domains.directory.types import Department, DivisionRecord, ServiceCentre, WindowRecord
from tongban.kernel.actors import Role
from tongban.kernel.documents import STRICT

NO_NUMBER_YET = "****"
"""In the place of the masked number of a newborn whom no register has given one."""


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

    @property
    def has_number(self) -> bool:
        return self.masked_number != NO_NUMBER_YET


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
class OfficerRecord:
    """An officer as an import brings her. There is no password in it: she is invited to choose one."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    username: Annotated[
        str, StringConstraints(to_lower=True, min_length=3, max_length=64, pattern=r"^[\w.+-]+$")
    ]
    """By which she signs in: her employee code 工号; upper and lower case are the same."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    department: str
    post: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    email: Annotated[str, StringConstraints(to_lower=True, max_length=254)] = ""
    """Of her office; empty leaves what the account has."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """机构和人员: the file that `tongban organisations import` reads; each list may be left out."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    divisions: tuple[DivisionRecord, ...] = ()
    departments: tuple[Department, ...] = ()
    centres: tuple[ServiceCentre, ...] = ()
    windows: tuple[WindowRecord, ...] = ()
    officers: tuple[OfficerRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """代班: `deputy` acts for `absentee`'s department within the term."""

    id: UUID
    absentee: Officer
    deputy: Officer
    valid_from: datetime
    valid_to: datetime
