"""Words and signs for stored values, the same on every page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.types import Status
from tongban.domains.evaluation.types import Level, ServicePoint
from tongban.domains.licences.types import Licence
from tongban.kernel.workdays import ONE_DAY
from tongban.sites.shared.formats import plain_day

FIRST_AND_LAST = 2
EVENT_ICONS = {"OPEN_RESTAURANT": "store", "NEWBORN": "baby", "DEREGISTER": "file-x-2"}


@dataclass(frozen=True, slots=True)
class State:
    """A state as people see it: word, shape and colour together."""

    words: str
    kind: str
    symbol: str


def masked(number: str) -> str:
    """First and last character legible."""
    if len(number) <= FIRST_AND_LAST:
        return "*" * len(number)
    return f"{number[0]}{'*' * (len(number) - FIRST_AND_LAST)}{number[-1]}"


def lapsed_words(licence: Licence) -> str:
    """Why a paper is asked for that the library had: its last day, and which it was."""
    assert licence.valid_to is not None
    return _("%(holder)s的〈%(name)s〉（电子证照库，编号 %(number)s）已于%(day)s到期，请重新提供。") % {
        "holder": licence.holder_name,
        "name": licence.name,
        "number": masked(licence.serial or licence.number),
        "day": plain_day(licence.valid_to - ONE_DAY),
    }


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
