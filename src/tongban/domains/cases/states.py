"""The lifecycle of a case as one table; every list of statuses is derived from it."""

from types import MappingProxyType
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases.types import Action, ClockStage, Status
from tongban.kernel.errors import TongbanError

_MOVES: dict[Status, dict[Action, Status]] = {
    Status.RECEIVED: {
        Action.REQUEST_SUPPLEMENT: Status.SUPPLEMENTING,
        Action.ACCEPT: Status.ACCEPTED,
        # 行政许可法 §32(4): silence for five days counts as acceptance.
        Action.ACCEPT_BY_SILENCE: Status.ACCEPTED,
        Action.REFUSE_ACCEPTANCE: Status.NOT_ACCEPTED,
        Action.WITHDRAW: Status.WITHDRAWN,
    },
    Status.SUPPLEMENTING: {
        Action.ANSWER_SUPPLEMENT: Status.RECEIVED,
        Action.ACCEPT: Status.ACCEPTED,
        Action.REFUSE_ACCEPTANCE: Status.NOT_ACCEPTED,
        Action.WITHDRAW: Status.WITHDRAWN,
        Action.TERMINATE: Status.TERMINATED,
    },
    Status.ACCEPTED: {
        Action.FINISH_EXAMINATION: Status.EXAMINED,
        Action.SUSPEND: Status.SUSPENDED,
        Action.EXTEND: Status.ACCEPTED,
        Action.RECORD_PROCEDURE: Status.ACCEPTED,
        Action.WITHDRAW: Status.WITHDRAWN,
        Action.TERMINATE: Status.TERMINATED,
    },
    Status.EXAMINED: {
        Action.RETURN_TO_EXAMINATION: Status.ACCEPTED,
        Action.SUSPEND: Status.SUSPENDED,
        Action.EXTEND: Status.EXAMINED,
        Action.RECORD_PROCEDURE: Status.EXAMINED,
        Action.GRANT: Status.GRANTED,
        Action.REFUSE: Status.REFUSED,
        Action.WITHDRAW: Status.WITHDRAWN,
        Action.TERMINATE: Status.TERMINATED,
    },
    Status.SUSPENDED: {
        # What the special procedure brought to light is examined first, whatever had been before.
        Action.RESUME: Status.ACCEPTED,
        Action.EXTEND: Status.SUSPENDED,
        Action.WITHDRAW: Status.WITHDRAWN,
        Action.TERMINATE: Status.TERMINATED,
    },
    Status.GRANTED: {Action.SERVE: Status.SERVED},
    Status.REFUSED: {Action.SERVE: Status.SERVED},
    Status.SERVED: {Action.CLOSE: Status.CLOSED},
    Status.NOT_ACCEPTED: {},
    Status.WITHDRAWN: {},
    Status.TERMINATED: {},
    Status.CLOSED: {},
}


def _complete() -> dict[tuple[Status | None, Action], Status]:
    table: dict[tuple[Status | None, Action], Status] = {(None, Action.RECEIVE): Status.RECEIVED}
    for status, moves in _MOVES.items():
        for action, to in moves.items():
            table[status, action] = to
        table[status, Action.CORRECT] = status
        if Action.WITHDRAW in moves:
            table[status, Action.ASK_FOR_MISSING] = status
            table[status, Action.REQUEST_ASSISTANCE] = status
            table[status, Action.ANSWER_ASSISTANCE] = status
        if moves:
            table[status, Action.HAND_OVER] = status
            table[status, Action.STEP_ASIDE] = status
    return table


TRANSITIONS = MappingProxyType(_complete())

ENDED = frozenset(status for status, moves in _MOVES.items() if not moves)
DECIDED = frozenset(status for status, moves in _MOVES.items() if Action.SERVE in moves)
BEFORE_ACCEPTANCE = frozenset(status for status, moves in _MOVES.items() if Action.ACCEPT in moves)
IN_PROGRESS = frozenset(status for status, moves in _MOVES.items() if Action.EXTEND in moves)
WITHDRAWABLE = frozenset(status for status, moves in _MOVES.items() if Action.WITHDRAW in moves)
UNDECIDED = WITHDRAWABLE
ENDED_WITHOUT_GRANT = frozenset({Status.NOT_ACCEPTED, Status.REFUSED, Status.WITHDRAWN, Status.TERMINATED})
OPEN = frozenset(Status) - ENDED
"""Statuses in which somebody still has something to do."""

_STAGES = (
    (frozenset({Status.RECEIVED}), ClockStage.ACCEPTANCE),
    (frozenset({Status.SUPPLEMENTING}), ClockStage.SUPPLEMENT),
    (IN_PROGRESS, ClockStage.DECISION),
    (frozenset({Status.GRANTED}), ClockStage.DELIVERY),
)

_WORDS = {
    Status.RECEIVED: gettext_lazy("待受理"),
    Status.SUPPLEMENTING: gettext_lazy("待补正"),
    Status.NOT_ACCEPTED: gettext_lazy("不予受理"),
    Status.ACCEPTED: gettext_lazy("审查中"),
    Status.EXAMINED: gettext_lazy("待决定"),
    Status.SUSPENDED: gettext_lazy("特别程序中"),
    Status.GRANTED: gettext_lazy("已准予"),
    Status.REFUSED: gettext_lazy("已决定不予许可"),
    Status.WITHDRAWN: gettext_lazy("已撤回"),
    Status.TERMINATED: gettext_lazy("已终止"),
    Status.SERVED: gettext_lazy("已送达"),
    Status.CLOSED: gettext_lazy("已办结"),
}
_NOT_YET = gettext_lazy("尚未提交")
_ACT_WORDS = {
    Action.RECEIVE: gettext_lazy("收件"),
    Action.REQUEST_SUPPLEMENT: gettext_lazy("要求补正"),
    Action.ANSWER_SUPPLEMENT: gettext_lazy("提交补正"),
    Action.ACCEPT: gettext_lazy("受理"),
    Action.ACCEPT_BY_SILENCE: gettext_lazy("逾期视为受理"),
    Action.REFUSE_ACCEPTANCE: gettext_lazy("不予受理"),
    Action.FINISH_EXAMINATION: gettext_lazy("完成审查"),
    Action.RETURN_TO_EXAMINATION: gettext_lazy("退回审查"),
    Action.SUSPEND: gettext_lazy("启动特别程序"),
    Action.RESUME: gettext_lazy("恢复计时"),
    Action.EXTEND: gettext_lazy("延长期限"),
    Action.RECORD_PROCEDURE: gettext_lazy("记录核查或公示"),
    Action.GRANT: gettext_lazy("准予"),
    Action.REFUSE: gettext_lazy("不予许可"),
    Action.WITHDRAW: gettext_lazy("撤回"),
    Action.TERMINATE: gettext_lazy("终止"),
    Action.SERVE: gettext_lazy("送达"),
    Action.CLOSE: gettext_lazy("办结"),
    Action.CORRECT: gettext_lazy("更正"),
    Action.ASK_FOR_MISSING: gettext_lazy("请申请人补交没有调取到的材料"),
    Action.REQUEST_ASSISTANCE: gettext_lazy("请其他部门协助"),
    Action.ANSWER_ASSISTANCE: gettext_lazy("答复行政协助"),
    Action.HAND_OVER: gettext_lazy("移交"),
    Action.STEP_ASIDE: gettext_lazy("回避"),
}


class IllegalTransition(TongbanError):
    """The lifecycle knows no such move; names the state it is in and the act that was tried."""

    code: ClassVar[str] = "ILLEGAL_TRANSITION"

    def __init__(self, status: Status | None, action: Action) -> None:
        self.status = status
        self.action = action
        super().__init__(f"no move {action} from {status}; it leads to {_goal(action)}")

    @property
    def sentence(self) -> str:
        """In the reader's language when it is read."""
        return _("办件现为“%(status)s”，不能%(act)s。请刷新页面，查看最新进展。") % {
            "status": words(self.status),
            "act": act_words(self.action),
        }

    @property
    def goals(self) -> frozenset[Status]:
        """The states the act would lead to from where it is allowed."""
        return _goals(self.action)


def words(status: Status | None) -> str:
    """The status in the words of the counter."""
    return str(_WORDS[status] if status is not None else _NOT_YET)


def clock_stage(status: Status) -> ClockStage:
    """Which limit runs in the status; while the applicant supplements, none does (行政许可法 §32)."""
    for statuses, stage in _STAGES:
        if status in statuses:
            return stage
    return ClockStage.STANDING


def act_words(action: Action) -> str:
    return str(_ACT_WORDS[action])


def next_status(status: Status | None, action: Action) -> Status:
    """Where the act leads; raises :class:`IllegalTransition`."""
    to = TRANSITIONS.get((status, action))
    if to is None:
        raise IllegalTransition(status, action)
    return to


def actions_from(status: Status) -> frozenset[Action]:
    """What can be done to a case in this status, whoever does it."""
    return frozenset(action for (origin, action) in TRANSITIONS if origin is status)


def _goals(action: Action) -> frozenset[Status]:
    return frozenset(to for (_origin, known), to in TRANSITIONS.items() if known is action)


def _goal(action: Action) -> str:
    return "/".join(sorted(_goals(action)))
