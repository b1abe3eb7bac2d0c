"""Cases as doors and higher domains see them (办件)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tongban.domains.catalogue.types import Rule
from tongban.domains.eforms.types import Answer, Attachment
from tongban.kernel.clock import PauseReason, Reason


class Status(StrEnum):
    RECEIVED = "RECEIVED"  # 待受理（已收件）
    SUPPLEMENTING = "SUPPLEMENTING"  # 待补正
    NOT_ACCEPTED = "NOT_ACCEPTED"  # 不予受理
    ACCEPTED = "ACCEPTED"  # 已受理，待审查
    EXAMINED = "EXAMINED"  # 待决定
    SUSPENDED = "SUSPENDED"  # 特别程序中，时限中止
    GRANTED = "GRANTED"  # 准予
    REFUSED = "REFUSED"  # 不予
    WITHDRAWN = "WITHDRAWN"  # 申请人撤回
    TERMINATED = "TERMINATED"  # 终止
    SERVED = "SERVED"  # 已送达
    CLOSED = "CLOSED"  # 办结


class Action(StrEnum):
    """What can be done to a case; the moves allowed are in `states.TRANSITIONS`."""

    RECEIVE = "RECEIVE"
    REQUEST_SUPPLEMENT = "REQUEST_SUPPLEMENT"
    ANSWER_SUPPLEMENT = "ANSWER_SUPPLEMENT"
    ACCEPT = "ACCEPT"
    ACCEPT_BY_SILENCE = "ACCEPT_BY_SILENCE"
    REFUSE_ACCEPTANCE = "REFUSE_ACCEPTANCE"
    FINISH_EXAMINATION = "FINISH_EXAMINATION"
    RETURN_TO_EXAMINATION = "RETURN_TO_EXAMINATION"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    EXTEND = "EXTEND"
    RECORD_PROCEDURE = "RECORD_PROCEDURE"
    GRANT = "GRANT"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"
    TERMINATE = "TERMINATE"
    SERVE = "SERVE"
    CLOSE = "CLOSE"
    CORRECT = "CORRECT"
    ASK_FOR_MISSING = "ASK_FOR_MISSING"
    REQUEST_ASSISTANCE = "REQUEST_ASSISTANCE"
    ANSWER_ASSISTANCE = "ANSWER_ASSISTANCE"
    HAND_OVER = "HAND_OVER"
    STEP_ASIDE = "STEP_ASIDE"


class Light(StrEnum):
    """Where the running limit stands: 绿灯, 黄灯 (将超期), 红灯 (已超期)."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"
    NONE = "NONE"


class PaperKind(StrEnum):
    """法定文书."""

    RECEIPT = "RECEIPT"  # 收件凭证
    ACCEPTANCE = "ACCEPTANCE"  # 受理通知书
    SUPPLEMENT = "SUPPLEMENT"  # 补正告知书
    NON_ACCEPTANCE = "NON_ACCEPTANCE"  # 不予受理决定书
    GRANT = "GRANT"  # 准予行政许可决定书
    REFUSAL = "REFUSAL"  # 不予行政许可决定书
    EXTENSION = "EXTENSION"  # 延期告知书
    SPECIAL_PROCEDURE = "SPECIAL_PROCEDURE"  # 特别程序告知书


class Outcome(StrEnum):
    """What was decided (决定)."""

    GRANT = "GRANT"  # 准予
    REFUSE = "REFUSE"  # 不予


class ServiceMethod(StrEnum):
    """How a paper reached the applicant (送达方式)."""

    ELECTRONIC = "ELECTRONIC"  # 电子送达
    IN_PERSON = "IN_PERSON"  # 直接送达
    MAIL = "MAIL"  # 邮寄送达
    PUBLIC_NOTICE = "PUBLIC_NOTICE"  # 公告送达


class ProcedureKind(StrEnum):
    """What takes time and yet does not stop the clock: 行政许可法 §45 names neither."""

    SITE_CHECK = "SITE_CHECK"  # 现场核查（行政许可法 §34）
    PUBLIC_NOTICE = "PUBLIC_NOTICE"  # 公示


class CheckKind(StrEnum):
    """Why something must still be looked at by a date (核查任务)."""

    DEFERRED_MATERIAL = "DEFERRED_MATERIAL"  # 容缺材料补交
    PROMISE = "PROMISE"  # 告知承诺事后核查
    MISSING_DATA = "MISSING_DATA"  # 部门没有调取到的材料，请申请人补交


class CheckOutcome(StrEnum):
    OPEN = "OPEN"  # 待核查
    PASSED = "PASSED"  # 核查通过
    FAILED = "FAILED"  # 未补交或承诺不实


class LimitKind(StrEnum):
    """Which limit of the law runs (期限)."""

    ACCEPTANCE = "ACCEPTANCE"  # 受理期限
    DECISION = "DECISION"  # 法定办理期限
    PROMISE = "PROMISE"  # 承诺办理期限
    DELIVERY = "DELIVERY"  # 送达期限
    SUPPLEMENT = "SUPPLEMENT"  # 补正期限：the applicant's, so it warns and is never overdue


class ClockStage(StrEnum):
    """Which of the clock's rules a case is under, as its status says."""

    ACCEPTANCE = "ACCEPTANCE"
    SUPPLEMENT = "SUPPLEMENT"  # the applicant's turn
    STANDING = "STANDING"  # nothing runs
    DECISION = "DECISION"
    DELIVERY = "DELIVERY"


class QueueView(StrEnum):
    """The standing views of an officer's queue."""

    TO_ACCEPT = "TO_ACCEPT"  # 待受理
    SUPPLEMENTING = "SUPPLEMENTING"  # 待补正
    TO_EXAMINE = "TO_EXAMINE"  # 待审查
    TO_DECIDE = "TO_DECIDE"  # 待决定
    SUSPENDED = "SUSPENDED"  # 特别程序中
    TO_SERVE = "TO_SERVE"  # 待送达
    DUE_SOON = "DUE_SOON"  # 将超期
    OVERDUE = "OVERDUE"  # 已超期
    MINE = "MINE"  # 我的办件
    OPEN = "OPEN"  # 在办
    ENDED = "ENDED"  # 已办结


@dataclass(frozen=True, slots=True)
class Consent:
    """告知与同意: which text in which version was agreed to; `text_sha256` proves the wording."""

    code: str
    version: int
    text_sha256: str
    agreed_at: datetime


class WaivedState(StrEnum):
    """Where what the applicant need not bring stands (免交材料)."""

    SETTLED = "SETTLED"  # 不用取：没有依据、由表单生成、联办中产生，或者电子证照库里有
    WAITING = "WAITING"  # 等提供部门的数据
    FETCHED = "FETCHED"  # 已调取
    NOT_FOUND = "NOT_FOUND"  # 提供部门没有这条记录
    FELL_BACK = "FELL_BACK"  # 期限内没有取到，已请申请人补交
    ASSISTED = "ASSISTED"  # 行政协助取得


@dataclass(frozen=True, slots=True)
class NewWaiver:
    """A material that the verdict spared the applicant; for what a register supplies, of whom and what to ask there."""

    code: str
    name: str
    slot: str
    rule: Rule
    source: str
    reference: str = ""
    resource: str = ""
    subject_id: UUID | None = None
    fields: tuple[str, ...] = ()
    asked_as: str = ""
    """The office in whose name the register is asked."""


@dataclass(frozen=True, slots=True)
class WaivedMaterial:
    """免交材料: what the applicant need not bring, by which rule, and how it comes into the case instead."""

    code: str
    name: str
    slot: str
    rule: Rule
    source: str
    reference: str
    resource: str
    state: WaivedState
    wait_until: date | None
    tried_at: datetime | None
    got_at: datetime | None
    values: Mapping[str, object] = field(default_factory=dict)
    """What the register said, by its fields; in the dossier only."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """One item to be handled, as `lifeevents` or the portal hands it over."""

    item_code: str
    substance_version_id: UUID
    procedure_version_id: UUID
    situation: str | None
    answers: Mapping[str, Answer]
    attachments: tuple[UUID, ...]
    deferred_materials: tuple[str, ...]
    uses_promise: bool
    licences: tuple[str, ...] = ()
    """Numbers of the licences of the library that stand in for papers: each is a use that its holder sees."""
    waived: tuple[NewWaiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One application: one number, one or more cases, one idempotency key."""

    applicant_id: UUID
    applicant_name: str
    purpose: str
    """Code of the package, or basic code of the single item."""
    title: str
    division: str
    idempotency_key: str
    body_sha256: str
    cases: tuple[NewCase, ...]
    consents: tuple[Consent, ...]
    uploads: tuple[Attachment, ...] = ()
    """Those that the cases' attachments name."""
    channel: str = "ONLINE"


@dataclass(frozen=True, slots=True)
class CaseReceipt:
    case_id: UUID
    number: str
    item_name: str
    department_name: str


@dataclass(frozen=True, slots=True)
class ApplicationReceipt:
    """收件凭证's content: what was handed over, when, under which numbers. 收件 is not 受理."""

    application_id: UUID
    number: str
    received_at: datetime
    cases: tuple[CaseReceipt, ...]
    was_repeat: bool
    """True when this idempotency key had been submitted before: nothing new was written."""


@dataclass(frozen=True, slots=True)
class Due:
    """One running limit (期限); `due_on` None while the clock stands."""

    kind: str
    due_on: date | None
    days_left: int | None
    overdue_days: int
    is_provisional: bool
    article: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the case's history (办理记录), oldest first."""

    at: datetime
    action: Action
    from_status: Status | None
    to_status: Status
    actor_name: str
    department_name: str
    sentence: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class Paper:
    id: UUID
    kind: PaperKind
    number: str
    title: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class SupplementItem:
    """One thing to put right: a field or a material, what is wrong and what will do."""

    target: str
    label: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Tick:
    """An examination point as the officer left it."""

    point: str
    passed: bool | None
    note: str
    officer_name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TickMark:
    """What an officer found at one examination point; `note` is wanted when it failed."""

    point: str
    passed: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActReceipt:
    """What one act on a case led to; the next act names this `revision`."""

    case_id: UUID
    number: str
    status: Status
    revision: int
    papers: tuple[Paper, ...] = ()
    licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One case of a bulk act: accepted, or left alone for the reasons given."""

    number: str
    is_done: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckTask:
    """A dated task that outlives an act: a deferred material to come, a promise to verify."""

    id: UUID
    case_number: str
    item_name: str
    kind: CheckKind
    subject: str
    """Name of the material, or what was promised."""
    due_on: date
    outcome: CheckOutcome
    note: str
    is_handed_in: bool = False
    is_overdue: bool = False
    """Its day passed and nothing had come: on record against the applicant until it is put right."""
    slot: str = ""
    """Where the form keeps the paper that is to follow; given to its applicant only."""


@dataclass(frozen=True, slots=True)
class CallTask:
    """Somebody to telephone, because her address refused a message (电话告知)."""

    id: UUID
    case_number: str
    item_name: str
    applicant_name: str
    title: str
    """The message's."""
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    outcome: Outcome
    decided_at: datetime
    officer_name: str
    reason: str
    legal_basis: tuple[str, ...]
    failed_points: tuple[str, ...]
    licences: tuple[str, ...]
    is_override: bool


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Narrowing of a queue view; empty values mean all."""

    basic_code: str = ""
    purpose: str = ""
    assignee_id: UUID | None = None
    unassigned_only: bool = False
    text: str = ""
    """A whole case or application number, or the beginning of the applicant's name."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view with filters an officer keeps under a name (我的视图)."""

    id: UUID
    name: str
    view: QueueView
    filters: QueueFilters


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a number of a case, or of a whole application, stands for; `ended_at` None while anything of it runs."""

    application: str
    item_name: str
    applicant_id: UUID
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApplicationSummary:
    """One line of「我的办件」."""

    application_id: UUID
    number: str
    title: str
    purpose: str
    applicant_id: UUID
    applicant_name: str
    received_at: datetime
    case_count: int
    finished_count: int
    needs_applicant: bool
    """A supplement waits for the applicant."""

    @property
    def is_finished(self) -> bool:
        return self.case_count == self.finished_count


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """A day whose character was changed after the yearly plan was announced (放假安排调整)."""

    on: date
    works: bool
    name: str


@dataclass(frozen=True, slots=True)
class CalendarReach:
    """How far the working calendar reaches."""

    last_known: date
    days_left: int
    is_ending: bool
    """Its editors must see to the next year's plan."""


@dataclass(frozen=True, slots=True)
class CalendarStatus:
    """How far the working calendar reaches, and how many open cases rest on days beyond it."""

    reach: CalendarReach
    provisional_cases: int


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One day of「为什么是这一天」."""

    on: date
    counted: bool
    day_number: int | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A stretch of the case's time that is shown by itself: a special procedure, an on-site check, a notice."""

    kind: ProcedureKind | PauseReason
    began_on: date
    ended_on: date | None
    workdays: int
    is_counted: bool
    """Whether it is within the limit; only the eight procedures of 行政许可法 §45 are not."""


@dataclass(frozen=True, slots=True)
class ClockAccount:
    """Every limit of a case with the days that led to it, and where its time went."""

    due: "Due | None"
    statutory: "Due | None"
    promise: "Due | None"
    limit_trace: tuple[TraceLine, ...]
    promise_trace: tuple[TraceLine, ...]
    used_days: int | None = None
    """Working days counted from acceptance until now or the decision; None before acceptance."""
    spans: tuple[TimeSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of an officer's queue."""

    case_id: UUID
    number: str
    item_name: str
    applicant_name: str
    status: Status
    light: Light
    received_at: datetime
    due_on: date | None
    days_left: int | None
    """Working days left; below zero, working days over."""
    assignee_name: str
    package_title: str
    revision: int
    """For bulk acts: what the officer saw."""
    is_provisional: bool = False
    application_number: str = ""
    department: str = ""
    is_flagged: bool = False
    """A licence it rests on has lost its force."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a queue; `next_cursor` is None on the last."""

    rows: tuple[QueueRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TimelineCase:
    """One department's branch in the applicant's timeline."""

    case_id: UUID
    number: str
    item_code: str
    item_name: str
    department_name: str
    department_phone: str
    status: Status
    due: Due | None
    promise: Due | None
    history: tuple[HistoryEntry, ...]
    papers: tuple[Paper, ...]
    supplement: tuple[SupplementItem, ...]
    supplement_due_on: date | None
    outstanding: tuple[CheckTask, ...]
    """The materials that are still to follow (容缺), by due day."""
    licences: tuple[str, ...]
    can_withdraw: bool
    can_rate: bool
    revision: int = 0
    waived: tuple[WaivedMaterial, ...] = ()
    """What she need not bring, and why."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole application over all departments: what is next, by when, whom to call."""

    application_id: UUID
    number: str
    title: str
    purpose: str
    applicant_id: UUID
    received_at: datetime
    cases: tuple[TimelineCase, ...]
    is_finished: bool


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What the receipt's QR code opens without signing in: no personal data."""

    application_number: str
    received_on: date
    items: tuple[tuple[str, str, str], ...]
    """Item, department and status in words."""


class AssistanceOutcome(StrEnum):
    """What the other department found (行政协助)."""

    HELD = "HELD"  # 有，已提供
    NOT_HELD = "NOT_HELD"  # 没有


@dataclass(frozen=True, slots=True)
class Assistance:
    """行政协助: what one department asks another for a case, so that the applicant is not asked."""

    id: UUID
    case_number: str
    item_name: str
    applicant_name: str
    asked_department: str
    asked_department_name: str
    asked_by: str
    to_department: str
    to_department_name: str
    material: str
    """Code in the guide; empty where it is about no material of the list."""
    what: str
    asked_at: datetime
    due_on: date
    outcome: AssistanceOutcome | None
    answer: str
    answered_by: str
    answered_at: datetime | None
    filename: str
    is_overdue: bool
    """Its day passed, and there was no answer on it."""


@dataclass(frozen=True, slots=True)
class SiblingCase:
    """Another case of the application, as far as an officer of this one needs to know of it."""

    number: str
    item_name: str
    department_name: str
    status: Status
    light: Light


@dataclass(frozen=True, slots=True)
class OverdueLimit:
    """A limit that passed and the department it is charged to (超期责任)."""

    case_number: str
    application_number: str
    package_title: str
    item_name: str
    department: str
    department_name: str
    kind: LimitKind
    due_on: date
    status: Status
    is_running: bool
    """It is the limit that runs now: the department still owes the act."""


@dataclass(frozen=True, slots=True)
class Override:
    """A grant over what an officer or the machine found wrong (推翻审查结论)."""

    case_number: str
    item_name: str
    officer_name: str
    decided_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the deciding officer sees of one case (案卷)."""

    case_id: UUID
    number: str
    application_number: str
    item_code: str
    substance_version_id: UUID
    procedure_version_id: UUID
    item_name: str
    situation: str | None
    department: str
    status: Status
    revision: int
    """Compared on every act: a second officer's stale page is refused, nothing overwritten."""
    applicant_id: UUID
    applicant_name: str
    assignee_id: UUID | None
    assignee_name: str
    received_at: datetime
    accepted_on: date | None
    answers: Mapping[str, Answer]
    attachments: tuple[Attachment, ...]
    ticks: tuple[Tick, ...]
    due: Due | None
    promise: Due | None
    light: Light
    history: tuple[HistoryEntry, ...]
    papers: tuple[Paper, ...]
    supplement: tuple[SupplementItem, ...]
    siblings: tuple[SiblingCase, ...]
    deferred_materials: tuple[str, ...]
    uses_promise: bool
    allowed_actions: frozenset[Action]
    checks: tuple[CheckTask, ...] = ()
    decision: DecisionRecord | None = None
    supplement_answer_by: date | None = None
    flags: tuple[str, ...] = ()
    """What became of licences the case rests on, in sentences; a grant over them needs a reason."""
    was_supplemented: bool = False
    """A request for supplements was made before: a second one is refused (行政许可法 §32(4))."""
    waived: tuple[WaivedMaterial, ...] = ()
    assistance: tuple[Assistance, ...] = ()
