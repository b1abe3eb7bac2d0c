"""Who looked at whose data, what of it gave alarm, and what people complain about (谁看过我的数据)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tongban.kernel.actors import ActorKind


class Manner(StrEnum):
    """In which way somebody looked."""

    RECORD = "RECORD"  # 向登记机关查询
    FETCHED = "FETCHED"  # 调取证照
    COUNTER = "COUNTER"  # 窗口凭本人的码调取
    SHOWN = "SHOWN"  # 亮证核验
    KEPT = "KEPT"  # 发证部门打开自己的证照库
    DOSSIER = "DOSSIER"  # 打开办件
    PAPER = "PAPER"  # 打开文书
    MATERIAL = "MATERIAL"  # 打开申请材料
    ANSWER = "ANSWER"  # 打开行政协助的答复


@dataclass(frozen=True, slots=True)
class SeenLook:
    """One look as the person it was about sees it; names of officers are never among it."""

    id: int
    at: datetime
    manner: Manner
    actor_kind: ActorKind
    department: str
    department_name: str
    what: str
    fields: tuple[str, ...]
    """In words, as far as the catalogue describes them."""
    purpose: str
    """A code of an item or package; empty where only the case says it."""
    case_number: str
    item_name: str
    application: str
    """Of her own; empty for another's, or none."""
    outcome: str
    """The look-up's own code; empty where there is no doubt that something was seen."""
    is_without_case: bool
    is_sealed: bool
    exchange_id: UUID | None
    subject_id: UUID
    complaint: UUID | None


@dataclass(frozen=True, slots=True)
class LookPage:
    """Looks, the newest first; `next_at` and `next_id` to go on, None at the end."""

    looks: tuple[SeenLook, ...]
    next_at: datetime | None = None
    next_id: int | None = None


class AlarmKind(StrEnum):
    NO_LIVE_CASE = "NO_LIVE_CASE"  # 没有在办的办件
    OTHER_SUBJECT = "OTHER_SUBJECT"  # 返回了别人的记录


class AlarmOutcome(StrEnum):
    JUSTIFIED = "JUSTIFIED"  # 有正当理由
    WRONG = "WRONG"  # 查看不当


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the privacy officer has to clear up; `look_id` is the look's entry, None for what a provider answered wrongly."""

    id: UUID
    kind: AlarmKind
    look_id: int | None
    exchange_id: UUID | None
    department: str
    department_name: str
    subject_id: UUID
    subject_name: str
    case_number: str
    happened_at: datetime
    raised_at: datetime
    outcome: AlarmOutcome | None
    words: str
    settled_at: datetime | None
    settled_by: str


class ComplaintStatus(StrEnum):
    FILED = "FILED"
    ANSWERED = "ANSWERED"
    REVIEWED = "REVIEWED"


class ComplaintAction(StrEnum):
    ANSWER = "ANSWER"
    REVIEW = "REVIEW"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A person does not accept a look (个人信息保护法 §50, §65): the department answers by a day, the privacy officer reviews."""

    id: UUID
    ticket: str
    look_id: int
    subject_id: UUID
    complainant_name: str
    department: str
    """Empty where no department looked: the privacy officer answers."""
    department_name: str
    text: str
    filed_at: datetime
    due_on: date
    status: ComplaintStatus
    outcome: AlarmOutcome | None
    answer: str
    answered_at: datetime | None
    answered_by: str
    review_outcome: AlarmOutcome | None
    review: str
    reviewed_at: datetime | None
    reviewed_by: str

    def is_overdue(self, today: date) -> bool:
        return self.status is ComplaintStatus.FILED and self.due_on < today
