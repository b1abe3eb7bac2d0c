"""证照库: the row of tabs that the licence keepers' pages have, the library, one licence, types and collections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.identity.types import Subject, SubjectKind
from tongban.domains.licences import rules
from tongban.domains.licences.types import (
    CollectReport,
    FaultKind,
    LibraryFilters,
    LibraryPage,
    Licence,
    LicenceAction,
    LicenceStatus,
    LicenceType,
    PlannedChange,
    StatusEntry,
    TypeCount,
    Use,
    Validity,
    ValidityKind,
)
from tongban.kernel.actors import Actor, Role
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.pages.data import Tab
from tongban.sites.console.words import State
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import full_day, moment, plain_day

KEEPERS = (Role.LICENCE_KEEPER,)


def tabs(actor: Actor, here: str) -> tuple[Tab, ...]:
    """The tabs that the officer's post has to do with; `here` is the route's name."""
    entries: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
        ("console:licences", _("证照库"), KEEPERS),
        ("console:proceedings", _("证照程序"), (*KEEPERS, Role.DECIDER)),
        ("console:licence_reports", _("证照报告"), KEEPERS),
        ("console:licence_types", _("证照目录"), KEEPERS),
        ("console:collections", _("归集"), KEEPERS),
    )
    return tuple(
        Tab(reverse(name), words, name == here) for name, words, roles in entries if actor.has_role(*roles)
    )


@dataclass(frozen=True, slots=True)
class LicenceLine:
    name: str
    address: str
    serial: str
    holder: str
    holder_number: str
    issuer: str
    term: str
    state: State


@dataclass(frozen=True, slots=True)
class LibraryView:
    tabs: tuple[Tab, ...]
    text: str
    types: tuple[tuple[str, str, bool], ...]
    statuses: tuple[tuple[str, str, bool], ...]
    count: str
    lines: tuple[LicenceLine, ...]
    more: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    what: str
    when: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class ProceedingLink:
    title: str
    address: str
    text: str
    state: State


@dataclass(frozen=True, slots=True)
class LicenceView:
    tabs: tuple[Tab, ...]
    name: str
    state: State
    facts: tuple[tuple[str, str], ...]
    contents: tuple[tuple[str, str], ...]
    planned: tuple[str, ...]
    history: tuple[HistoryLine, ...]
    uses: tuple[tuple[str, str, str], ...]
    proceedings: tuple[ProceedingLink, ...]
    file_address: str
    open_fields: tuple[FieldView, ...]
    """Of the form that opens a proceeding; empty where nothing is left to proceed on."""
    open_action: str
    reinstate_fields: tuple[FieldView, ...]
    """Of the form that ends a suspension; empty for a licence that is not suspended."""
    reinstate_action: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class TypeLine:
    name: str
    code: str
    version: str
    fields: str
    validity: str
    renewed_by: str
    count: str


@dataclass(frozen=True, slots=True)
class TypesView:
    tabs: tuple[Tab, ...]
    lines: tuple[TypeLine, ...]


@dataclass(frozen=True, slots=True)
class CollectionLine:
    title: str
    address: str
    when: str
    sums: str
    state: State


@dataclass(frozen=True, slots=True)
class CollectionsView:
    tabs: tuple[Tab, ...]
    lines: tuple[CollectionLine, ...]


@dataclass(frozen=True, slots=True)
class CollectionView:
    tabs: tuple[Tab, ...]
    title: str
    sums: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[tuple[int, str, str, str, State], ...]


def licence_state(status: LicenceStatus) -> State:
    return {
        LicenceStatus.VALID: State(_("有效"), "done", "circle-check"),
        LicenceStatus.EXPIRED: State(_("过期"), "ended", "clock"),
        LicenceStatus.SUSPENDED: State(_("暂停"), "asked", "pause"),
        LicenceStatus.REVOKED: State(_("已吊销"), "bad", "ban"),
        LicenceStatus.CANCELLED: State(_("已注销"), "ended", "ban"),
        LicenceStatus.ANNULLED: State(_("已撤销"), "bad", "ban"),
        LicenceStatus.SUPERSEDED: State(_("已换新"), "ended", "undo-2"),
    }[status]


def action_words(action: LicenceAction) -> str:
    return {
        LicenceAction.ISSUE: _("签发"),
        LicenceAction.COLLECT: _("归集入库"),
        LicenceAction.RENEW: _("延续换发"),
        LicenceAction.CHANGE: _("变更换发"),
        LicenceAction.UPDATE: _("更正"),
        LicenceAction.SUSPEND: _("暂停"),
        LicenceAction.REINSTATE: _("恢复"),
        LicenceAction.EXPIRE: _("到期"),
        LicenceAction.CANCEL: _("注销"),
        LicenceAction.REVOKE: _("吊销"),
        LicenceAction.ANNUL: _("撤销"),
        LicenceAction.SUPERSEDE: _("由新证替代"),
    }[action]


def build_library(
    page: LibraryPage,
    filters: LibraryFilters,
    holders: Mapping[UUID, Subject],
    types: Mapping[str, LicenceType],
    *,
    actor: Actor,
) -> LibraryView:
    kept = {"q": filters.text, "type": filters.licence_type, "status": filters.status}
    onward = {name: value for name, value in kept.items() if value} | {"after": page.next_cursor}
    return LibraryView(
        tabs=tabs(actor, "console:licences"),
        text=filters.text,
        types=tuple((one.code, one.name, one.code == filters.licence_type) for one in types.values()),
        statuses=tuple(
            (one.value, licence_state(one).words, one.value == filters.status) for one in LicenceStatus
        ),
        count=ngettext("这一页 %(count)d 张。", "这一页 %(count)d 张。", len(page.licences))
        % {"count": len(page.licences)},
        lines=tuple(_licence_line(one, holders[one.holder_id]) for one in page.licences),
        more=f"{reverse('console:licences')}?{urlencode(onward)}" if page.next_cursor else "",
    )


def build_licence(
    licence: Licence,
    kind: LicenceType,
    holder: Subject,
    *,
    history: Sequence[StatusEntry],
    planned: Sequence[PlannedChange],
    uses: Sequence[Use],
    proceedings: Sequence[ProceedingLink],
    opening: Form | None,
    reinstating: Form | None,
    faulty: Form | None,
    refusal: str,
    actor: Actor,
) -> LicenceView:
    return LicenceView(
        tabs=tabs(actor, "console:licences"),
        name=licence.name,
        state=licence_state(licence.status),
        facts=_metadata(licence, kind, holder),
        contents=tuple((caption, text) for caption, text in rules.face_rows(kind, licence.fields, "")),
        planned=tuple(
            _("%(day)s起%(action)s：%(reason)s（%(basis)s，%(name)s 决定）")
            % {
                "day": plain_day(one.effective_on),
                "action": action_words(one.action),
                "reason": one.reason,
                "basis": one.basis,
                "name": one.actor_name,
            }
            for one in planned
        ),
        history=tuple(_history_line(one) for one in history),
        uses=tuple((moment(one.at), one.used_by, one.purpose) for one in uses),
        proceedings=tuple(proceedings),
        file_address=reverse("console:licence_file", args=[licence.number]),
        open_fields=controls(opening) if opening is not None else (),
        open_action=reverse("console:open_proceeding", args=[licence.number]),
        reinstate_fields=controls(reinstating) if reinstating is not None else (),
        reinstate_action=reverse("console:reinstate_licence", args=[licence.number]),
        problems=(
            *(({"text": refusal},) if refusal else ()),
            *(problems(faulty) if faulty is not None else ()),
        ),
    )


def build_types(types: Mapping[str, LicenceType], counts: Sequence[TypeCount], *, actor: Actor) -> TypesView:
    """The catalogue with what the officer's offices have of each type: theirs first."""
    by_type = {one.licence_type: one for one in counts}
    ordered = sorted(types.values(), key=lambda one: (one.code not in by_type, one.code))
    return TypesView(
        tabs=tabs(actor, "console:licence_types"),
        lines=tuple(_type_line(one, by_type.get(one.code)) for one in ordered),
    )


def build_collections(reports: Sequence[CollectReport], *, actor: Actor) -> CollectionsView:
    return CollectionsView(
        tabs=tabs(actor, "console:collections"),
        lines=tuple(
            CollectionLine(
                title=f"{one.licence_name} · {one.issuer_name}",
                address=reverse("console:collection", args=[one.id]),
                when=_("%(when)s，%(source)s") % {"when": moment(one.collected_at), "source": one.source},
                sums=_sums(one),
                state=_collection_state(one),
            )
            for one in reports
        ),
    )


def build_collection(report: CollectReport, *, actor: Actor) -> CollectionView:
    return CollectionView(
        tabs=tabs(actor, "console:collections"),
        title=f"{report.licence_name} · {report.issuer_name}",
        sums=_sums(report),
        facts=(
            (_("文件"), report.source),
            (_("时间"), moment(report.collected_at)),
            (_("谁"), report.collected_by),
        ),
        findings=tuple(
            (
                one.line,
                fault_words(one.kind),
                one.field,
                one.text,
                State(_("没有收"), "bad", "circle-x")
                if one.is_refused
                else State(_("收了，记一笔"), "asked", "circle-alert"),
            )
            for one in report.findings
        ),
    )


def fault_words(kind: FaultKind) -> str:
    return {
        FaultKind.MISSING: _("缺少必填内容"),
        FaultKind.INCOMPLETE: _("选填内容为空"),
        FaultKind.IMPOSSIBLE_DATE: _("日期不可能"),
        FaultKind.WRONG_NUMBER: _("号码校验不对"),
        FaultKind.UNKNOWN_HOLDER: _("持证人不在库"),
        FaultKind.UNKNOWN_FIELD: _("目录里没有这一项"),
        FaultKind.NAME_DIFFERS: _("名称与登记不一致"),
        FaultKind.DUPLICATE: _("文件内重复"),
        FaultKind.OVERLAP: _("有效期重叠"),
        FaultKind.CONFLICT: _("与证照库不一致"),
        FaultKind.UNREADABLE: _("读不出来"),
    }[kind]


def _licence_line(licence: Licence, holder: Subject) -> LicenceLine:
    return LicenceLine(
        name=licence.name,
        address=reverse("console:licence", args=[licence.number]),
        serial=licence.serial,
        holder=_masked_name(licence.holder_name, holder.kind),
        holder_number=holder.masked_number,
        issuer=licence.issuer_name,
        term=rules.term_text(licence.valid_from, licence.valid_to),
        state=licence_state(licence.status),
    )


def _masked_name(name: str, kind: SubjectKind) -> str:
    """A list tells people apart without naming them; a firm's name is public."""
    return name if kind is SubjectKind.ENTITY else f"{name[:1]}{'*' * (len(name) - 1)}"


def _metadata(licence: Licence, kind: LicenceType, holder: Subject) -> tuple[tuple[str, str], ...]:
    """By the names of GB/T 36903-2018."""
    return (
        (_("电子证照标识"), licence.number),
        (_("证照编号"), licence.serial),
        (
            _("证照类型"),
            _("%(name)s（%(code)s，第 %(version)d 版）")
            % {"name": kind.name, "code": kind.type_code, "version": kind.version},
        ),
        (_("持证主体"), licence.holder_name),
        (_("持证主体代码"), holder.masked_number),
        (_("证照颁发机构"), licence.issuer_name),
        (_("颁发日期"), full_day(licence.issued_on)),
        (_("有效期"), rules.term_text(licence.valid_from, licence.valid_to)),
        (_("办件编号"), licence.case_number or _("归集入库，没有办件")),
        (_("签名的密钥"), licence.key_id or _("没有签名")),
    )


def _history_line(entry: StatusEntry) -> HistoryLine:
    changed = _("更正了 %(count)d 项") % {"count": len(entry.changed_fields)} if entry.changed_fields else ""
    return HistoryLine(
        what=action_words(entry.action),
        when=moment(entry.at),
        who=entry.actor_name,
        why=_("；").join(part for part in (entry.reason, entry.basis, changed) if part),
    )


def _type_line(kind: LicenceType, count: TypeCount | None) -> TypeLine:
    told = {"total": 0, "valid": 0, "by_case": 0}
    if count is not None:
        told = {"total": count.total, "valid": count.valid, "by_case": count.by_case}
    return TypeLine(
        name=kind.name,
        code=kind.code,
        version=_("第 %(version)d 版，%(day)s起")
        % {"version": kind.version, "day": plain_day(kind.applies_from)},
        fields=_("、").join(one.caption for one in kind.contents),
        validity=_validity(kind.validity),
        renewed_by=kind.renewed_by,
        count=_("入库 %(total)d，有效 %(valid)d，办件签发 %(by_case)d") % told,
    )


def _validity(validity: Validity) -> str:
    if validity.kind is ValidityKind.YEARS:
        return _("%(years)d 年") % {"years": validity.years or 0}
    if validity.kind is ValidityKind.FIXED_END and validity.ends_on is not None:
        return _("到%(day)s") % {"day": plain_day(validity.ends_on)}
    if validity.kind is ValidityKind.UNTIL_AGE:
        return _("到持证人满 %(age)d 周岁") % {"age": validity.age or 0}
    return {
        ValidityKind.NONE: _("长期"),
        ValidityKind.BY_AGE: _("看持证人的年龄"),
    }.get(validity.kind, _("由决定写明"))


def _sums(report: CollectReport) -> str:
    return _(
        "%(rows)d 行：新收 %(created)d，更正 %(corrected)d，没有变化 %(unchanged)d，没有收 %(refused)d。"
    ) % {
        "rows": report.rows,
        "created": report.created,
        "corrected": report.corrected,
        "unchanged": report.unchanged,
        "refused": report.refused,
    }


def _collection_state(report: CollectReport) -> State:
    if report.refused:
        return State(_("有没收进来的"), "asked", "circle-alert")
    return State(_("都收进来了"), "done", "circle-check")
