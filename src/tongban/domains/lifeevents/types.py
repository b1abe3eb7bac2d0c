"""Packages, questions and plans (高效办成一件事, 国发〔2024〕3号)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tongban.domains.catalogue.types import Guide, MaterialVerdict, Tree
from tongban.domains.eforms.types import FormSpec
from tongban.domains.exchange.types import Value
from tongban.domains.identity.types import SubjectKind
from tongban.domains.standards.types import DataElement
from tongban.kernel.documents import STRICT


class OnRefusal(StrEnum):
    """What the refusal of one item does to those that wait for it or run beside it."""

    STOP_DEPENDENTS = "STOP_DEPENDENTS"
    CONTINUE = "CONTINUE"
    STOP_ALL = "STOP_ALL"


@dataclass(frozen=True, slots=True)
class Dependency:
    """`needs` must be granted first, because its `result` feeds this item (`reason` in words)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    needs: str
    reason: str


@dataclass(frozen=True, slots=True)
class PackageItem:
    """One item of a package; `when` None means always."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    basic_code: str
    when: Tree | None
    after: tuple[Dependency, ...]
    is_lead: bool
    is_optional: bool
    """Wanted only when the applicant ticks it."""
    guidance_only: bool
    """No case is opened: rules to follow, e.g. shop signs."""
    on_refusal: OnRefusal
    why: str
    """The sentence that explains to the applicant why this item is in her plan."""


@dataclass(frozen=True, slots=True)
class LicenceCheck:
    """A licence the package verifies instead of asking for it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    licence_type: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Another person's consent that the package needs before submission (e.g. the other parent)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    role: str
    title: str
    text: str


_KINDS = {"ENTERPRISE": SubjectKind.ENTITY, "PERSON": SubjectKind.PERSON}


@dataclass(frozen=True, slots=True)
class Package:
    """One published version of a life event."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: UUID
    code: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    version: Annotated[int, Field(ge=1, le=2_000_000_000)]
    title: str
    summary: str
    audience: str
    """`PERSON` or `ENTERPRISE`; a single item may be for `ANYONE`."""
    aliases: tuple[str, ...]
    lead_department: str
    items: tuple[PackageItem, ...]
    licence_checks: tuple[LicenceCheck, ...]
    authorisations: tuple[Authorisation, ...]
    after_care: tuple[str, ...]
    """开业后指导: what to mind once everything is done."""

    @property
    def is_single(self) -> bool:
        """Whether it is one item of the catalogue rather than a life event."""
        return self.code == self.items[0].basic_code

    def is_for(self, kind: SubjectKind) -> bool:
        """Whether a person, or an entity, can apply in its own name."""
        return _KINDS.get(self.audience, kind) is kind


class PlanState(StrEnum):
    CERTAIN = "CERTAIN"
    POSSIBLE = "POSSIBLE"
    """A fact is unknown („不清楚"): shown as a branch that may apply."""


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact that is not asked because a register holds it."""

    element: DataElement
    value: Value
    display: str


@dataclass(frozen=True, slots=True)
class Question:
    """The next question: only one whose answer can still change the plan."""

    element: DataElement
    position: int
    at_most: int
    """How many questions at most are left, this one included."""
    decides: tuple[str, ...]
    """Names of the items that it decides are wanted or not."""
    shapes: tuple[str, ...]
    """Names of the other items whose materials or form it decides."""


@dataclass(frozen=True, slots=True)
class PlanItem:
    guide: Guide
    package_item: PackageItem
    state: PlanState
    because: str
    """The condition's explanation in words."""
    starts_on_day: int
    ends_on_day: int
    due_on: date
    is_critical: bool
    materials: tuple[MaterialVerdict, ...]
    situation: str | None = None
    """Code of the situation the facts decide; None when the item knows none or a fact is missing."""
    uses_promise: bool = False
    """告知承诺 was chosen for this item."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of the package against the same items done one by one (days are working days)."""

    materials_alone: int
    materials: int
    fields_alone: int
    fields: int
    trips_alone: int
    trips: int
    days_alone: int
    days: int
    fees_fen: int


@dataclass(frozen=True, slots=True)
class Plan:
    package: Package
    division: str
    items: tuple[PlanItem, ...]
    excluded: tuple[tuple[str, str], ...]
    """Names of items that do not apply, with the reason."""
    known: tuple[KnownFact, ...]
    unknown: tuple[DataElement, ...]
    to_bring: tuple[MaterialVerdict, ...]
    fetched: tuple[MaterialVerdict, ...]
    produced: tuple[MaterialVerdict, ...]
    no_longer: tuple[MaterialVerdict, ...]
    critical_path: tuple[str, ...]
    promised_days: int
    statutory_days: int
    due_on: date
    is_provisional: bool
    totals: Totals
    form: FormSpec
    missing_authorisations: tuple[Authorisation, ...]
    is_trusted: bool = True
    """False: the applicant broke a promise before, so none is taken and nothing may follow later."""


Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Background:
    """What the platform knows before anything is asked: who stands in which role, and facts from registers."""

    parties: Mapping[str, UUID]
    known: tuple[KnownFact, ...]


NOTHING_KNOWN = Background(parties={}, known=())


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan behind a link: the answers that led to it and no personal data."""

    token: str
    package_code: str
    division: str
    facts: Mapping[str, object]
    optional_items: tuple[str, ...]
    saved_at: datetime


class BranchStatus(StrEnum):
    """Where one item of a submitted package stands in the plan."""

    UNSETTLED = "UNSETTLED"  # 待确认：一个问题还不清楚
    PLANNED = "PLANNED"  # 等待前一事项
    STARTED = "STARTED"  # 已提交部门
    GRANTED = "GRANTED"  # 已办成
    ENDED = "ENDED"  # 已结束，没有办成
    STOPPED = "STOPPED"  # 没有开始，已停止
    DROPPED = "DROPPED"  # 不需要办


@dataclass(frozen=True, slots=True)
class Branch:
    """One item of a submitted package, with the case it became or the reason why it waits or stopped."""

    basic_code: str
    item_name: str
    department_name: str
    status: BranchStatus
    case_number: str
    waits_for: tuple[str, ...]
    """Names of the items whose result it still needs."""
    reason: str


@dataclass(frozen=True, slots=True)
class BundleRun:
    """A submitted package: every item of its plan as a branch."""

    application_id: UUID
    application_number: str
    package_code: str
    package_title: str
    branches: tuple[Branch, ...]
    after_care: tuple[str, ...]
