"""证照目录: what a kind of licence holds, who may have it and for how long."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from tongban.domains.identity.types import SubjectKind
from tongban.kernel.documents import STRICT


class ValidityKind(StrEnum):
    AS_DECIDED = "AS_DECIDED"  # 由每次决定写明
    NONE = "NONE"  # 长期
    YEARS = "YEARS"  # 固定年数；决定可以写得更短
    FIXED_END = "FIXED_END"  # 同一天到期
    UNTIL_AGE = "UNTIL_AGE"  # 到持证人满多少周岁为止
    BY_AGE = "BY_AGE"  # 年数看持证人多大，例如居民身份证


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Holders younger than `under_age` have the licence for `years`; None is without limit."""

    under_age: int | None
    years: int | None


@dataclass(frozen=True, slots=True)
class Validity:
    """For how long a licence of a type holds."""

    kind: ValidityKind = ValidityKind.AS_DECIDED
    years: int | None = None
    age: int | None = None
    ends_on: date | None = None
    """The last day of a `FIXED_END`."""
    bands: tuple[AgeBand, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenceField:
    """One field of a licence; `element` is the data element whose meaning it has, empty where none is named."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    element: str = ""
    caption: Annotated[str, Field(max_length=64)] = ""
    """What stands on the licence; that of the data element where the type gives none."""
    is_required: bool = False
    changed_by: str = ""
    """Data element of a form that says the new value when the licence is changed (变更)."""


@dataclass(frozen=True, slots=True)
class LicenceType:
    """证照目录 entry as one of its versions has it; `code` is ours, `type_code` that of GB/T 36904 (defining body's USCC + 3)."""

    code: str
    name: str
    type_code: str
    issuer_kind: str
    holder_kinds: tuple[SubjectKind, ...]
    contents: tuple[LicenceField, ...]
    is_document: bool
    """True for a one-off document such as 清税证明: numbered and shown like a licence, never renewed."""
    version: int = 1
    applies_from: date = date.min
    validity: Validity = Validity()
    told_apart_by: tuple[str, ...] | None = None
    """Fields by which several valid licences of one holder are told apart; empty: she has one at a time. None: any number."""
    template: str = ""
    renewed_by: str = ""
    """Basic code of the item that renews it."""
    depends_on: tuple[str, ...] = ()
    """Types without a valid licence of which this one is looked at again."""
    is_identity: bool = False
    """One that says who somebody is: with it alone 一证通办 fetches the rest."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of what it holds, in the order of its face."""
        return tuple(one.name for one in self.contents)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceTypeDocument:
    """A licence type as a file brings it: `type_code` whole, or `serial`, to which the defining body's USCC is put in front."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    code: Annotated[str, Field(min_length=1, max_length=32)]
    name: Annotated[str, Field(min_length=1, max_length=128)]
    type_code: str = ""
    serial: str = ""
    issuer_kind: str
    holder_kinds: Annotated[tuple[SubjectKind, ...], Field(min_length=1)]
    contents: tuple[LicenceField, ...]
    is_document: bool = False
    is_identity: bool = False
    validity: Validity = field(default_factory=Validity)
    told_apart_by: tuple[str, ...] | None = None
    template: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", max_length=32)] = ""
    renewed_by: str = ""
    depends_on: tuple[str, ...] = ()
    version: int | None = None
    """That of the installation the file comes from; this one numbers its own."""
    applies_from: date | None = None
    """The day from which licences are issued by it; that of the load when left out."""


for _kind in (AgeBand, Validity, LicenceField):
    setattr(_kind, "__pydantic_config__", STRICT)  # noqa: B010 - as in the catalogue's documents
