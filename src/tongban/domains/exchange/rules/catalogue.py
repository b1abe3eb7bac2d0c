"""What the national guide asks of a catalogue's entry, which resource may call itself the source of an element, and what changed.

政务信息资源目录编制指南 (试行): code = 1 digit kind, 2 item, 3 list, then detail, "/" and serial; 国发〔2016〕51号 §10: what is not
shared needs a law, an administrative regulation or a rule of the State Council; 政务数据共享条例: one source for each datum (一数一源).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongban.domains.exchange.rules.access import CONDITIONAL, NONE, UNCONDITIONAL
from tongban.domains.exchange.types import (
    Claim,
    Entry,
    Format,
    Manner,
    Openness,
    ResourceField,
    ResourceKind,
    UpdateCycle,
)
from tongban.domains.standards.types import ElementType

REVIEW_MONTHS = 12
"""政务数据目录 is checked at least once a year; ours where the regulation leaves the cycle to the provider."""
_CODE = re.compile(r"[1-3][0-9]{2}[0-9]{3}[0-9]{1,8}/[0-9]{1,8}")
_CLAUSE = re.compile(r"《[^》]{2,}》第[零一二三四五六七八九十百千0-9]+条")


@dataclass(frozen=True, slots=True)
class EntryFault:
    place: str
    value: str
    reason: str


def is_catalogue_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


def kind_of(code: str | None) -> ResourceKind | None:
    """By the first digit of the national code; None before there is one."""
    return ResourceKind(code[0]) if code else None


def cites_clause(text: str) -> bool:
    """Whether a basis names a law and its article, as 《…》第…条."""
    return _CLAUSE.search(text) is not None


def entry_faults(entry: Entry, *, elements: Collection[str]) -> tuple[EntryFault, ...]:
    """What keeps an entry out of the register; `elements` are the codes of the data standard."""
    found = [*_plain_faults(entry), *_field_faults(entry.fields, elements)]
    if entry.catalogue_code is not None:
        found += _description_faults(entry, entry.catalogue_code)
    return tuple(found)


def _plain_faults(entry: Entry) -> Iterable[EntryFault]:
    if entry.sharing not in (UNCONDITIONAL, CONDITIONAL, NONE):
        yield EntryFault("sharing", entry.sharing, _("共享类型只有 1 无条件共享、2 有条件共享、3 不予共享。"))
    if entry.sharing == NONE and not cites_clause(entry.basis):
        yield EntryFault("basis", entry.basis, _("不予共享要写明法律法规的条款，如《某法》第几条。"))
    if not entry.fields:
        yield EntryFault("fields", "", _("至少要有一个信息项。"))


def _field_faults(fields: Sequence[ResourceField], elements: Collection[str]) -> Iterable[EntryFault]:
    seen: set[str] = set()
    for number, field in enumerate(fields):
        if field.name in seen:
            yield EntryFault(f"fields.{number}.name", field.name, _("同一个信息项写了两次。"))
        seen.add(field.name)
        if field.element is not None and field.element not in elements:
            yield EntryFault(f"fields.{number}.element", field.element, _("数据标准中没有这个数据元。"))
        if field.field_type not in set(ElementType):
            yield EntryFault(f"fields.{number}.field_type", field.field_type, _("没有这种数据类型。"))


def _description_faults(entry: Entry, code: str) -> Iterable[EntryFault]:
    """What the guide asks of everything that has a code."""
    if not is_catalogue_code(code):
        yield EntryFault("catalogue_code", code, _("目录代码应为：类1位、项2位、目3位、细目、“/”、顺序号。"))
    if not entry.abstract:
        yield EntryFault("abstract", "", _("请用一两句话写明这项资源是什么。"))
    choices: tuple[tuple[str, str, Collection[str]], ...] = (
        ("format", entry.format, set(Format)),
        ("manner", entry.manner, set(Manner)),
        ("openness", entry.openness, set(Openness)),
        ("update_cycle", entry.update_cycle, set(UpdateCycle)),
    )
    for place, value, known in choices:
        if value not in known:
            yield EntryFault(place, value, _("请从标准的取值中选一个。"))
    if entry.sharing == CONDITIONAL and not entry.condition:
        yield EntryFault("condition", "", _("有条件共享要写明条件。"))
    if entry.system is None:
        yield EntryFault("system", "", _("请写明数据来自哪个已登记的系统。"))
    for number, field in enumerate(entry.fields):
        if field.element is None:
            yield EntryFault(
                f"fields.{number}.element", field.name, _("每个信息项都要对应一个数据元，才能发布。")
            )


def contested(claims: Iterable[Claim]) -> Mapping[str, tuple[Claim, ...]]:
    """By element, the resources that claim it while the standard names none of them as the source."""
    by_element: dict[str, list[Claim]] = {}
    for claim in claims:
        by_element.setdefault(claim.element, []).append(claim)
    return {
        element: tuple(found)
        for element, found in by_element.items()
        if len(found) > 1 and not any(claim.is_source for claim in found)
    }


def next_review(reviewed_on: date) -> date:
    """The day by which an entry is to be looked at again; of a leap day the last of February."""
    months = reviewed_on.month - 1 + REVIEW_MONTHS
    year, month = reviewed_on.year + months // 12, months % 12 + 1
    try:
        return reviewed_on.replace(year=year, month=month)
    except ValueError:
        return date(year, month, 28)


def changes(before: Entry, after: Entry) -> tuple[str, ...]:
    """What differs, each in a sentence; empty when nothing does."""
    words = [
        _("%(what)s由“%(before)s”改为“%(after)s”") % {"what": what, "before": old or "—", "after": new or "—"}
        for what, old, new in _pairs(before, after)
        if old != new
    ]
    old_fields = {field.name: field for field in before.fields}
    new_fields = {field.name: field for field in after.fields}
    words += [
        _("增加信息项“%(field)s”") % {"field": field.label}
        for name, field in new_fields.items()
        if name not in old_fields
    ]
    words += [
        _("取消信息项“%(field)s”") % {"field": field.label}
        for name, field in old_fields.items()
        if name not in new_fields
    ]
    words += [
        _("信息项“%(field)s”的定义有变化") % {"field": field.label}
        for name, field in new_fields.items()
        if name in old_fields and old_fields[name] != field
    ]
    return tuple(words)


def _pairs(before: Entry, after: Entry) -> tuple[tuple[str, str, str], ...]:
    def words(known: Mapping[str, str], code: str) -> str:
        return known.get(code, code)

    return (
        (_("名称"), before.name, after.name),
        (_("目录代码"), before.catalogue_code or "", after.catalogue_code or ""),
        (_("提供部门"), before.provider, after.provider),
        (_("摘要"), before.abstract, after.abstract),
        (_("格式"), words(format_words(), before.format), words(format_words(), after.format)),
        (_("共享类型"), words(sharing_words(), before.sharing), words(sharing_words(), after.sharing)),
        (_("共享条件"), before.condition, after.condition),
        (_("依据"), before.basis, after.basis),
        (_("共享方式"), words(manner_words(), before.manner), words(manner_words(), after.manner)),
        (_("开放属性"), words(openness_words(), before.openness), words(openness_words(), after.openness)),
        (
            _("更新周期"),
            words(cycle_words(), before.update_cycle),
            words(cycle_words(), after.update_cycle),
        ),
        (_("来源系统"), before.system or "", after.system or ""),
    )


def sharing_words() -> Mapping[str, str]:
    return {UNCONDITIONAL: _("无条件共享"), CONDITIONAL: _("有条件共享"), NONE: _("不予共享")}


def kind_words() -> Mapping[str, str]:
    return {
        ResourceKind.BASE: _("基础信息资源"),
        ResourceKind.THEME: _("主题信息资源"),
        ResourceKind.DEPARTMENT: _("部门信息资源"),
    }


def format_words() -> Mapping[str, str]:
    return {
        Format.DATABASE: _("数据库"),
        Format.SPREADSHEET: _("电子表格"),
        Format.DOCUMENT: _("电子文件"),
        Format.IMAGE: _("图形图像"),
        Format.MEDIA: _("流媒体"),
        Format.SELF_DESCRIBED: _("自描述格式"),
    }


def manner_words() -> Mapping[str, str]:
    return {Manner.INTERFACE: _("接口"), Manner.TABLE: _("库表"), Manner.FILE: _("文件")}


def openness_words() -> Mapping[str, str]:
    return {
        Openness.OPEN: _("向社会开放"),
        Openness.ON_REQUEST: _("依申请开放"),
        Openness.NOT_OPEN: _("不向社会开放"),
    }


def cycle_words() -> Mapping[str, str]:
    return {
        UpdateCycle.REAL_TIME: _("实时"),
        UpdateCycle.DAILY: _("每日"),
        UpdateCycle.WEEKLY: _("每周"),
        UpdateCycle.MONTHLY: _("每月"),
        UpdateCycle.QUARTERLY: _("每季度"),
        UpdateCycle.YEARLY: _("每年"),
        UpdateCycle.IRREGULAR: _("不定期"),
    }
