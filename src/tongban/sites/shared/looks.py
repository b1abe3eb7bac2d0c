"""A look at somebody's data in words, for the person and for who answers for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.exchange.types import Outcome
from tongban.domains.privacy.types import AlarmOutcome, Manner, SeenLook
from tongban.domains.registers.permissions import SCOPE as RECORDS
from tongban.kernel.actors import ActorKind
from tongban.sites.shared.formats import moment


@dataclass(frozen=True, slots=True)
class LookWords:
    when: str
    who: str
    what: str
    fields: str
    why: str
    outcome: str
    seal: str


def words_of(look: SeenLook, titles: Mapping[str, str]) -> LookWords:
    """`titles` are those of the life events, by code."""
    return LookWords(
        when=moment(look.at),
        who=_who(look),
        what=_what(look),
        fields="、".join(look.fields),
        why=_why(look, titles),
        outcome=_outcome(look),
        seal=_("已封存，改动会被发现") if look.is_sealed else _("正在封存，通常一分钟内完成"),
    )


def outcome_words() -> dict[AlarmOutcome, str]:
    return {
        AlarmOutcome.JUSTIFIED: _("查看有正当理由"),
        AlarmOutcome.WRONG: _("查看不当"),
    }


def _who(look: SeenLook) -> str:
    if look.actor_kind is ActorKind.CITIZEN:
        return _("本人或代办人")
    named = {"department": look.department_name}
    if not look.department_name:
        return _("核验方") if look.manner is Manner.SHOWN else _("平台")
    if look.actor_kind is ActorKind.OFFICER:
        return _("%(department)s的工作人员") % named
    if look.actor_kind is ActorKind.PLATFORM:
        return _("平台替%(department)s") % named
    return _("%(department)s的系统") % named


def _what(look: SeenLook) -> str:
    named = {"what": look.what}
    return {
        Manner.RECORD: _("查询：%(what)s") % named,
        Manner.FETCHED: _("调取证照：%(what)s") % named,
        Manner.COUNTER: _("凭您出示的码调取证照：%(what)s") % named
        if look.what
        else _("凭您出示的码核对身份"),
        Manner.SHOWN: _("核验您出示的证照"),
        Manner.KEPT: _("发证部门打开您的证照"),
        Manner.DOSSIER: _("打开办件：申请内容和材料清单"),
        Manner.PAPER: _("打开办件的文书"),
        Manner.MATERIAL: _("打开您上传的材料"),
        Manner.ANSWER: _("打开其他部门对行政协助的答复"),
    }[look.manner]


def _why(look: SeenLook, titles: Mapping[str, str]) -> str:
    if look.item_name:
        return look.item_name
    if look.manner in (Manner.SHOWN, Manner.COUNTER):
        return _("您当场出示")
    if look.purpose == RECORDS:
        return _("看登记的信息")
    if look.manner is Manner.KEPT:
        return _("管理本部门发的证照")
    if look.manner is Manner.FETCHED and not look.case_number and look.outcome == Outcome.FOUND:
        return _("您同意过的用途")
    if look.purpose in titles:
        return titles[look.purpose]
    return look.purpose or _("没有说明")


def _outcome(look: SeenLook) -> str:
    return {
        "": _("看到了"),
        "FOUND": _("查到"),
        "NOT_FOUND": _("没有查到"),
        "NOT_ALLOWED": _("不允许，被拒绝"),
        "NO_CONSENT": _("没有您的同意，被拒绝"),
        "UNAVAILABLE": _("对方系统没有应答"),
        "NO_EVIDENCE": _("平台不能留痕，没有查询"),
    }[look.outcome]
