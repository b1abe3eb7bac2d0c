"""Resources of the data catalogue, and who may read them (数据目录与共享)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import ConfigDict, StringConstraints

from tongban.kernel.documents import STRICT

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sentence = Annotated[str, StringConstraints(max_length=300)]


@dataclass(frozen=True, slots=True)
class Resource:
    """政务信息资源: what a department can supply, as far as a look-up needs to know it.

    Sharing is 1 unconditional, 2 conditional, 3 none (国发〔2016〕51号). `way` is the version of the way on which it is asked, None
    for a register that the platform holds.
    """

    code: str
    name: str
    provider: str
    provider_name: str
    fields: tuple[str, ...]
    sharing: str
    is_live: bool
    way: UUID | None = None


class ResourceKind(StrEnum):
    """The first digit of the national code (政务信息资源目录编制指南)."""

    BASE = "1"  # 基础信息资源
    THEME = "2"  # 主题信息资源
    DEPARTMENT = "3"  # 部门信息资源


class Format(StrEnum):
    """信息资源格式."""

    DATABASE = "DATABASE"
    SPREADSHEET = "SPREADSHEET"
    DOCUMENT = "DOCUMENT"
    IMAGE = "IMAGE"
    MEDIA = "MEDIA"
    SELF_DESCRIBED = "SELF_DESCRIBED"  # XML, JSON and the like


class Manner(StrEnum):
    """共享方式."""

    INTERFACE = "INTERFACE"
    TABLE = "TABLE"
    FILE = "FILE"


class Openness(StrEnum):
    """是否向社会开放."""

    OPEN = "OPEN"
    ON_REQUEST = "ON_REQUEST"
    NOT_OPEN = "NOT_OPEN"


class UpdateCycle(StrEnum):
    """更新周期."""

    REAL_TIME = "REAL_TIME"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"
    IRREGULAR = "IRREGULAR"


@dataclass(frozen=True, slots=True)
class ResourceField:
    """信息项: one field of a resource, by the data element whose meaning it has."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: FieldName
    label: FieldName
    element: str | None
    field_type: str
    length: int | None = None
    is_key: bool = False
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource as the national catalogue describes it (国发〔2016〕51号; 政务信息资源目录编制指南).

    `code` is the stable one that callers use, `catalogue_code` the national one. What is not described yet is empty.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    code: Code
    name: Name
    provider: str
    sharing: str
    fields: tuple[ResourceField, ...]
    catalogue_code: Annotated[str, StringConstraints(max_length=64)] | None = None
    abstract: Annotated[str, StringConstraints(max_length=500)] = ""
    format: str = ""
    condition: Sentence = ""
    basis: Sentence = ""
    manner: str = ""
    openness: str = ""
    update_cycle: str = ""
    system: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A resource with everything that is known of it, for those who keep the catalogue."""

    entry: Entry
    provider_name: str
    system_name: str
    is_live: bool
    published_on: date | None
    updated_on: date | None
    version: int
    """Of the catalogue; 0 before it is published for the first time."""
    reviewed_on: date | None
    review_due: date | None


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """One published version; `changes` says in words what differs from the one before."""

    number: int
    published_at: datetime
    published_by: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """数源: a resource says that it holds a data element."""

    element: str
    resource: str
    resource_name: str
    provider: str
    provider_name: str
    field: str
    is_source: bool
    """The data standard names it as the one source of the element."""


@dataclass(frozen=True, slots=True)
class Grant:
    """授权共享: a department may read these fields of a conditional resource for a purpose within a term.

    `items` are basic codes of items and codes of packages; none: `purpose` alone decides. `system` is the only one of the
    department's systems that may ask, empty: any; `per_minute` how often, None: without limit. A grant to a city department
    covers the district offices that it guides.
    """

    resource: str
    department: str
    fields: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_to: datetime | None
    items: tuple[str, ...] = ()
    system: str = ""
    per_minute: int | None = None
    basis: str = ""
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant as lists show it."""

    grant: Grant
    resource_name: str
    provider: str
    provider_name: str
    department_name: str
    labels: tuple[str, ...]
    """What people call the granted fields."""
    calls: int
    """In the last 30 days, whatever their outcome."""
