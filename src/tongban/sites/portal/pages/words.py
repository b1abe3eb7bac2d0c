"""Words and signs for stored values, the same on every page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.types import Status
from tongban.domains.catalogue.types import (
    ApplicantKind,
    Channel,
    MaterialForm,
    MaterialSource,
    MaterialVerdict,
    Necessity,
    Rule,
)
from tongban.domains.evaluation.types import Level, ServicePoint

EVENT_ICONS = {"OPEN_RESTAURANT": "store", "NEWBORN": "baby", "DEREGISTER": "file-x-2"}


@dataclass(frozen=True, slots=True)
class State:
    """A state as people see it: word, shape and colour together."""

    words: str
    kind: str
    symbol: str


def status_state(status: Status) -> State:
    return {
        Status.RECEIVED: State(_("已收件，等待受理"), "going", "inbox"),
        Status.SUPPLEMENTING: State(_("等您补正"), "asked", "circle-alert"),
        Status.NOT_ACCEPTED: State(_("不予受理"), "bad", "ban"),
        Status.ACCEPTED: State(_("已受理，正在审查"), "going", "hourglass"),
        Status.EXAMINED: State(_("审查完成，等待决定"), "going", "hourglass"),
        Status.SUSPENDED: State(_("特别程序中，暂停计时"), "going", "pause"),
        Status.GRANTED: State(_("已批准"), "done", "circle-check"),
        Status.REFUSED: State(_("不予批准"), "bad", "circle-x"),
        Status.WITHDRAWN: State(_("您已撤回"), "ended", "undo-2"),
        Status.TERMINATED: State(_("已终止"), "ended", "ban"),
        Status.SERVED: State(_("已送达"), "done", "circle-check"),
        Status.CLOSED: State(_("已办结"), "done", "circle-check"),
    }[status]


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
    if verdict.must_ask or verdict.rule is None:
        return ""
    return {
        Rule.NO_BASIS: _("没有法律法规依据，不用交"),
        Rule.SHAREABLE: _("部门之间能查到，不用交"),
        Rule.IN_LICENCE_LIBRARY: _("电子证照库里有，不用交"),
        Rule.PRODUCED_HERE: _("本次一起办出来，不用交"),
        Rule.FILLED_IN_FORM: _("填表后自动生成，不用另外准备"),
    }[verdict.rule]


def fetched_from(verdict: MaterialVerdict) -> str:
    """Where what is not asked for comes from; empty when `rule_words` has said it."""
    if verdict.rule is Rule.SHAREABLE:
        return _("%(issuer)s数据共享") % {"issuer": verdict.material.issuer}
    if verdict.rule is Rule.IN_LICENCE_LIBRARY:
        return _("电子证照库·%(name)s") % {"name": verdict.material.name}
    return ""


def level_words(level: Level) -> str:
    return {
        Level.VERY_SATISFIED: _("非常满意"),
        Level.SATISFIED: _("满意"),
        Level.FAIRLY_SATISFIED: _("基本满意"),
        Level.DISSATISFIED: _("不满意"),
        Level.VERY_DISSATISFIED: _("非常不满意"),
    }[level]


def point_words(point: ServicePoint) -> str:
    return {ServicePoint.DECISION: _("办理结果"), ServicePoint.DELIVERY: _("结果送达")}[point]


def visits_words(visits: int) -> str:
    return _("不用跑") if visits == 0 else _("最多跑 %(count)d 次") % {"count": visits}
