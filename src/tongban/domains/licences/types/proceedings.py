"""程序: what stands between a signal about a licence and a change of its status."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tongban.domains.licences.types.library import LicenceAction


class SignalKind(StrEnum):
    """What gave the occasion."""

    FALSE_PROMISE = "FALSE_PROMISE"  # 告知承诺不实
    INSPECTION = "INSPECTION"  # 检查发现
    COMPLAINT = "COMPLAINT"  # 投诉举报
    ADDRESS_LOST = "ADDRESS_LOST"  # 登记的地址找不到
    BASE_LICENCE = "BASE_LICENCE"  # 依赖的证照失去效力
    OTHER = "OTHER"


class ProceedingStatus(StrEnum):
    OPEN = "OPEN"  # 待核实
    NOTIFIED = "NOTIFIED"  # 已告知，等当事人陈述
    HEARING = "HEARING"  # 当事人要求听证
    HEARD = "HEARD"  # 听证已举行
    DECIDED = "DECIDED"  # 已决定
    DISMISSED = "DISMISSED"  # 不予处理


class ProceedingAction(StrEnum):
    OPEN = "OPEN"
    NOTIFY = "NOTIFY"
    STATE = "STATE"
    ASK_FOR_HEARING = "ASK_FOR_HEARING"
    ANNOUNCE_HEARING = "ANNOUNCE_HEARING"
    RECORD_HEARING = "RECORD_HEARING"
    DECIDE = "DECIDE"
    DISMISS = "DISMISS"  # 核实后没有问题，告知之前
    DROP = "DROP"  # 听取意见后不作处理


@dataclass(frozen=True, slots=True)
class ProceedingStep:
    """One line of a proceeding's course."""

    action: ProceedingAction
    at: datetime
    actor_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Proceeding:
    """One proceeding about one licence."""

    id: UUID
    number: str
    licence_number: str
    licence_name: str
    licence_serial: str
    holder_id: UUID
    holder_name: str
    issuer: str
    issuer_name: str
    signal: SignalKind
    signal_text: str
    case_number: str
    """The case whose check gave the signal; empty for another occasion."""
    status: ProceedingStatus
    opened_at: datetime
    opened_by: str
    opened_by_id: UUID | None
    notified_by_id: UUID | None
    """Neither of the two presides over the hearing or decides."""
    proposed: LicenceAction | None
    """What the office means to do; None before the notice."""
    basis: str
    facts: str
    """What was found and why, as the notice says it."""
    answer_by: date | None
    may_ask_for_hearing: bool
    statement: str
    hearing_on: date | None
    hearing_place: str
    hearing_record: str
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    effective_on: date | None


@dataclass(frozen=True, slots=True)
class Notice:
    """事先告知: what the office means to do, on which facts and which law (行政处罚法 §44)."""

    action: LicenceAction
    law: str
    article: str
    facts: str
