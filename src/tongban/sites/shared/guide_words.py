"""Words for what a guide says of an item, the same on the portal and in the console."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.catalogue.types import (
    ApplicantKind,
    Channel,
    Guide,
    Handling,
    Material,
    MaterialForm,
    MaterialSource,
    MaterialVerdict,
    Necessity,
    Rule,
)
from tongban.sites.shared.formats import workdays


def audience_words(kinds: tuple[ApplicantKind, ...]) -> str:
    words = {
        ApplicantKind.PERSON: _("个人"),
        ApplicantKind.ENTERPRISE: _("企业"),
        ApplicantKind.SOLE_TRADER: _("个体工商户"),
        ApplicantKind.INSTITUTION: _("事业单位"),
        ApplicantKind.SOCIAL_ORGANISATION: _("社会组织"),
    }
    return _("、").join(words[kind] for kind in kinds)


def channel_words(channels: tuple[Channel, ...]) -> str:
    words = {Channel.ONLINE: _("网上"), Channel.COUNTER: _("窗口"), Channel.MAIL: _("邮寄")}
    return _("、").join(words[channel] for channel in channels)


def source_words(source: MaterialSource) -> str:
    return {
        MaterialSource.APPLICANT: _("申请人自备"),
        MaterialSource.GOVERNMENT: _("政府部门核发"),
        MaterialSource.INTERMEDIARY: _("中介机构出具"),
    }[source]


def form_words(form: MaterialForm, copies: int) -> str:
    if form is MaterialForm.FORM:
        return _("在线填写后自动生成")
    if form is MaterialForm.ELECTRONIC:
        return _("电子件，可拍照上传")
    kind = _("原件") if form is MaterialForm.ORIGINAL else _("复印件")
    return _("%(kind)s %(copies)d 份") % {"kind": kind, "copies": copies}


def necessity_words(necessity: Necessity, defer_days: int | None) -> str:
    if necessity is Necessity.DEFERRABLE:
        return _("可以先受理，%(days)d 个工作日内补交") % {"days": defer_days or 0}
    if necessity is Necessity.CONDITIONAL:
        return _("只在特定情形下需要")
    return _("必须提供")


def rule_words(verdict: MaterialVerdict) -> str:
    """Why a material is not asked for; empty when it is."""
    return "" if verdict.rule is None else rule_reason(verdict.rule)


def rule_reason(rule: Rule) -> str:
    """The rule that removes a material, in words."""
    return {
        Rule.NO_BASIS: _("没有法律法规依据，不用交"),
        Rule.SHAREABLE: _("部门之间能查到，不用交"),
        Rule.IN_LICENCE_LIBRARY: _("电子证照库里有，不用交"),
        Rule.PRODUCED_HERE: _("本次一起办出来，不用交"),
        Rule.FILLED_IN_FORM: _("填表后自动生成，不用另外准备"),
    }[rule]


def fetched_from(verdict: MaterialVerdict) -> str:
    """Where what is not asked for comes from; empty when `rule_words` has said it."""
    if verdict.rule is Rule.SHAREABLE:
        return verdict.source
    if verdict.rule is Rule.IN_LICENCE_LIBRARY:
        return _("电子证照库·%(name)s") % {"name": verdict.material.name}
    return ""


def one_licence_words(kinds: Collection[str], left: Sequence[Material]) -> str:
    """With nothing but the licence that says who one is, what is still to be brought."""
    is_person = ApplicantKind.PERSON in kinds
    is_body = any(kind != ApplicantKind.PERSON for kind in kinds)
    paper = _("身份证或营业执照") if is_person and is_body else _("身份证") if is_person else _("营业执照")
    told = {"paper": paper, "count": len(left), "names": _("、").join(one.name for one in left)}
    if not left:
        return _("一证通办：只带%(paper)s，还要带 0 样。") % told
    sentence = ngettext(
        "只带%(paper)s的话，还要带 %(count)d 样：%(names)s。",
        "只带%(paper)s的话，还要带 %(count)d 样：%(names)s。",
        len(left),
    )
    return sentence % told


def visits_words(visits: int) -> str:
    return _("不用跑") if visits == 0 else _("最多跑 %(count)d 次") % {"count": visits}


def offer_words(guide: Guide) -> str:
    """Who can have it done, how, with how many visits and how fast."""
    substance, procedure = guide.substance, guide.procedure
    is_immediate = substance.handling is Handling.IMMEDIATE
    return _("%(who)s可以%(channels)s办，%(visits)s，%(days)s") % {
        "who": audience_words(substance.audience),
        "channels": channel_words(procedure.channels),
        "visits": visits_words(procedure.visits),
        "days": _("当场办结") if is_immediate else workdays(procedure.promised_days),
    }
