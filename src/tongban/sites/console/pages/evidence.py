"""留痕: the signed batches of records of look-ups, what the last verification found, and the proof of one record."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.exchange.types import (
    EvidenceBatch,
    EvidenceCheck,
    EvidenceFault,
    ExchangeRecord,
    Outcome,
    Proof,
)
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.words import State
from tongban.sites.shared.formats import moment

HERE = "console:data_evidence"
SEEN_BY = (Role.DATA_STEWARD, Role.SUPERVISOR)
SHOWN = 20
LONGEST_NUMBER = 18
"""Digits of a batch number that the database takes."""
_SHORT = 16


@dataclass(frozen=True, slots=True)
class BatchLine:
    number: str
    size: str
    sealed: str
    head: str
    key: str
    stamp: State
    export: State


@dataclass(frozen=True, slots=True)
class RecordLine:
    address: str
    number: str
    when: str
    who: str
    what: str
    why: str
    outcome: str


@dataclass(frozen=True, slots=True)
class EvidencePage:
    tabs: tuple[Tab, ...]
    alarm: str
    continuity: str
    checked: str
    is_broken: bool
    batches: tuple[BatchLine, ...]
    older_address: str
    records: tuple[RecordLine, ...]
    find_action: str
    asked: str
    not_found: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    tabs: tuple[Tab, ...]
    number: str
    facts: tuple[tuple[str, str], ...]
    sentence: str
    is_proved: bool
    proof: tuple[tuple[str, str], ...]
    path: tuple[str, ...]
    back: str


def outcome_words() -> dict[str, str]:
    return {
        Outcome.FOUND: _("查到"),
        Outcome.NOT_FOUND: _("没有查到"),
        Outcome.NOT_ALLOWED: _("不允许，被拒绝"),
        Outcome.UNAVAILABLE: _("对方系统没有应答"),
        Outcome.NO_EVIDENCE: _("平台不能留痕，没有查询"),
    }


def build(
    batches: Sequence[EvidenceBatch],
    records: Sequence[ExchangeRecord],
    check: EvidenceCheck | None,
    fault: EvidenceFault | None,
    *,
    asked: str,
    actor: Actor,
) -> EvidencePage:
    shown = batches[:SHOWN]
    older = f"{reverse(HERE)}?before={shown[-1].number}" if len(batches) > SHOWN else ""
    return EvidencePage(
        tabs=tabs(actor, HERE),
        alarm=_alarm(fault),
        continuity=_continuity(shown),
        checked=_checked(check),
        is_broken=bool(check and check.problems),
        batches=tuple(_batch(one) for one in shown),
        older_address=older,
        records=tuple(_record(one) for one in records),
        find_action=reverse(HERE),
        asked=asked,
        not_found=_("没有找到编号为这个的查询记录，或者它不是本部门资源的。请核对编号。") if asked else "",
    )


def build_record(record: ExchangeRecord, proof: Proof | None, trouble: str, *, actor: Actor) -> RecordPage:
    """`trouble` says why there is no proof."""
    return RecordPage(
        tabs=tabs(actor, HERE),
        number=str(record.exchange_id),
        facts=_facts(record),
        sentence=_proved(proof) if proof else trouble,
        is_proved=proof is not None,
        proof=_proof(proof) if proof else (),
        path=tuple(one.hex() for one in proof.path) if proof else (),
        back=reverse(HERE),
    )


def _alarm(fault: EvidenceFault | None) -> str:
    words = {
        EvidenceFault.UNSEALED: _(
            "查询已全部停止：记录超过时限没有封存。请平台运行人员检查后台任务和签名设备。"
        ),
        EvidenceFault.UNSTAMPED: _(
            "查询已全部停止：封存的批次超过时限没有加盖时间戳。请平台运行人员检查时间戳服务。"
        ),
        EvidenceFault.UNEXPORTED: _(
            "查询已全部停止：封存的批次超过时限没有写到库外。请平台运行人员检查留痕导出目录。"
        ),
    }
    return words[fault] if fault else ""


def _continuity(batches: Sequence[EvidenceBatch]) -> str:
    if not batches:
        return _("还没有封存的批次。有查询之后一分钟内会有第一批。")
    breaks = [
        newer.number
        for newer, older in pairwise(batches)
        if newer.previous != older.head or newer.number != older.number + 1
    ]
    if breaks:
        return _("第 %(number)d 批与前一批接不上，可能有批次被改动或删除。请立即核验。") % {
            "number": breaks[-1]
        }
    return _("第 %(first)d 批到第 %(last)d 批首尾相接，没有缺口。") % {
        "first": batches[-1].number,
        "last": batches[0].number,
    }


def _checked(check: EvidenceCheck | None) -> str:
    if check is None:
        return _("还没有做过全部核验。每天夜里核验一次，也可以由平台运行人员随时核验。")
    named = {"when": moment(check.at), "entries": check.entries, "count": check.problems}
    if not check.problems:
        return _("%(when)s全部核验过 %(entries)d 条记录，没有发现改动、缺失或插入。") % named
    return (
        ngettext(
            "%(when)s核验 %(entries)d 条记录，发现 %(count)d 处问题。请平台运行人员立即查看核验结果。",
            "%(when)s核验 %(entries)d 条记录，发现 %(count)d 处问题。请平台运行人员立即查看核验结果。",
            check.problems,
        )
        % named
    )


def _batch(batch: EvidenceBatch) -> BatchLine:
    return BatchLine(
        number=str(batch.number),
        size=str(batch.size),
        sealed=moment(batch.sealed_at),
        head=batch.head.hex()[:_SHORT],
        key=batch.key_id[:_SHORT],
        stamp=_mark(bool(batch.stamped_at), _("有时间戳"), _("随后一批加盖")),
        export=_mark(bool(batch.exported_at), _("已写到库外"), _("随后一批写出")),
    )


def _mark(is_done: bool, done: str, waits: str) -> State:
    return State(done, "done", "circle-check") if is_done else State(waits, "going", "hourglass")


def _who(record: ExchangeRecord) -> str:
    if record.actor_kind is ActorKind.CITIZEN:
        return _("本人或代办人")
    return record.department_name or _("平台")


def _record(record: ExchangeRecord) -> RecordLine:
    return RecordLine(
        address=reverse("console:data_evidence_record", args=[record.exchange_id]),
        number=str(record.exchange_id),
        when=moment(record.at),
        who=_who(record),
        what=record.resource_name,
        why=f"{record.purpose}　{record.cause}".strip(),
        outcome=outcome_words()[record.outcome],
    )


def _facts(record: ExchangeRecord) -> tuple[tuple[str, str], ...]:
    return (
        (_("时间"), moment(record.at)),
        (_("查询方"), _who(record)),
        (_("系统"), record.system or "—"),
        (_("资源"), f"{record.resource_name}（{record.resource}）"),
        (_("信息项"), "、".join(record.fields)),
        (_("用途"), record.purpose),
        (_("事项"), record.item or "—"),
        (_("办件"), record.cause or "—"),
        (_("结果"), outcome_words()[record.outcome]),
        (_("请求摘要"), record.request_hash.hex() or "—"),
        (_("应答摘要"), record.response_hash.hex() or "—"),
        (_("提供部门的编号"), record.provider_reference or "—"),
    )


def _proved(proof: Proof) -> str:
    named = {"number": proof.batch.number, "place": proof.index + 1, "size": proof.batch.size}
    if proof.stamped_batch is None:
        return (
            _("这条记录是第 %(number)d 批 %(size)d 条中的第 %(place)d 条，批首由平台签名，正在等时间戳。")
            % named
        )
    return _("这条记录是第 %(number)d 批 %(size)d 条中的第 %(place)d 条，批首由平台签名并有时间戳。") % named


def _proof(proof: Proof) -> tuple[tuple[str, str], ...]:
    return (
        (_("批次封存时间"), moment(proof.batch.sealed_at)),
        (_("树根"), proof.batch.root.hex()),
        (_("批首"), proof.batch.head.hex()),
        (_("前一批首"), proof.batch.previous.hex()),
        (_("签名证书"), proof.batch.key_id),
        (_("记录的字节"), proof.record.hex()),
    )
