"""亮证 as its holder sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.directory.types import Department
from tongban.domains.licences import rules, selectors
from tongban.domains.licences.types import (
    Audience,
    Licence,
    LicenceType,
    Purpose,
    ShownCode,
    Verifier,
    VerifierKind,
)
from tongban.foundation import papers
from tongban.kernel.instants import SHANGHAI
from tongban.sites.shared.formats import grouped

SHOWN_AUDIENCES = 20


@dataclass(frozen=True, slots=True)
class AudienceLine:
    name: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class AudiencePage:
    licence: str
    holder: str
    query: str
    lines: tuple[AudienceLine, ...]
    address: str
    phones: int
    keep_action: str
    withdraw_action: str
    challenge: str
    aud: str
    offline_address: str
    refused_address: str


@dataclass(frozen=True, slots=True)
class PurposeLine:
    value: str
    words: str
    shows: str
    checked: bool


@dataclass(frozen=True, slots=True)
class PurposePage:
    licence: str
    holder: str
    audience: str
    audience_code: str
    lines: tuple[PurposeLine, ...]
    error: str
    action: str
    back: str


@dataclass(frozen=True, slots=True)
class CodePage:
    licence: str
    holder: str
    audience: str
    purpose: str
    shows: str
    code: str
    digits: str
    qr: str
    until: str
    seconds: int
    action: str
    audience_code: str
    purpose_code: str
    back: str
    refused_address: str


@dataclass(frozen=True, slots=True)
class RefusalPage:
    licence: str
    sentence: str
    back: str


def kind_names() -> dict[VerifierKind, str]:
    return {
        VerifierKind.HOTEL: _("酒店、民宿"),
        VerifierKind.BANK: _("银行"),
        VerifierKind.CLINIC: _("医院、诊所"),
        VerifierKind.VENUE: _("场馆、景区"),
        VerifierKind.SHOP: _("商店、餐饮"),
        VerifierKind.OTHER: _("其他"),
    }


def purpose_names() -> dict[Purpose, str]:
    return {
        Purpose.VALIDITY: _("只看证照是否有效"),
        Purpose.AGE_18: _("只看是否年满18周岁"),
        Purpose.IDENTITY: _("核对身份"),
        Purpose.LODGING: _("入住登记"),
        Purpose.SERVICE: _("办事"),
    }


def legal_force() -> str:
    """Why nobody may ask for the paper as well (row F4)."""
    return _(
        "核验通过的电子证照与纸质证照具有同等法律效力，不必再出示原件或复印件（《国务院关于在线政务服务的若干规定》第十条；沪府办规〔2022〕7号）。"
    )


def audience_page(
    licence: Licence,
    query: str,
    verifiers: Sequence[Verifier],
    departments: Sequence[Department],
    *,
    phones: int,
    challenge: str,
) -> AudiencePage:
    """To whom: verifiers and departments by name."""
    here = reverse("portal:present", args=[licence.number])
    kinds = kind_names()
    lines = [AudienceLine(one.name, _("部门及其窗口"), f"{here}?to={one.code}") for one in departments]
    lines += [
        AudienceLine(
            one.name,
            _("%(kind)s，%(address)s") % {"kind": kinds[one.kind], "address": one.address},
            f"{here}?to={one.code}",
        )
        for one in verifiers
    ]
    return AudiencePage(
        licence=licence.name,
        holder=licence.holder_name,
        query=query,
        lines=tuple(lines),
        address=here,
        phones=phones,
        keep_action=reverse("portal:keep_in_phone", args=[licence.number]),
        withdraw_action=reverse("portal:withdraw_from_phones", args=[licence.number]),
        challenge=challenge,
        aud=settings.PUBLIC_URL,
        offline_address=reverse("portal:show_offline"),
        refused_address=_refused(licence),
    )


def purpose_page(licence: Licence, licence_type: LicenceType, audience: Audience, error: str) -> PurposePage:
    """For what, and what the other side will see of it."""
    offered = rules.offers(licence_type, licence.fields, audience)
    names = purpose_names()
    lines = [
        PurposeLine(offer.purpose.value, names[offer.purpose], shows(licence_type, offer.fields), number == 0)
        for number, offer in enumerate(offered)
    ]
    here = reverse("portal:present", args=[licence.number])
    return PurposePage(
        licence=licence.name,
        holder=licence.holder_name,
        audience=audience.name,
        audience_code=audience.code,
        lines=tuple(lines),
        error=error,
        action=here,
        back=here,
    )


def code_page(
    licence: Licence, licence_type: LicenceType, audience: Audience, purpose: str, shown: ShownCode
) -> CodePage:
    offer = rules.find_offer(rules.offers(licence_type, licence.fields, audience), purpose)
    assert offer is not None  # the code was just made for it
    address = f"{settings.PUBLIC_URL}{reverse('portal:verify')}?code={shown.code}"
    here = reverse("portal:present", args=[licence.number])
    return CodePage(
        licence=licence.name,
        holder=licence.holder_name,
        audience=audience.name,
        purpose=purpose_names()[offer.purpose],
        shows=shows(licence_type, offer.fields),
        code=grouped(shown.code),
        digits=shown.code,
        qr=papers.qr_svg(address),
        until=f"{shown.expires_at.astimezone(SHANGHAI):%H:%M:%S}",
        seconds=int(rules.LIFE_OF_A_CODE.total_seconds()),
        action=here,
        audience_code=audience.code,
        purpose_code=offer.purpose.value,
        back=here,
        refused_address=_refused(licence),
    )


def refusal(licence: Licence, sentence: str) -> RefusalPage:
    return RefusalPage(licence.name, sentence, reverse("portal:my_licence", args=[licence.number]))


def shows(licence_type: LicenceType, names: Sequence[str]) -> str:
    """What the other side sees, in words: always kind, issuer and status."""
    always = [_("证照名称"), _("颁发机关"), _("是否有效")]
    return _("、").join([*always, *(rules.caption_of(licence_type, name) for name in names)])


def phone_data(
    licence: Licence, licence_type: LicenceType, credential: str, at: datetime
) -> dict[str, object]:
    """All that a phone keeps to show the licence without a network."""
    names = purpose_names()
    kinds: dict[str, object] = {}
    for kind in (*VerifierKind, None):
        audience = Audience("", "", is_department=kind is None, verifier_kind=kind)
        kinds[kind.value if kind else "DEPARTMENT"] = [
            {
                "purpose": offer.purpose.value,
                "words": names[offer.purpose],
                "fields": list(offer.fields),
                "shows": shows(licence_type, offer.fields),
            }
            for offer in rules.offers(licence_type, licence.fields, audience)
        ]
    return {
        "id": licence.number,
        "name": licence.name,
        "holder": licence.holder_name,
        "issuer": licence.issuer_name,
        "credential": credential,
        "offers": kinds,
        "audiences": [
            {
                "code": one.code,
                "name": one.name,
                "kind": one.kind.value,
                "aud": selectors.audience_uri(selectors.as_audience(one)),
            }
            for one in selectors.find_verifiers(limit=500)
        ],
        "server_time": at.timestamp(),
    }


def offline_sentences() -> dict[str, str]:
    """What the script of the phone's page says."""
    return {
        "none": _("这部手机里还没有证照。请联网打开“我的证照”，选择证照，点“亮证”，再存到手机。"),
        "audience": _("没有找到这家核验方。请核对名称或编号；核验方的编号在它的屏幕上。"),
        "nonce": _("请输入对方屏幕上的 6 位核验号。"),
        "expired": _("这份证照数据已经到期。请联网更新。"),
        "left": _("还剩 %(seconds)s 秒"),
        "over": _("已经失效。请重新出示。"),
        "removed": _("已从这部手机删除。"),
        "for": _("持有人：%(holder)s；颁发：%(issuer)s"),
        "copied": _("已复制。"),
    }


def _refused(licence: Licence) -> str:
    return f"{reverse('portal:report_licence', args=[licence.number])}?kind=refused"
