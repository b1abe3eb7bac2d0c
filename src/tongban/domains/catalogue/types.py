"""Items of the catalogue as one frozen guide (行政权力事项清单): GB/T 39554.1/.2-2020, DB31/T 545-2024 (办事指南), 544-2024 (业务手册).

The substance (name, code, basis, limit, conditions, materials) belongs to the city department's power; the procedure (window,
phones, promise, visits) to each implementing body. A guide joins one published version of each and never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from tongban.domains.directory.types import Department, Level, Window
from tongban.domains.exchange.types import ResourceStanding
from tongban.domains.licences.types import Licence
from tongban.kernel.identifiers import ItemCodeScheme

Tree = Mapping[str, object]
"""A condition tree as `kernel.conditions` reads it."""


class PowerKind(StrEnum):
    """权力类型, GB/T 39554.1: the national code is stored."""

    LICENSING = "01"  # 行政许可
    PAYMENT = "05"  # 行政给付
    CONFIRMATION = "07"  # 行政确认
    REWARD = "08"  # 行政奖励
    RULING = "09"  # 行政裁决
    OTHER = "10"  # 其他行政权力
    PUBLIC_SERVICE = "20"  # 公共服务


class Handling(StrEnum):
    """办件类型."""

    IMMEDIATE = "1"  # 即办件
    COMMITTED = "2"  # 承诺件


class ApplicantKind(StrEnum):
    PERSON = "PERSON"  # 自然人
    ENTERPRISE = "ENTERPRISE"  # 企业法人
    SOLE_TRADER = "SOLE_TRADER"  # 个体工商户
    INSTITUTION = "INSTITUTION"  # 事业法人
    SOCIAL_ORGANISATION = "SOCIAL_ORGANISATION"  # 社会组织法人


class ResultKind(StrEnum):
    """审批结果类型."""

    LICENCE = "1"  # 证照
    APPROVAL = "2"  # 批文
    DOCUMENT = "3"  # 其他
    NONE = "4"  # 无


class MaterialSource(StrEnum):
    """材料来源."""

    APPLICANT = "APPLICANT"  # 申请人自备
    GOVERNMENT = "GOVERNMENT"  # 政府部门核发
    INTERMEDIARY = "INTERMEDIARY"  # 中介机构出具


class MaterialForm(StrEnum):
    """材料形式."""

    ELECTRONIC = "ELECTRONIC"  # 电子
    ORIGINAL = "ORIGINAL"  # 原件
    COPY = "COPY"  # 复印件
    FORM = "FORM"  # 由本系统表单生成


class Necessity(StrEnum):
    """材料必要性."""

    REQUIRED = "REQUIRED"  # 必要
    DEFERRABLE = "DEFERRABLE"  # 非主要材料，可容缺
    CONDITIONAL = "CONDITIONAL"  # 特定情形下必要


class Stage(StrEnum):
    """Where an examination point is looked at (审查要点)."""

    ACCEPTANCE = "ACCEPTANCE"
    EXAMINATION = "EXAMINATION"


class Channel(StrEnum):
    ONLINE = "ONLINE"
    COUNTER = "COUNTER"
    MAIL = "MAIL"


class Rule(StrEnum):
    """三个一律: why a material is not asked for, and two reasons that lie in the application itself."""

    NO_BASIS = "NO_BASIS"  # 没有法律法规依据的，一律不需提交
    SHAREABLE = "SHAREABLE"  # 能够通过数据共享或网络核验的，一律不需提交
    IN_LICENCE_LIBRARY = "IN_LICENCE_LIBRARY"  # 能够通过电子证照库调取的，一律不需提交
    PRODUCED_HERE = "PRODUCED_HERE"  # 本次联办中产生
    FILLED_IN_FORM = "FILLED_IN_FORM"  # 由一张表单自动生成


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """设定依据. `id` is local to the guide; `text` is the wording cited."""

    id: str
    law: str
    article: str
    text: str
    is_repealed: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """办理条件; `evidence` names material codes that prove it."""

    id: str
    text: str
    basis: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """细分情形: `when` decides from facts whether it is the applicant's."""

    code: str
    name: str
    description: str
    when: Tree | None


@dataclass(frozen=True, slots=True)
class Material:
    """申请材料 with the six attributes (name, source, form, copies, necessity, sample) and its basis."""

    code: str
    name: str
    material_type: str
    source: MaterialSource
    issuer: str
    form: MaterialForm
    copies: int
    necessity: Necessity
    sample: str
    basis: tuple[str, ...]
    situations: tuple[str, ...]
    """Situation codes in which it is wanted; empty means all."""
    when: Tree | None
    licence_type: str | None
    licence_holder: str
    """Subject role whose licence it is, e.g. `APPLICANT`, `MOTHER`."""
    resource: str | None
    produced_by: str | None
    """Basic code of the item whose result this is."""
    defer_days: int | None
    """Working days within which a deferrable material follows."""


@dataclass(frozen=True, slots=True)
class FormElement:
    """A data element this item's application form needs, of one subject role."""

    element: str
    role: str
    is_required: bool
    situations: tuple[str, ...]
    when: Tree | None


@dataclass(frozen=True, slots=True)
class ExaminationPoint:
    """审查要点: what the officer looks at; `plain` is the same in words for the public (指南与手册无差别)."""

    code: str
    stage: Stage
    text: str
    plain: str
    material: str | None
    basis: tuple[str, ...]
    check: Tree | None
    """Condition over answers that a machine can decide; None when a person must look."""


@dataclass(frozen=True, slots=True)
class Step:
    """办理环节; `days` are working days of the promise."""

    name: str
    kind: str
    days: int
    who: str
    output: str


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """特别程序; `pause` is one of the eight reasons of 行政许可法 §45, or None when the clock runs on (e.g. 现场核查)."""

    code: str
    name: str
    pause: str | None
    max_days: int


@dataclass(frozen=True, slots=True)
class Fee:
    name: str
    amount_fen: int
    unit: str
    basis: str
    online_payment: bool


class ResultEffect(StrEnum):
    """What a grant does to the licence its result names."""

    ISSUE = "ISSUE"  # 新发
    RENEW = "RENEW"  # 延续或换发：有旧证的，新证代替旧证
    CHANGE = "CHANGE"  # 变更：换发载明新内容的一张
    CANCEL = "CANCEL"  # 注销


@dataclass(frozen=True, slots=True)
class ItemResult:
    """审批结果."""

    name: str
    kind: ResultKind
    licence_type: str | None
    valid_years: int | None
    sample: str
    holder_role: str = "APPLICANT"
    """Subject role of the form whose licence it will be, e.g. `APPLICANT`, `CHILD`."""
    effect: ResultEffect = ResultEffect.ISSUE


@dataclass(frozen=True, slots=True)
class Faq:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Substance:
    """The city department's part: one published version of a power."""

    power_id: UUID
    version_id: UUID
    version: int
    basic_code: str
    name: str
    kind: PowerKind
    department: Department
    summary: str
    aliases: tuple[str, ...]
    audience: tuple[ApplicantKind, ...]
    themes: tuple[str, ...]
    handling: Handling
    statutory_days: int
    is_joint: bool
    allows_promise: bool
    """告知承诺 is offered for this item."""
    legal_basis: tuple[LegalBasis, ...]
    conditions: tuple[Condition, ...]
    situations: tuple[Situation, ...]
    materials: tuple[Material, ...]
    form: tuple[FormElement, ...]
    points: tuple[ExaminationPoint, ...]
    special_procedures: tuple[SpecialProcedure, ...]
    fees: tuple[Fee, ...]
    results: tuple[ItemResult, ...]
    faqs: tuple[Faq, ...]
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Procedure:
    """The implementing body's part: one published version of an implementation."""

    implementation_id: UUID
    version_id: UUID
    version: int
    implementation_code: str
    """实施编码, 31 characters."""
    department: Department
    division: str
    level: Level
    promised_days: int
    visits: int
    visits_reason: str
    channels: tuple[Channel, ...]
    steps: tuple[Step, ...]
    windows: tuple[Window, ...]
    enquiry_phone: str
    complaint_phone: str
    external_link: str
    """Guide of another portal for items only linked to; empty when handled here."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One item in one place: what the public guide and the officers' manual are both made from."""

    substance: Substance
    procedure: Procedure

    @property
    def item_code(self) -> str:
        return self.procedure.implementation_code

    @property
    def title(self) -> str:
        return self.substance.name


class Ask(StrEnum):
    """Whether a material may be asked for: the one verdict."""

    MUST_NOT_ASK = "MUST_NOT_ASK"  # 不得收取
    ASK_IF_FETCH_FAILS = "ASK_IF_FETCH_FAILS"  # 先由部门调取，调取不到才请当事人补交
    MAY_ASK = "MAY_ASK"  # 可以收取


class Remains(StrEnum):
    """Why a material is still asked for."""

    APPLICANT_ONLY = "APPLICANT_ONLY"  # 只有申请人自己有
    NOT_PUBLISHED = "NOT_PUBLISHED"  # 数据目录里没有这项资源，或者已经停用
    NOT_GRANTED = "NOT_GRANTED"  # 提供部门没有授权
    LOW_QUALITY = "LOW_QUALITY"  # 数据质量不够
    NOT_HELD = "NOT_HELD"  # 电子证照库里没有这个人的


@dataclass(frozen=True, slots=True)
class Sources:
    """From where an item's materials can come instead of from the applicant, as things stand."""

    licence_types: Mapping[str, str]
    """By code of the material dictionary, the licence type of the library that it is."""
    resources: Mapping[str, str]
    """By code of the material dictionary, the resource that holds what it says."""
    standings: Mapping[str, ResourceStanding]
    """By resource, whether this item may be supplied from it."""


@dataclass(frozen=True, slots=True)
class MaterialVerdict:
    """Whether a material may be asked for, and the proof. `source` says in words from where it comes instead."""

    material: Material
    ask: Ask
    rule: Rule | None
    source: str
    reference: str = ""
    """Number of the licence or resource that replaces it."""
    basis: tuple[LegalBasis, ...] = ()
    """The clauses in force that it rests on."""
    licence_type: str | None = None
    """The licence type of the library that it is."""
    standing: ResourceStanding | None = None
    """How the resource that would supply it stands."""
    remains: Remains | None = None
    """Why it is asked for nevertheless."""

    @property
    def must_ask(self) -> bool:
        """Whether it is the applicant who brings it."""
        return self.ask is Ask.MAY_ASK


@dataclass(frozen=True, slots=True)
class CounterLine:
    """One material at a window: the verdict for whoever stands there, and her licence where one stands in for it."""

    verdict: MaterialVerdict
    licence: Licence | None
    is_others: bool
    """It is somebody else's paper: a spouse's, the legal representative's."""


@dataclass(frozen=True, slots=True)
class CounterPull:
    """What one shown licence opened for one item (证照免带)."""

    item_name: str
    holder_name: str
    shown_name: str
    lines: tuple[CounterLine, ...]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One material of one published item in the audit of the three rules (三个一律)."""

    item: str
    item_name: str
    department: str
    department_name: str
    verdict: MaterialVerdict
    was_asked: bool
    """Before library and exchange: it has a basis, and no form makes it by itself."""
    asks_for_kept: bool
    """It is asked for although the library keeps its kind, or is asked for on paper."""
    was_kept: bool
    """Before, that was so: on paper, or a copy of a licence that the library keeps."""


@dataclass(frozen=True, slots=True)
class AuditSums:
    """The same counted for one department, or for all of them."""

    department: str
    department_name: str
    items: int
    before: int
    """Materials asked for before library and exchange."""
    now: int
    waived: Mapping[str, int]
    """By rule, how many are not asked for."""
    remains: Mapping[str, int]
    """By reason, how many still are."""
    items_before: int
    """Items that asked for paper or for copies of a licence that the library keeps."""
    items_now: int
    """Those that still do."""


@dataclass(frozen=True, slots=True)
class MaterialsAudit:
    """三个一律 of every published item on a day, computed: verdict and proof of each material, and the sums."""

    at: datetime
    lines: tuple[AuditLine, ...]
    departments: tuple[AuditSums, ...]
    total: AuditSums


@dataclass(frozen=True, slots=True)
class AuditPoint:
    """What an audit of a past day found, city-wide."""

    on: date
    items: int
    asked: int
    items_with_paper: int
    is_baseline: bool
    """Counted as it was before library and exchange."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    code: str
    """Item: 12-digit basic code; package: its code."""
    kind: str
    """`ITEM` or `PACKAGE`."""
    title: str
    sentence: str
    department: str
    address: str
    score: float
    is_one_licence: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of `catalogue check`: which rule, how bad, where, what text."""

    rule: str
    severity: str
    item: str
    source: str
    text: str
    sentence: str


class ImplementedBy(StrEnum):
    """Who carries out a power: the city department itself, or its office in each district."""

    CITY = "CITY"
    DISTRICTS = "DISTRICTS"


class Part(StrEnum):
    """The half of a guide a version is of: what the item is, kept for all, or how one body carries it out."""

    SUBSTANCE = "SUBSTANCE"
    PROCEDURE = "PROCEDURE"


class VersionStatus(StrEnum):
    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceDocument:
    """The substance as it is edited, exchanged and frozen: `Substance` with the department's code and no ids."""

    basic_code: str
    code_scheme: Literal[ItemCodeScheme.BASIC, ItemCodeScheme.LOCAL] = ItemCodeScheme.BASIC
    """How the code is made: 12 digits of GB/T 39554.1, or a list's own, such as another country's."""
    name: str
    kind: PowerKind
    department: str
    summary: str
    aliases: tuple[str, ...] = ()
    audience: tuple[ApplicantKind, ...]
    themes: tuple[str, ...] = ()
    handling: Handling
    statutory_days: int
    is_joint: bool = False
    allows_promise: bool = False
    legal_basis: tuple[LegalBasis, ...]
    conditions: tuple[Condition, ...] = ()
    situations: tuple[Situation, ...] = ()
    materials: tuple[Material, ...] = ()
    form: tuple[FormElement, ...] = ()
    points: tuple[ExaminationPoint, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    fees: tuple[Fee, ...] = ()
    results: tuple[ItemResult, ...] = ()
    faqs: tuple[Faq, ...] = ()
    effective_from: date
    effective_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureDocument:
    """The procedure as it is edited, exchanged and frozen. Windows and phones come from the directory unless named here."""

    implemented_by: ImplementedBy
    level: Level
    promised_days: int
    visits: int = 0
    visits_reason: str = ""
    channels: tuple[Channel, ...]
    steps: tuple[Step, ...] = ()
    enquiry_phone: str = ""
    complaint_phone: str = ""
    external_link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDocument(SubstanceDocument):
    """One guide as a file of the exchange format: the substance, and the procedure its implementations begin with."""

    procedure: ProcedureDocument


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """One line of a list of items."""

    basic_code: str
    name: str
    department: str
    department_name: str
    summary: str


@dataclass(frozen=True, slots=True)
class Facet:
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What a search found; `corrected` is the query that was searched instead, or empty. Facets are `audience` and `department`."""

    query: str
    corrected: str
    hits: tuple[SearchHit, ...]
    total: int
    facets: Mapping[str, tuple[Facet, ...]]
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearItem:
    """An item that a search which found nothing may have meant."""

    code: str
    title: str
    department: str
    department_name: str


@dataclass(frozen=True, slots=True)
class ZeroHit:
    """A search that found nothing, so many times."""

    query: str
    times: int
    near: tuple[NearItem, ...]


@dataclass(frozen=True, slots=True)
class SearchEntryData:
    """What a higher domain (a package) puts into the search index."""

    code: str
    kind: str
    title: str
    sentence: str
    aliases: tuple[str, ...]
    keywords: tuple[str, ...]
    audiences: tuple[str, ...]
    department: str
    department_name: str
    address: str
    weight: float
    region: str
    is_one_licence: bool = False
    """一证通办: nothing is to be brought besides the licence that says who one is."""


@dataclass(frozen=True, slots=True)
class ManualPoint:
    point: ExaminationPoint
    material_name: str
    basis: tuple[LegalBasis, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """业务手册: the officers' side of the very version the public guide shows."""

    guide: Guide
    acceptance: tuple[ManualPoint, ...]
    examination: tuple[ManualPoint, ...]
    special_procedures: tuple[SpecialProcedure, ...]
