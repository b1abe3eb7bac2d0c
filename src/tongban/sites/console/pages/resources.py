"""资源目录: the entries, one entry with all that is known of it, and the three lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange import rules, states
from tongban.domains.exchange.types import (
    CatalogueEntry,
    Claim,
    Demand,
    DemandStatus,
    EntryVersion,
    Finding,
    GrantLine,
    ResourceField,
)
from tongban.domains.standards.types import ElementType
from tongban.kernel.actors import Actor
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.words import UNKNOWN, State
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import moment, plain_day

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceLine:
    code: str
    catalogue_code: str
    name: str
    address: str
    provider: str
    kind: str
    sharing: str
    cycle: str
    state: State
    calls: str
    is_review_due: bool


@dataclass(frozen=True, slots=True)
class ResourcesPage:
    tabs: tuple[Tab, ...]
    text: str
    count: str
    lines: tuple[ResourceLine, ...]


@dataclass(frozen=True, slots=True)
class FieldLine:
    name: str
    label: str
    element: str
    element_address: str
    kind: str
    notes: str
    source: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    number: str
    when: str
    who: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GrantRow:
    who: str
    resource: str
    resource_address: str
    purpose: str
    scope: str
    term: str
    calls: str
    state: State
    end_action: str
    """Empty where it has ended or is another provider's."""
    label: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    text: str
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ResourcePage:
    tabs: tuple[Tab, ...]
    title: str
    code: str
    state: State
    pairs: tuple[tuple[str, str], ...]
    fields: tuple[FieldLine, ...]
    versions: tuple[VersionLine, ...]
    grants: tuple[GrantRow, ...]
    findings: tuple[FindingRow, ...]
    calls: str
    ask_address: str
    """Empty where nothing has to be asked for."""
    review: str
    review_action: str
    """Empty for whoever does not provide it."""
    review_fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    live_action: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class ListsPage:
    tabs: tuple[Tab, ...]
    lists: tuple[tuple[str, str, str, Row, tuple[Row, ...]], ...]
    """Title, sentence, address of the CSV, head, rows."""


def build_list(
    entries: Sequence[CatalogueEntry],
    calls: Mapping[str, tuple[int, datetime | None]],
    *,
    text: str,
    actor: Actor,
    today: date,
) -> ResourcesPage:
    """`text` is looked for in code and name."""
    found = [one for one in entries if text.lower() in f"{one.entry.code} {one.entry.name}".lower()]
    return ResourcesPage(
        tabs=tabs(actor, "console:data_resources"),
        text=text,
        count=_("共 %(count)d 项") % {"count": len(found)},
        lines=tuple(_line(one, calls, today) for one in found),
    )


def _line(one: CatalogueEntry, calls: Mapping[str, tuple[int, datetime | None]], today: date) -> ResourceLine:
    entry = one.entry
    kind = rules.kind_of(entry.catalogue_code)
    return ResourceLine(
        code=entry.code,
        catalogue_code=entry.catalogue_code or UNKNOWN,
        name=entry.name,
        address=reverse("console:data_resource", args=[entry.code]),
        provider=one.provider_name,
        kind=rules.kind_words()[kind] if kind else UNKNOWN,
        sharing=rules.sharing_words()[entry.sharing],
        cycle=rules.cycle_words().get(entry.update_cycle, UNKNOWN),
        state=resource_state(one),
        calls=str(calls.get(entry.code, (0, None))[0]),
        is_review_due=one.review_due is not None and one.review_due < today,
    )


def resource_state(one: CatalogueEntry) -> State:
    if not one.is_live:
        return State(_("停用"), "ended", "pause")
    if one.published_on is None:
        return State(_("没有按指南编目"), "asked", "circle-alert")
    return State(_("已发布，第 %(number)d 版") % {"number": one.version}, "done", "circle-check")


def build_resource(
    one: CatalogueEntry,
    versions: Sequence[EntryVersion],
    grants: Sequence[GrantLine],
    findings: Sequence[Finding],
    claims: Sequence[Claim],
    calls: tuple[int, datetime | None],
    names: Mapping[str, str],
    form: Form,
    *,
    actor: Actor,
    is_provider: bool,
    at: datetime,
    today: date,
) -> ResourcePage:
    entry = one.entry
    count, last = calls
    sources = {claim.element: claim for claim in claims if claim.is_source}
    needs_grant = entry.sharing == rules.CONDITIONAL and not is_provider
    return ResourcePage(
        tabs=tabs(actor, "console:data_resources"),
        title=entry.name,
        code=entry.code,
        state=resource_state(one),
        pairs=_pairs(one),
        fields=tuple(_field(field, sources, entry.code) for field in entry.fields),
        versions=tuple(
            VersionLine(
                _("第 %(number)d 版") % {"number": version.number},
                moment(version.published_at),
                version.published_by,
                version.changes,
            )
            for version in versions
        ),
        grants=tuple(
            grant_row(line, names, at=at, providers=_providers(one, is_provider)) for line in grants
        ),
        findings=tuple(
            FindingRow(finding.text, plain_day(finding.due_on), finding.due_on < today)
            for finding in findings
        ),
        calls=_("近 30 天查询 %(count)d 次，最近 %(when)s。") % {"count": count, "when": moment(last)}
        if last
        else _("近 30 天没有查询。"),
        ask_address=f"{reverse('console:data_ask')}?resource={entry.code}" if needs_grant else "",
        review=_review(one, today),
        review_action=reverse("console:data_review", args=[entry.code]) if is_provider else "",
        review_fields=controls(form),
        problems=problems(form) if form.is_bound else (),
        live_action=reverse("console:data_live", args=[entry.code]) if is_provider else "",
        is_live=one.is_live,
    )


def _providers(one: CatalogueEntry, is_provider: bool) -> frozenset[str]:
    return frozenset({one.entry.provider}) if is_provider else frozenset()


def _pairs(one: CatalogueEntry) -> tuple[tuple[str, str], ...]:
    entry = one.entry
    kind = rules.kind_of(entry.catalogue_code)
    given = (
        (_("目录代码"), entry.catalogue_code or ""),
        (_("类别"), rules.kind_words()[kind] if kind else ""),
        (_("摘要"), entry.abstract),
        (_("提供部门"), one.provider_name),
        (_("来源系统"), one.system_name),
        (_("共享类型"), rules.sharing_words()[entry.sharing]),
        (_("共享条件"), entry.condition),
        (_("依据"), entry.basis),
        (_("共享方式"), rules.manner_words().get(entry.manner, "")),
        (_("格式"), rules.format_words().get(entry.format, "")),
        (_("开放属性"), rules.openness_words().get(entry.openness, "")),
        (_("更新周期"), rules.cycle_words().get(entry.update_cycle, "")),
        (_("首次发布"), plain_day(one.published_on) if one.published_on else ""),
        (_("最近更新"), plain_day(one.updated_on) if one.updated_on else ""),
    )
    return tuple((term, words) for term, words in given if words)


def type_words() -> dict[str, str]:
    return {
        ElementType.TEXT: _("文字"),
        ElementType.BOOL: _("是否"),
        ElementType.INT: _("整数"),
        ElementType.DATE: _("日期"),
        ElementType.CODE: _("代码"),
        ElementType.LIST: _("多项"),
        ElementType.MONEY: _("金额"),
        ElementType.FILE: _("文件"),
    }


def _field(field: ResourceField, sources: Mapping[str, Claim], resource: str) -> FieldLine:
    source = sources.get(field.element or "")
    notes = [_("主键")] if field.is_key else []
    notes += [_("敏感")] if field.is_sensitive else []
    kind = type_words().get(field.field_type, field.field_type)
    if field.length:
        kind = _("%(kind)s，最长 %(length)d") % {"kind": kind, "length": field.length}
    if source is None:
        said = ""
    elif source.resource == resource:
        said = _("本资源")
    else:
        said = source.resource_name
    return FieldLine(
        name=field.name,
        label=field.label,
        element=field.element or UNKNOWN,
        element_address=reverse("console:data_element", args=[field.element]) if field.element else "",
        kind=kind,
        notes=_("、").join(notes) or UNKNOWN,
        source=said or UNKNOWN,
    )


def _review(one: CatalogueEntry, today: date) -> str:
    if one.review_due is None or one.reviewed_on is None:
        return _("还没有核对过。")
    told = {"last": plain_day(one.reviewed_on), "due": plain_day(one.review_due)}
    if one.review_due < today:
        return _("上次核对是 %(last)s，应在 %(due)s 前再核对一次，已经过期。") % told
    return _("上次核对是 %(last)s，下次在 %(due)s 前。") % told


def grant_row(
    line: GrantLine, names: Mapping[str, str], *, at: datetime, providers: frozenset[str] | None
) -> GrantRow:
    """`providers` are those for which the officer may end a grant, None: every one; `names` of items and packages by code."""
    grant = line.grant
    state = _grant_state(line, at)
    may_end = (providers is None or line.provider in providers) and state.kind != "ended"
    fields = _("%(count)d 个信息项：%(fields)s") % {
        "count": len(grant.fields),
        "fields": _("、").join(line.labels),
    }
    rate = _("每分钟 %(count)d 次") % {"count": grant.per_minute} if grant.per_minute else _("不限次数")
    return GrantRow(
        who=line.department_name,
        resource=line.resource_name,
        resource_address=reverse("console:data_resource", args=[grant.resource]),
        purpose=_("%(purpose)s（%(items)s）")
        % {"purpose": grant.purpose, "items": _("、").join(names.get(code, code) for code in grant.items)}
        if grant.items
        else grant.purpose,
        scope=_("%(fields)s；%(rate)s") % {"fields": fields, "rate": rate},
        term=_("%(begin)s 起，%(end)s 止")
        % {"begin": moment(grant.valid_from), "end": moment(grant.valid_to)}
        if grant.valid_to
        else _("%(begin)s 起，长期") % {"begin": moment(grant.valid_from)},
        calls=str(line.calls),
        state=state,
        end_action=reverse("console:data_end_grant", args=[grant.id]) if may_end else "",
        label=_("%(department)s 查 %(resource)s")
        % {"department": line.department_name, "resource": line.resource_name},
    )


def _grant_state(line: GrantLine, at: datetime) -> State:
    grant = line.grant
    if grant.valid_to is not None and grant.valid_to <= at:
        return State(_("已结束"), "ended", "ban")
    if grant.valid_from > at:
        return State(_("还没开始"), "going", "hourglass")
    return State(_("有效"), "done", "circle-check")


def build_lists(
    entries: Sequence[CatalogueEntry], demands: Sequence[Demand], claims: Sequence[Claim], *, actor: Actor
) -> ListsPage:
    made = (
        ("supply", _("供给清单"), _("各部门能提供的信息资源。"), supply_rows(entries)),
        ("demand", _("需求清单"), _("各部门提出、等待或者已经答复的需求。"), demand_rows(demands)),
        ("responsibility", _("责任清单"), _("每个数据元由谁负责：一数一源。"), responsibility_rows(claims)),
    )
    return ListsPage(
        tabs=tabs(actor, "console:data_lists"),
        lists=tuple(
            (title, sentence, reverse("console:data_csv", args=[slug]), rows[0], tuple(rows[1:]))
            for slug, title, sentence, rows in made
        ),
    )


def supply_rows(entries: Sequence[CatalogueEntry]) -> list[Row]:
    head = (_("目录代码"), _("资源"), _("提供部门"), _("共享类型"), _("共享条件"), _("更新周期"), _("信息项"))
    return [
        head,
        *(
            (
                one.entry.catalogue_code or UNKNOWN,
                one.entry.name,
                one.provider_name,
                rules.sharing_words()[one.entry.sharing],
                one.entry.condition or one.entry.basis or UNKNOWN,
                rules.cycle_words().get(one.entry.update_cycle, UNKNOWN),
                _("、").join(field.label for field in one.entry.fields),
            )
            for one in entries
        ),
    ]


def demand_rows(demands: Sequence[Demand]) -> list[Row]:
    head = (_("需求"), _("提出部门"), _("提供部门"), _("用途"), _("提出日期"), _("答复期限"), _("状态"))
    return [
        head,
        *(
            (
                one.resource_name or one.wanted,
                one.asker_name,
                one.provider_name or _("待明确"),
                one.purpose,
                moment(one.asked_at),
                plain_day(one.due_on),
                demand_state(one, None).words,
            )
            for one in demands
        ),
    ]


def responsibility_rows(claims: Sequence[Claim]) -> list[Row]:
    head = (_("数据元"), _("资源"), _("信息项"), _("提供部门"), _("数源"))
    return [
        head,
        *(
            (
                one.element,
                one.resource_name,
                one.field,
                one.provider_name,
                _("是") if one.is_source else _("否，以数源为准"),
            )
            for one in claims
        ),
    ]


def demand_state(demand: Demand, today: date | None) -> State:
    """`today` None: without saying that it is late."""
    if today is not None and rules.is_overdue(demand, states.WAITING, today):
        return State(_("超过期限，没有答复"), "bad", "circle-alert")
    return {
        DemandStatus.ASKED: State(_("等待答复"), "asked", "hourglass"),
        DemandStatus.GRANTED: State(_("已授权"), "done", "circle-check"),
        DemandStatus.SUPPLIED: State(_("已经编入目录"), "done", "circle-check"),
        DemandStatus.REFUSED: State(_("不予共享"), "bad", "circle-x"),
        DemandStatus.DISPUTED: State(_("有异议，等数据局裁决"), "going", "scale"),
        DemandStatus.UPHELD: State(_("裁决：不予共享"), "ended", "ban"),
        DemandStatus.WITHDRAWN: State(_("已撤回"), "ended", "undo-2"),
    }[demand.status]
