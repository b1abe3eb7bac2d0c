"""The verifier's pages: asking for a code, the answer in one word, and places that take electronic licences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import Licence, NewVerifier, Verification, Verifier, VerifierKind
from tongban.foundation import papers
from tongban.foundation.credentials.refusals import SENTENCES
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.sites.portal.pages.my import licence_state
from tongban.sites.portal.pages.showing import kind_names, legal_force, purpose_names
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.fields import FieldView, field_id
from tongban.sites.shared.formats import grouped, plain_day

MOST_NAME, MOST_ADDRESS, MOST_PHONE = 100, 200, 32


@dataclass(frozen=True, slots=True)
class AskPage:
    verifier: str
    code: str
    field: FieldView
    action: str
    release_action: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    title: str
    kind: str
    symbol: str
    text: str
    state: State | None
    facts: tuple[tuple[str, str], ...]
    legal: str
    receipt: str
    verifier: str
    again: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    name: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class PlacePage:
    name: str
    facts: tuple[tuple[str, str], ...]
    qr: str


@dataclass(frozen=True, slots=True)
class OwnLine:
    name: str
    text: str
    state: State
    address: str
    action: str


@dataclass(frozen=True, slots=True)
class SecretPage:
    name: str
    code: str
    secret: str
    poster: str


def today(at: datetime) -> date:
    return shanghai_date(at)


def ask_page(verifier: Verifier, code: str, problems: Mapping[str, str]) -> AskPage:
    field = FieldView(
        id=field_id("code"),
        name="code",
        label=_("对方屏幕上的 8 位数字"),
        value=code,
        error=problems.get("code", ""),
        inputmode="numeric",
        autocomplete="off",
        classes="govuk-input--width-10",
    )
    return AskPage(verifier.name, code, field, reverse("portal:verify"), reverse("portal:release_device"))


def result_page(found: Verification, verifier: Verifier) -> ResultPage:
    """Good or not in one word, then what the holder chose to show."""
    facts = [
        (_("证照"), found.licence_name),
        (_("颁发"), found.issuer_name),
        (_("目的"), purpose_names()[found.purpose]),
    ]
    if found.valid_to is not None:
        facts.append((_("有效期"), _("到%(day)s前") % {"day": plain_day(found.valid_to)}))
    facts += [(field.caption, field.value) for field in found.fields]
    facts.append((_("核验时间"), _time(found.at)))
    return ResultPage(
        title=_("证照有效") if found.is_good else _("证照现在不能用"),
        kind="good" if found.is_good else "bad",
        symbol="circle-check" if found.is_good else "circle-x",
        text=_("签名、状态、时间和对象都已核对。")
        if found.is_good
        else _("请不要凭它办理，并请持证人联系颁发机关。"),
        state=licence_state(found.status),
        facts=tuple(facts),
        legal=legal_force() if found.is_good else "",
        receipt=found.receipt,
        verifier=verifier.name,
        again=reverse("portal:verify"),
    )


def refused_page(refused: TongbanError, verifier: Verifier, at: datetime) -> ResultPage:
    return ResultPage(
        title=_("核验没有通过"),
        kind="bad",
        symbol="circle-x",
        text=_(refused.sentence),
        state=None,
        facts=((_("核验时间"), _time(at)),),
        legal="",
        receipt="",
        verifier=verifier.name,
        again=reverse("portal:verify"),
    )


def script_data(verifier: Verifier) -> dict[str, object]:
    """What the script needs to check without a network, words included."""
    return {
        "audience": selectors.audience_uri(selectors.as_audience(verifier)),
        "code": verifier.code,
        "data": "/api/v1/verification-data",
        "tells_for_s": int(services.TELLS_FOR.total_seconds()),
        "reasons": {reason.value: _(sentence) for reason, sentence in SENTENCES.items()},
        "words": {
            "good": _("证照有效"),
            "bad": _("核验没有通过"),
            "unknown": _("不能判断"),
            "checked": _("签名、状态、时间和对象都已核对。"),
            "as_of_now": _("状态截至刚才"),
            "as_of": _("状态截至 %(minutes)s 分钟前"),
            "as_of_hours": _("状态截至 %(hours)s 小时前"),
            "never": _("还没有核验数据。请联网打开本页一次。"),
            "fast": _("这部手机的时钟快了约 %(minutes)s 分钟，已按平台时间核验。"),
            "slow": _("这部手机的时钟慢了约 %(minutes)s 分钟，已按平台时间核验。"),
            "wrong_day": _("这部手机的日期不对，已按平台时间核验。"),
            "used": _("这次出示已经核验过一次，可能是重复使用。请持证人重新出示。"),
            "unreadable": _("没有读到二维码。请靠近一些，或者换一张清楚的图片。"),
            "camera": _("不能打开摄像头。请允许使用摄像头，或者输入数字。"),
            "licence": _("证照"),
            "shown_at": _("出示时间"),
            "yes": _("是"),
            "no": _("否"),
            "legal": legal_force(),
            "nothing": _("没有选择要显示的内容，只核验证照是否有效。"),
        },
    }


def device_fields(verifier: str, problems: Mapping[str, str]) -> tuple[FieldView, ...]:
    return (
        FieldView(
            id=field_id("verifier"),
            name="verifier",
            label=_("核验方编号"),
            value=verifier,
            hint=_("以 V 开头，登记时得到。"),
            autocomplete="off",
            classes="govuk-input--width-10",
        ),
        FieldView(
            id=field_id("secret"),
            name="secret",
            label=_("口令"),
            value="",
            hint=_("登记时显示的 24 个字母和数字。"),
            error=problems.get("secret", ""),
            autocomplete="off",
        ),
    )


def place_line(verifier: Verifier) -> PlaceLine:
    words = {"kind": kind_names()[verifier.kind], "address": verifier.address}
    return PlaceLine(
        verifier.name, _("%(kind)s，%(address)s") % words, reverse("portal:verifier", args=[verifier.code])
    )


def place_page(verifier: Verifier) -> PlacePage:
    facts = [
        (_("种类"), kind_names()[verifier.kind]),
        (_("地址"), verifier.address),
        (_("核验方编号"), verifier.code),
    ]
    if verifier.phone:
        facts.append((_("电话"), verifier.phone))
    address = f"{settings.PUBLIC_URL}{reverse('portal:verifier', args=[verifier.code])}"
    return PlacePage(verifier.name, tuple(facts), papers.qr_svg(address))


def showable_line(licence: Licence, verifier: Verifier) -> PlaceLine:
    address = f"{reverse('portal:present', args=[licence.number])}?to={verifier.code}"
    return PlaceLine(licence.name, licence.holder_name, address)


def own_line(verifier: Verifier) -> OwnLine:
    is_open = verifier.closed_at is None
    words = {"code": verifier.code, "kind": kind_names()[verifier.kind], "address": verifier.address}
    return OwnLine(
        name=verifier.name,
        text=_("编号 %(code)s；%(kind)s；%(address)s") % words,
        state=State(_("在用"), "done", "circle-check") if is_open else State(_("已停用"), "ended", "ban"),
        address=reverse("portal:verifier", args=[verifier.code]) if is_open else "",
        action=reverse("portal:change_verifier", args=[verifier.code]) if is_open else "",
    )


def secret_page(made: NewVerifier) -> SecretPage:
    return SecretPage(
        name=made.verifier.name,
        code=made.verifier.code,
        secret=grouped(made.secret),
        poster=reverse("portal:verifier", args=[made.verifier.code]),
    )


def register_problems(typed: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not typed["name"] or len(typed["name"]) > MOST_NAME:
        problems["name"] = _("请填写核验方的名称，不超过 100 个字。")
    if typed["kind"] not in list(VerifierKind):
        problems["kind"] = _("请选择种类。")
    if not typed["address"] or len(typed["address"]) > MOST_ADDRESS:
        problems["address"] = _("请填写持证人能找到的地址，不超过 200 个字。")
    if len(typed["phone"]) > MOST_PHONE:
        problems["phone"] = _("电话太长了。请只填一个号码。")
    return problems


def register_fields(typed: Mapping[str, str], problems: Mapping[str, str]) -> tuple[FieldView, ...]:
    kinds = {kind.value: words for kind, words in kind_names().items()}
    chosen = typed.get("kind", "")
    return (
        _field("name", _("名称"), typed, problems, hint=_("写持证人看得懂的名称，例如酒店的名字加上前台。")),
        FieldView(
            id=field_id("kind"),
            name="kind",
            label=_("种类"),
            widget="radios",
            error=problems.get("kind", ""),
            hint=_("决定持证人可以为哪些目的亮证。"),
            items=tuple(
                {"value": key, "text": words, "checked": key == chosen} for key, words in kinds.items()
            ),
        ),
        _field("address", _("地址"), typed, problems),
        _field("phone", _("电话（可以不填）"), typed, problems),
    )


def _field(
    name: str, label: str, typed: Mapping[str, str], problems: Mapping[str, str], *, hint: str = ""
) -> FieldView:
    return FieldView(
        id=field_id(name),
        name=name,
        label=label,
        value=typed.get(name, ""),
        hint=hint,
        error=problems.get(name, ""),
    )


def _time(at: datetime) -> str:
    return f"{plain_day(at)} {at.astimezone(SHANGHAI):%H:%M:%S}"
