"""Words and signs for stored values, the same on every page of the console."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.types import (
    CheckKind,
    CheckOutcome,
    CheckTask,
    Due,
    Light,
    LimitKind,
    QueueView,
    Status,
)
from tongban.domains.catalogue.types import VersionStatus
from tongban.domains.eforms.types import Answer, Origin
from tongban.domains.standards.types import DataElement
from tongban.kernel.actors import Role
from tongban.sites.shared.fields import in_words
from tongban.sites.shared.formats import deadline, plain_day, workdays

UNKNOWN = "—"


@dataclass(frozen=True, slots=True)
class State:
    """A state as officers see it: word, shape and colour together."""

    words: str
    kind: str
    symbol: str


def status_state(status: Status) -> State:
    return {
        Status.RECEIVED: State(_("待受理"), "asked", "inbox"),
        Status.SUPPLEMENTING: State(_("待补正"), "going", "hourglass"),
        Status.NOT_ACCEPTED: State(_("不予受理"), "ended", "ban"),
        Status.ACCEPTED: State(_("待审查"), "asked", "list-checks"),
        Status.EXAMINED: State(_("待决定"), "asked", "stamp"),
        Status.SUSPENDED: State(_("特别程序中"), "going", "pause"),
        Status.GRANTED: State(_("已准予，待送达"), "done", "circle-check"),
        Status.REFUSED: State(_("不予许可，待送达"), "bad", "circle-x"),
        Status.WITHDRAWN: State(_("已撤回"), "ended", "undo-2"),
        Status.TERMINATED: State(_("已终止"), "ended", "ban"),
        Status.SERVED: State(_("已送达"), "done", "send"),
        Status.CLOSED: State(_("已办结"), "done", "circle-check"),
    }[status]


def light_state(light: Light, status: Status) -> State:
    """While the applicant supplements no limit of the office runs; amber then says that her day has passed."""
    if light is Light.AMBER and status is Status.SUPPLEMENTING:
        return State(_("补正期限已过"), "asked", "triangle-alert")
    return {
        Light.GREEN: State(_("在期限内"), "done", "clock"),
        Light.AMBER: State(_("将超期"), "asked", "triangle-alert"),
        Light.RED: State(_("已超期"), "bad", "circle-alert"),
        Light.NONE: State(_("没有在走的期限"), "ended", "pause"),
    }[light]


def view_words(view: QueueView) -> str:
    return {
        QueueView.TO_ACCEPT: _("待受理"),
        QueueView.SUPPLEMENTING: _("待补正"),
        QueueView.TO_EXAMINE: _("待审查"),
        QueueView.TO_DECIDE: _("待决定"),
        QueueView.SUSPENDED: _("特别程序中"),
        QueueView.TO_SERVE: _("待送达"),
        QueueView.DUE_SOON: _("将超期"),
        QueueView.OVERDUE: _("已超期"),
        QueueView.MINE: _("我的"),
        QueueView.OPEN: _("全部在办"),
        QueueView.ENDED: _("已办结"),
    }[view]


def role_words(role: Role) -> str:
    return {
        Role.ACCEPTOR: _("受理"),
        Role.EXAMINER: _("审查"),
        Role.DECIDER: _("决定"),
        Role.EDITOR: _("事项编辑"),
        Role.PUBLISHER: _("发布审核"),
        Role.SUPERVISOR: _("监督"),
        Role.OPERATOR: _("平台运行"),
    }[role]


def limit_words(kind: str) -> str:
    return {
        LimitKind.ACCEPTANCE: _("受理期限"),
        LimitKind.DECISION: _("法定期限"),
        LimitKind.PROMISE: _("承诺时限"),
        LimitKind.DELIVERY: _("送达期限"),
        LimitKind.SUPPLEMENT: _("补正期限"),
    }[LimitKind(kind)]


def due_words(due: Due) -> str:
    """A limit in words: when, how long still, or how long over; provisional days are said to be so."""
    if due.due_on is None:
        return _("暂停计时")
    if due.overdue_days:
        return _("%(day)s到期，已超过 %(days)s") % {
            "day": plain_day(due.due_on),
            "days": workdays(due.overdue_days),
        }
    words = deadline(due.due_on, due.days_left)
    return _("%(deadline)s（暂定）") % {"deadline": words} if due.is_provisional else words


def check_words(kind: CheckKind) -> str:
    return {
        CheckKind.DEFERRED_MATERIAL: _("容缺材料补交"),
        CheckKind.PROMISE: _("告知承诺核查"),
        CheckKind.MISSING_DATA: _("没有调取到的材料补交"),
    }[kind]


def check_state(check: CheckTask) -> State:
    """Whose turn it is: a material that has not come is the applicant's, everything else the office's."""
    if check.outcome is CheckOutcome.PASSED:
        return State(_("核查通过"), "done", "circle-check")
    if check.outcome is CheckOutcome.FAILED:
        return State(_("未通过"), "bad", "circle-x")
    if check.is_handed_in:
        return State(_("已补交，待核对"), "asked", "inbox")
    if check.is_overdue:
        return State(_("到期未补交"), "bad", "circle-alert")
    if check.kind is not CheckKind.PROMISE:
        return State(_("等申请人补交"), "going", "hourglass")
    return State(_("待核查"), "asked", "hourglass")


def version_state(status: VersionStatus) -> State:
    return {
        VersionStatus.DRAFT: State(_("草稿"), "going", "pencil"),
        VersionStatus.IN_REVIEW: State(_("等第二人发布"), "asked", "hourglass"),
        VersionStatus.PUBLISHED: State(_("已发布"), "done", "circle-check"),
        VersionStatus.RETIRED: State(_("已停用"), "ended", "ban"),
    }[status]


def value_words(element: DataElement | None, value: object) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (list, tuple, frozenset)):
        return _("、").join(value_words(element, one) for one in value)
    return str(value) if element is None else in_words(element, value)


def provenance(element: DataElement | None, answer: Answer) -> str:
    """Where an answer comes from, and what the register said before it was changed."""
    if answer.origin is Origin.TYPED:
        return _("申请人填写")
    told = {
        "source": answer.source,
        "day": plain_day(answer.as_of) if answer.as_of is not None else UNKNOWN,
        "before": value_words(element, answer.prefilled_value),
    }
    if answer.origin is Origin.CORRECTED:
        return _("由%(source)s更正（%(day)s），原为“%(before)s”") % told
    return _("%(source)s，%(day)s") % told
