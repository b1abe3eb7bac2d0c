"""用证授权: what holders are asked for and what firms ask for, and one consent with what it lets the other side read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.licences import rules
from tongban.domains.licences.types import Consent, ConsentStatus, FetchResult, LicenceType
from tongban.kernel.identifiers import validate_resident_id, validate_uscc
from tongban.kernel.workdays import ONE_DAY
from tongban.sites.portal.pages.words import State
from tongban.sites.portal.requests import normalised
from tongban.sites.shared.fields import FieldView, field_id
from tongban.sites.shared.formats import as_date, full_day, local, moment

ONCE, TERM = "once", "term"


@dataclass(frozen=True, slots=True)
class ConsentLine:
    title: str
    text: str
    state: State
    address: str


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    asked_of: tuple[ConsentLine, ...]
    asked_by: tuple[ConsentLine, ...]
    firm: str
    """In whose name she may ask; empty while she acts for a person."""
    types: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConsentPage:
    title: str
    sentence: str
    state: State
    facts: tuple[tuple[str, str], ...]
    scope: tuple[tuple[str, str], ...]
    decided: str
    may_answer: bool
    may_withdraw: bool
    may_fetch: bool
    action: str
    results: tuple["ResultCard", ...]


@dataclass(frozen=True, slots=True)
class ResultCard:
    """What was read just now; shown on this one page and kept nowhere."""

    name: str
    facts: tuple[tuple[str, str], ...]
    contents: tuple[tuple[str, str], ...]
    refusal: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What a firm filled in to ask for a consent."""

    name: str = ""
    number: str = ""
    purpose: str = ""
    fields: tuple[str, ...] = ()
    extent: str = ONCE
    until: str = ""

    @classmethod
    def read(cls, posted: QueryDict) -> "Typed":
        return cls(
            name=posted.get("name", "").strip(),
            number=normalised(posted.get("number", "")),
            purpose=posted.get("purpose", "").strip(),
            fields=tuple(posted.getlist("scope")),
            extent=TERM if posted.get("extent") == TERM else ONCE,
            until=posted.get("until", "").strip(),
        )

    def until_day(self) -> date | None:
        try:
            return date.fromisoformat(self.until)
        except ValueError:
            return None

    def problems(self, *, today: date) -> dict[str, str]:
        found = {}
        if not self.name:
            found["name"] = _("请填写持证人的姓名或名称。")
        verdict = validate_resident_id(self.number, today=today)
        if not (verdict.valid or validate_uscc(self.number).valid):
            found["number"] = verdict.reason
        faults = {
            "purpose": rules.purpose_fault(self.purpose),
            "scope": "" if self.fields else _("请选择要看哪些内容。"),
            "until": rules.term_fault(self.until_day(), today),
        }
        return found | {field: fault for field, fault in faults.items() if fault}


def build_list(
    asked_of: Sequence[Consent],
    asked_by: Sequence[Consent],
    *,
    firm: str,
    types: Collection[LicenceType],
    at: datetime,
) -> ConsentsPage:
    return ConsentsPage(
        asked_of=tuple(consent_line(one, one.user_name, at) for one in asked_of),
        asked_by=tuple(consent_line(one, one.holder_name, at) for one in asked_by),
        firm=firm,
        types=tuple((one.code, one.name) for one in types),
    )


def build(
    consent: Consent,
    types: Mapping[str, LicenceType],
    *,
    is_holder: bool,
    is_user: bool,
    results: Sequence[FetchResult] = (),
    at: datetime,
) -> ConsentPage:
    told = {"user": consent.user_name, "holder": consent.holder_name}
    decided = {"name": consent.decided_by, "when": moment(consent.decided_at) if consent.decided_at else ""}
    is_asked = consent.status is ConsentStatus.ASKED and at < consent.valid_to
    return ConsentPage(
        title=_("%(user)s申请用证") % told,
        sentence=_(
            "%(user)s想看%(holder)s的证照。不同意，对方什么也看不到；同意以后，对方每看一次，证照的使用记录里都有一行。"
        )
        % told,
        state=_state(consent, at),
        facts=(
            (_("谁的证照"), consent.holder_name),
            (_("给谁用"), consent.user_name),
            (_("用来做什么"), consent.purpose),
            (_("用几次"), _term(consent)),
            (_("申请时间"), moment(consent.asked_at)),
        ),
        scope=tuple(
            (
                item.licence_name,
                "、".join(rules.caption(types[item.licence_type], name) for name in item.fields),
            )
            for item in consent.items
        ),
        decided=_("%(name)s，%(when)s") % decided if consent.decided_at else "",
        may_answer=is_holder and is_asked,
        may_withdraw=is_holder and consent.is_in_force(at),
        may_fetch=is_user and consent.is_in_force(at),
        action=reverse("portal:consent", args=[consent.id]),
        results=tuple(_result(one, types) for one in results),
    )


def ask_fields(licence_type: LicenceType, typed: Typed, problems: Mapping[str, str]) -> tuple[FieldView, ...]:
    captions = {name: rules.caption(licence_type, name) for name in licence_type.fields}
    extents = {ONCE: _("只看一次"), TERM: _("到期以前可以多次看")}
    return (
        _input("name", _("持证人姓名或名称"), typed.name, problems),
        _input("number", _("持证人证件号码"), typed.number, problems),
        _input(
            "purpose",
            _("用来做什么"),
            typed.purpose,
            problems,
            hint=_("持证人会看到这句话，例如“办理入职登记”。"),
        ),
        FieldView(
            id=field_id("scope"),
            name="scope",
            label=_("要看哪些内容"),
            widget="checkboxes",
            hint=_("只选用得着的。"),
            error=problems.get("scope", ""),
            items=tuple(
                {"value": name, "text": text, "checked": name in typed.fields}
                for name, text in captions.items()
            ),
        ),
        FieldView(
            id=field_id("extent"),
            name="extent",
            label=_("看几次"),
            widget="radios",
            items=tuple(
                {"value": key, "text": text, "checked": key == typed.extent} for key, text in extents.items()
            ),
        ),
        FieldView(
            id=field_id("until"),
            name="until",
            label=_("到哪一天为止"),
            value=typed.until,
            hint=_("最长一年。"),
            error=problems.get("until", ""),
            input_type="date",
            classes="govuk-input--width-20",
        ),
    )


def _input(name: str, label: str, value: str, problems: Mapping[str, str], *, hint: str = "") -> FieldView:
    return FieldView(
        id=field_id(name), name=name, label=label, value=value, hint=hint, error=problems.get(name, "")
    )


def consent_line(consent: Consent, other: str, at: datetime) -> ConsentLine:
    return ConsentLine(
        title=_("%(other)s：%(licences)s")
        % {"other": other, "licences": "、".join(item.licence_name for item in consent.items)},
        text=_("用途：%(purpose)s；%(term)s") % {"purpose": consent.purpose, "term": _term(consent)},
        state=_state(consent, at),
        address=reverse("portal:consent", args=[consent.id]),
    )


def _term(consent: Consent) -> str:
    day = {"day": full_day(as_date(local(consent.valid_to)) - ONE_DAY)}
    if consent.is_once:
        return _("一次，%(day)s以前") % day
    return _("可以多次，到%(day)s为止") % day


def _state(consent: Consent, at: datetime) -> State:
    if consent.status in (ConsentStatus.ASKED, ConsentStatus.GIVEN) and consent.valid_to <= at:
        return State(_("已到期"), "ended", "clock")
    return {
        ConsentStatus.ASKED: State(_("等待答复"), "asked", "hourglass"),
        ConsentStatus.GIVEN: State(_("已同意"), "done", "circle-check"),
        ConsentStatus.REFUSED: State(_("不同意"), "ended", "ban"),
        ConsentStatus.WITHDRAWN: State(_("已撤回"), "ended", "undo-2"),
        ConsentStatus.USED_UP: State(_("已用完"), "ended", "check"),
    }[consent.status]


def _result(result: FetchResult, types: Mapping[str, LicenceType]) -> ResultCard:
    licence = result.licence
    if licence is None:
        return ResultCard("", (), (), result.message)
    end = _("长期") if licence.valid_to is None else full_day(licence.valid_to - ONE_DAY)
    return ResultCard(
        name=licence.name,
        facts=((_("持有人"), licence.holder_name), (_("颁发"), licence.issuer_name), (_("有效到"), end)),
        contents=tuple(
            (rules.caption(types[licence.licence_type], name), text) for name, text in licence.fields.items()
        ),
        refusal="",
    )
