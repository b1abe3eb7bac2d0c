"""The wallet: licences by whose they are, one licence with who used it, and a report to its issuer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.identity.types import Mandate, MandateKind, Subject
from tongban.domains.licences import rules
from tongban.domains.licences.types import (
    Consent,
    Licence,
    LicenceStatus,
    LicenceType,
    Proceeding,
    Report,
    ReportKind,
    ReportOutcome,
    StatusEntry,
    Use,
    UseKind,
)
from tongban.kernel.instants import shanghai_date
from tongban.sites.portal.pages.authority import ConsentLine, consent_line
from tongban.sites.portal.pages.my import licence_state, validity
from tongban.sites.portal.pages.proceedings import ProceedingLink, link
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.fields import FieldView, field_id
from tongban.sites.shared.formats import full_day, grouped, moment, plain_day

KINDS = {"error": ReportKind.ERROR, "refused": ReportKind.REFUSED_HERE}


@dataclass(frozen=True, slots=True)
class WalletCard:
    name: str
    number: str
    issuer: str
    validity: str
    state: State
    address: str
    file_address: str
    present_address: str
    """Empty for one that can't be shown now."""
    notice: str
    """That it runs out soon, or that it has; empty otherwise."""
    renew_address: str
    """The guide of the item that renews it, once that is due; empty where there is none."""


@dataclass(frozen=True, slots=True)
class WalletGroup:
    title: str
    cards: tuple[WalletCard, ...]


@dataclass(frozen=True, slots=True)
class UseLine:
    when: str
    who: str
    what: str
    why: str
    case: str
    fields: str
    """What was read, in the licence's own words; empty where `extent` says it."""
    extent: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    title: str
    text: str
    state: State
    answer: str


@dataclass(frozen=True, slots=True)
class LicencePage:
    name: str
    holder: str
    state: State
    facts: tuple[tuple[str, str], ...]
    contents: tuple[tuple[str, str], ...]
    """Captions and texts in the words of the licence itself."""
    notice: str
    renew_address: str
    file_address: str
    present_address: str
    data_address: str
    error_address: str
    refused_address: str
    uses: tuple[UseLine, ...]
    consents: tuple[ConsentLine, ...]
    """Who asked to use licences of this kind, and what was answered."""
    reports: tuple[ReportLine, ...]
    history: tuple[tuple[str, str, str], ...]
    proceedings: tuple[ProceedingLink, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    title: str
    lead: str
    licence: str
    number: str
    kind: str
    fields: tuple[FieldView, ...]
    action: str
    back: str


def groups(
    licences: Iterable[tuple[Licence, LicenceStatus]],
    types: Mapping[str, LicenceType],
    mandates: Sequence[Mandate],
    *,
    me: UUID,
    acting_for: UUID,
    today: date,
) -> tuple[WalletGroup, ...]:
    """Hers, her children's, her firms', then those of who authorised her; whom she acts for now comes first."""
    titles = {one.principal.id: _title(one.kind, one.principal) for one in mandates if one.agent.id == me}
    titles[me] = _("我的")
    order = [acting_for, me, *titles]
    cards: dict[UUID, list[WalletCard]] = {}
    for licence, status in licences:
        cards.setdefault(licence.holder_id, []).append(
            card(licence, types[licence.licence_type], status, today)
        )
    ordered = [one for one in dict.fromkeys(order) if one in cards]
    return tuple(WalletGroup(titles[one], tuple(cards[one])) for one in ordered)


def card(licence: Licence, licence_type: LicenceType, status: LicenceStatus, today: date) -> WalletCard:
    notice = expiry_notice(licence, status, today)
    return WalletCard(
        name=licence.name,
        number=grouped(licence.serial or licence.number),
        issuer=licence.issuer_name,
        validity=validity(licence.valid_from, licence.valid_to),
        state=licence_state(status),
        address=reverse("portal:my_licence", args=[licence.number]),
        file_address=reverse("portal:licence", args=[licence.number]),
        present_address=_present(licence, status),
        notice=notice,
        renew_address=_renew_address(licence_type) if notice else "",
    )


def _renew_address(licence_type: LicenceType) -> str:
    if not licence_type.renewed_by:
        return ""
    return reverse("portal:find_guide", args=[licence_type.renewed_by])


def expiry_notice(licence: Licence, status: LicenceStatus, today: date) -> str:
    """When it runs out within sixty days, or that it has run out."""
    if licence.valid_to is None:
        return ""
    if status is LicenceStatus.EXPIRED:
        return _("已经到期，不能再用。")
    if not rules.runs_out_soon(status, licence.valid_to, today):
        return ""
    days = (licence.valid_to - today).days
    return ngettext("还有 %(count)d 天到期。", "还有 %(count)d 天到期。", days) % {"count": days}


def licence_page(
    licence: Licence,
    licence_type: LicenceType,
    status: LicenceStatus,
    *,
    uses: Sequence[Use],
    consents: Sequence[Consent],
    reports: Sequence[Report],
    history: Sequence[StatusEntry],
    proceedings: Sequence[Proceeding],
    at: datetime,
) -> LicencePage:
    today = shanghai_date(at)
    notice = expiry_notice(licence, status, today)
    number = licence.number
    report = reverse("portal:report_licence", args=[number])
    facts = (
        (_("编号"), grouped(licence.serial or number)),
        (_("颁发"), licence.issuer_name),
        (_("有效期"), validity(licence.valid_from, licence.valid_to)),
        (_("电子证照标识"), number),
    )
    return LicencePage(
        name=licence.name,
        holder=licence.holder_name,
        state=licence_state(status),
        facts=facts,
        contents=tuple(
            (caption, text) for caption, text in rules.face_rows(licence_type, licence.fields, "")
        ),
        notice=notice,
        renew_address=_renew_address(licence_type) if notice else "",
        file_address=reverse("portal:licence", args=[number]),
        present_address=_present(licence, status),
        data_address=reverse("portal:licence_data", args=[number]),
        error_address=f"{report}?kind=error",
        refused_address=f"{report}?kind=refused",
        uses=tuple(use_line(one, licence_type) for one in uses),
        consents=tuple(
            consent_line(one, one.user_name, at)
            for one in consents
            if any(item.licence_type == licence_type.code for item in one.items)
        ),
        reports=tuple(_report_line(one) for one in reports),
        proceedings=tuple(link(one) for one in proceedings),
        history=tuple(
            (moment(one.at), licence_state(one.to_status).words, one.reason) for one in reversed(history)
        ),
    )


def use_line(use: Use, licence_type: LicenceType) -> UseLine:
    what = {
        UseKind.FETCHED: _("部门办件时调取"),
        UseKind.CONSENTED: _("经同意后调取"),
        UseKind.COUNTER: _("窗口凭您出示的码调取"),
        UseKind.APPLIED: _("申请时代替纸质材料"),
        UseKind.SHOWN: _("亮证"),
        UseKind.VERIFIED: _("核验"),
    }
    captions = [rules.caption_of(licence_type, name) for name in use.fields]
    return UseLine(
        when=moment(use.at),
        who=use.used_by,
        what=what[use.kind],
        why=use.purpose,
        case=use.case_number,
        fields="、".join(captions),
        extent=_("整张证照") if use.kind is UseKind.APPLIED else _("没有看内容"),
    )


def report_page(
    licence: Licence, kind: ReportKind, *, typed: Mapping[str, str], problems: Mapping[str, str]
) -> ReportPage:
    is_error = kind is ReportKind.ERROR
    where = FieldView(
        id=field_id("place"),
        name="place",
        label=_("哪里不认"),
        value=typed.get("place", ""),
        hint=_("写明单位名称和地址，例如“示例酒店，示例路 8 号”。"),
        error=problems.get("place", ""),
    )
    text = FieldView(
        id=field_id("text"),
        name="text",
        label=_("哪里写错了，应该是什么") if is_error else _("对方怎么说的"),
        widget="textarea",
        value=typed.get("text", ""),
        error=problems.get("text", ""),
    )
    return ReportPage(
        title=_("报告证照有错") if is_error else _("报告这里不认"),
        lead=_("您的报告会送到%(issuer)s，10 个工作日内答复。证照确实有错的，更正后您手里的文件也会换新。")
        % {"issuer": licence.issuer_name}
        if is_error
        else _("电子证照和原件效力相同。您的报告会送到%(issuer)s，5 个工作日内答复，由它告诉对方应当认可。")
        % {"issuer": licence.issuer_name},
        licence=licence.name,
        number=grouped(licence.serial or licence.number),
        kind=next(name for name, one in KINDS.items() if one is kind),
        fields=(text,) if is_error else (where, text),
        action=reverse("portal:report_licence", args=[licence.number]),
        back=reverse("portal:my_licence", args=[licence.number]),
    )


def _present(licence: Licence, status: LicenceStatus) -> str:
    return reverse("portal:present", args=[licence.number]) if status is LicenceStatus.VALID else ""


def _title(kind: MandateKind, principal: Subject) -> str:
    named = {"name": principal.name}
    if kind is MandateKind.PARENT:
        return _("孩子：%(name)s") % named
    if kind is MandateKind.LEGAL_REPRESENTATIVE:
        return _("企业：%(name)s") % named
    return _("委托您的：%(name)s") % named


def _report_line(report: Report) -> ReportLine:
    told = {"ticket": report.ticket, "day": plain_day(report.filed_at)}
    title = (
        _("证照有错，%(day)s报告（%(ticket)s）") % told
        if report.kind is ReportKind.ERROR
        else _("“%(place)s”不认，%(day)s报告（%(ticket)s）") % {**told, "place": report.place}
    )
    if report.outcome is None:
        waits = _("%(day)s前答复") % {"day": full_day(report.due_on)}
        return ReportLine(title, report.text, State(waits, "going", "hourglass"), "")
    state = (
        State(_("属实，已处理"), "done", "circle-check")
        if report.outcome is ReportOutcome.UPHELD
        else State(_("不属实"), "ended", "ban")
    )
    return ReportLine(title, report.text, state, report.answer)


def in_force(mandate: Mandate, at: datetime) -> bool:
    has_ended = mandate.valid_to is not None and mandate.valid_to <= at
    return mandate.revoked_at is None and mandate.valid_from <= at and not has_ended
