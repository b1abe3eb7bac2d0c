"""My space: applications, licences, messages, drafts, mandates, who looked at my data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.eforms.types import Draft
from tongban.domains.identity.rules import POWERS_OF_LAW
from tongban.domains.identity.types import Mandate, MandateKind, Subject
from tongban.domains.licences.types import Licence, LicenceStatus
from tongban.domains.messaging.types import Message, SandboxMail
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.formats import grouped, moment, plain_day


@dataclass(frozen=True, slots=True)
class LicenceCard:
    name: str
    holder: str
    number: str
    issuer: str
    validity: str
    state: State
    address: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MessageLine:
    address: str
    title: str
    body: str
    next_action: str
    when: str
    is_unread: bool


@dataclass(frozen=True, slots=True)
class DraftLine:
    address: str
    title: str
    text: str
    delete_action: str


@dataclass(frozen=True, slots=True)
class MandateLine:
    title: str
    text: str
    state: State
    revoke_action: str


@dataclass(frozen=True, slots=True)
class MenuLink:
    address: str
    words: str
    symbol: str


@dataclass(frozen=True, slots=True)
class MailView:
    subject: str
    to: str
    when: str
    body: str


def mail_view(mail: SandboxMail) -> MailView:
    return MailView(mail.subject, _("、").join(mail.to), moment(mail.kept_at), mail.body)


def menu() -> tuple[MenuLink, ...]:
    return (
        MenuLink(reverse("portal:applications"), _("我的办件"), "file-check"),
        MenuLink(reverse("portal:licences"), _("我的证照"), "id-card"),
        MenuLink(reverse("portal:consents"), _("用证授权"), "shield-check"),
        MenuLink(reverse("portal:messages"), _("我的消息"), "mail"),
        MenuLink(reverse("portal:drafts"), _("没办完的"), "pencil"),
        MenuLink(reverse("portal:mandates"), _("我的授权"), "users"),
        MenuLink(reverse("portal:records"), _("我的信息"), "database"),
        MenuLink(reverse("portal:looks"), _("谁看过我的数据"), "eye"),
        MenuLink(reverse("account"), _("账号和安全"), "shield-check"),
    )


def licence_card(licence: Licence, status: LicenceStatus) -> LicenceCard:
    return LicenceCard(
        name=licence.name,
        holder=licence.holder_name,
        number=grouped(licence.serial or licence.number),
        issuer=licence.issuer_name,
        validity=validity(licence.valid_from, licence.valid_to),
        state=licence_state(status),
        address=reverse("portal:licence", args=[licence.number]),
        facts=tuple((name, value) for name, value in licence.fields.items() if value),
    )


def message_line(message: Message) -> MessageLine:
    return MessageLine(
        address=reverse("portal:message", args=[message.id]),
        title=message.title,
        body=message.body,
        next_action=message.next_action,
        when=moment(message.sent_at),
        is_unread=message.read_at is None,
    )


def draft_line(draft: Draft, title: str) -> DraftLine:
    return DraftLine(
        address=reverse("portal:draft", args=[draft.id]),
        title=title,
        text=_("%(saved)s 保存，保留到 %(until)s")
        % {"saved": moment(draft.saved_at), "until": plain_day(draft.expires_at)},
        delete_action=reverse("portal:delete_draft", args=[draft.id]),
    )


def mandate_line(mandate: Mandate, me: UUID, titles: Mapping[str, str], at: datetime) -> MandateLine:
    """One mandate in a sentence, with a button to end it while it is in force."""
    is_over = mandate.revoked_at is not None or (mandate.valid_to is not None and mandate.valid_to <= at)
    return MandateLine(
        title=_mandate_title(mandate, me),
        text=_("%(scope)s；%(term)s") % {"scope": _scope(mandate.scope, titles), "term": _term(mandate)},
        state=State(_("已结束"), "ended", "ban") if is_over else State(_("有效"), "done", "circle-check"),
        revoke_action=""
        if is_over or mandate.kind in POWERS_OF_LAW
        else reverse("portal:revoke_mandate", args=[mandate.id]),
    )


def subject_names(subjects: Sequence[Subject]) -> dict[UUID, str]:
    return {subject.id: subject.name for subject in subjects}


def validity(start: date, end: date | None) -> str:
    if end is None:
        return _("%(start)s起长期有效") % {"start": plain_day(start)}
    return _("%(start)s至%(end)s前") % {"start": plain_day(start), "end": plain_day(end)}


def licence_state(status: LicenceStatus) -> State:
    words = {
        LicenceStatus.VALID: State(_("有效"), "done", "circle-check"),
        LicenceStatus.EXPIRED: State(_("已过期"), "bad", "clock"),
        LicenceStatus.SUSPENDED: State(_("已暂停"), "asked", "pause"),
        LicenceStatus.REVOKED: State(_("已吊销"), "bad", "ban"),
        LicenceStatus.CANCELLED: State(_("已注销"), "ended", "ban"),
        LicenceStatus.ANNULLED: State(_("已撤销"), "bad", "ban"),
        LicenceStatus.SUPERSEDED: State(_("已换新证"), "ended", "history"),
    }
    return words[status]


def _mandate_title(mandate: Mandate, me: UUID) -> str:
    names = {"principal": mandate.principal.name, "agent": mandate.agent.name}
    if mandate.kind is MandateKind.LEGAL_REPRESENTATIVE:
        return _("%(agent)s是%(principal)s的法定代表人") % names
    if mandate.kind is MandateKind.PARENT:
        return _("%(agent)s作为监护人代%(principal)s办理") % names
    if mandate.principal.id == me:
        return _("您授权%(agent)s代您办理") % names
    return _("%(principal)s授权您代为办理") % names


def _scope(scope: Sequence[str], titles: Mapping[str, str]) -> str:
    if not scope:
        return _("所有事项")
    return _("、").join(titles.get(code, code) for code in scope)


def _term(mandate: Mandate) -> str:
    if mandate.revoked_at is not None:
        return _("%(day)s撤销") % {"day": plain_day(mandate.revoked_at)}
    if mandate.valid_to is None:
        return _("%(day)s起") % {"day": plain_day(mandate.valid_from)}
    return _("%(start)s至%(end)s") % {
        "start": plain_day(mandate.valid_from),
        "end": plain_day(mandate.valid_to),
    }
