"""三个一律 as a report: what was asked for and what still is, department by department, with the reason for each that remains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue.types import (
    Ask,
    AuditLine,
    AuditPoint,
    AuditSums,
    MaterialsAudit,
    Remains,
    Rule,
)
from tongban.sites.shared.formats import full_day, plain_day
from tongban.sites.shared.guide_words import rule_reason


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    name: str
    items: int
    before: int
    now: int
    spared: tuple[tuple[str, int], ...]
    remains: tuple[tuple[str, int], ...]
    items_before: int
    items_now: int


@dataclass(frozen=True, slots=True)
class RemainingRow:
    item: str
    material: str
    why: str
    basis: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    day: str
    note: str
    items: int
    asked: int
    with_paper: int


@dataclass(frozen=True, slots=True)
class MaterialsPage:
    whose: str
    finding: str
    paper_finding: str
    departments: tuple[DepartmentRow, ...]
    history: tuple[HistoryRow, ...]
    remaining: tuple[RemainingRow, ...]
    counted_on: str
    csv_address: str


def build(found: MaterialsAudit, points: Sequence[AuditPoint], *, whose: str, is_city: bool) -> MaterialsPage:
    """`whose` says of which departments it speaks; the history is the whole city's."""
    total = found.total
    told = {
        "items": total.items,
        "before": total.before,
        "now": total.now,
        "spared": total.before - total.now,
    }
    kept = {"before": total.items_before, "now": total.items_now}
    return MaterialsPage(
        whose=whose,
        finding=_("%(items)d 个事项原来要申请人交 %(before)d 份材料，现在要 %(now)d 份，少交 %(spared)d 份。")
        % told,
        paper_finding=_("仍要纸质材料或证照复印件的事项 %(now)d 个，原来 %(before)d 个。") % kept,
        departments=tuple(_department(one) for one in found.departments),
        history=tuple(_history(one) for one in points) if is_city else (),
        remaining=tuple(_remaining(one) for one in found.lines if one.verdict.must_ask),
        counted_on=full_day(found.at),
        csv_address=reverse("console:materials_csv"),
    )


def csv_rows(found: MaterialsAudit) -> list[list[str]]:
    """Every material with its verdict and proof, for a spreadsheet."""
    head = [
        _("部门"),
        _("事项编码"),
        _("事项"),
        _("材料"),
        _("判定"),
        _("规则"),
        _("从哪里取得"),
        _("为什么还要交"),
        _("依据"),
    ]
    return [head, *(_csv_row(line) for line in found.lines)]


def _csv_row(line: AuditLine) -> list[str]:
    verdict = line.verdict
    return [
        line.department_name,
        line.item,
        line.item_name,
        verdict.material.name,
        ask_words(verdict.ask),
        rule_reason(verdict.rule) if verdict.rule is not None else "",
        verdict.source,
        remains_words(verdict.remains) if verdict.remains is not None else "",
        _basis(line),
    ]


def ask_words(ask: Ask) -> str:
    return {
        Ask.MUST_NOT_ASK: _("不得收取"),
        Ask.ASK_IF_FETCH_FAILS: _("部门调取，取不到才请补交"),
        Ask.MAY_ASK: _("可以收取"),
    }[ask]


def remains_words(remains: Remains) -> str:
    return {
        Remains.APPLICANT_ONLY: _("只有申请人自己有"),
        Remains.NOT_PUBLISHED: _("数据资源没有发布或者已经停用"),
        Remains.NOT_GRANTED: _("提供部门没有授权"),
        Remains.LOW_QUALITY: _("数据质量不够"),
        Remains.NOT_HELD: _("电子证照库里没有"),
    }[remains]


def _department(one: AuditSums) -> DepartmentRow:
    return DepartmentRow(
        name=one.department_name,
        items=one.items,
        before=one.before,
        now=one.now,
        spared=_counted(one.waived, {rule.value: rule_reason(rule) for rule in Rule}),
        remains=_counted(one.remains, {reason.value: remains_words(reason) for reason in Remains}),
        items_before=one.items_before,
        items_now=one.items_now,
    )


def _counted(counts: Mapping[str, int], words: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    return tuple((words[code], count) for code, count in counts.items())


def _history(one: AuditPoint) -> HistoryRow:
    note = _("接入证照库和数据共享之前") if one.is_baseline else ""
    return HistoryRow(plain_day(one.on), note, one.items, one.asked, one.items_with_paper)


def _remaining(line: AuditLine) -> RemainingRow:
    assert line.verdict.remains is not None, "what is asked for says why"
    return RemainingRow(
        item=line.item_name,
        material=line.verdict.material.name,
        why=remains_words(line.verdict.remains),
        basis=_basis(line),
    )


def _basis(line: AuditLine) -> str:
    return _("、").join(f"《{one.law.strip('《》')}》{one.article}" for one in line.verdict.basis)
