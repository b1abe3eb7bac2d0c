"""What the outcome of one item means for the others of its package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.lifeevents.types import BranchStatus, OnRefusal

_CLEARS_THE_WAY = frozenset({BranchStatus.GRANTED, BranchStatus.DROPPED})


@dataclass(frozen=True, slots=True)
class Node:
    """A branch as the order of the package sees it."""

    basic_code: str
    item_name: str
    status: BranchStatus
    is_waiting: bool
    """Not yet with a department, as the states table has it."""
    is_over: bool
    """Nothing more can become of it, as the states table has it."""
    needs: tuple[str, ...]
    on_refusal: OnRefusal


@dataclass(frozen=True, slots=True)
class Stop:
    """A branch that will not start, and why, in a sentence for the applicant."""

    basic_code: str
    reason: str


def ready(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """The planned branches whose turn has come: everything they need is granted, or ended without mattering."""
    return tuple(
        node.basic_code
        for node in nodes.values()
        if node.status is BranchStatus.PLANNED and all(_is_cleared(nodes[one]) for one in node.needs)
    )


def waits_for(node: Node, nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Names of what a branch that has not started still waits for."""
    if not node.is_waiting:
        return ()
    return tuple(nodes[one].item_name for one in node.needs if not _is_cleared(nodes[one]))


def stops(ended: Node, reason: str, nodes: Mapping[str, Node]) -> tuple[Stop, ...]:
    """The branches that an item's end without a grant keeps from starting; those under way always go on."""
    if ended.on_refusal is OnRefusal.CONTINUE:
        return ()
    waiting = [node for node in nodes.values() if node.is_waiting]
    if ended.on_refusal is OnRefusal.STOP_DEPENDENTS:
        waiting = [node for node in waiting if ended.basic_code in _all_needs(node, nodes)]
    return tuple(Stop(node.basic_code, _sentence(ended, reason)) for node in waiting)


def outcome(nodes: Mapping[str, Node]) -> str:
    """How a package came out, in words; empty while something of it is to come, and when nothing was granted."""
    statuses = [node.status for node in nodes.values()]
    done = statuses.count(BranchStatus.GRANTED)
    if not done or not all(node.is_over for node in nodes.values()):
        return ""
    over = statuses.count(BranchStatus.ENDED) + statuses.count(BranchStatus.STOPPED)
    if not over:
        return _("%(done)d 件全部办成") % {"done": done}
    return _("%(done)d 件办成，%(over)d 件没有办成") % {"done": done, "over": over}


def _is_cleared(node: Node) -> bool:
    if node.status is BranchStatus.ENDED:
        return node.on_refusal is OnRefusal.CONTINUE
    return node.status in _CLEARS_THE_WAY


def _all_needs(node: Node, nodes: Mapping[str, Node]) -> set[str]:
    found: set[str] = set()
    pending: Sequence[str] = node.needs
    while pending:
        found.update(pending)
        pending = [need for one in pending for need in nodes[one].needs if need not in found]
    return found


def _sentence(ended: Node, reason: str) -> str:
    words = (
        _("“%(name)s”没有办成（%(reason)s），后面要用到它的结果。")
        if ended.on_refusal is OnRefusal.STOP_DEPENDENTS
        else _("“%(name)s”没有办成（%(reason)s），这次联办的其余事项不再开始。")
    )
    return words % {"name": ended.item_name, "reason": reason.strip("。") or _("原因见决定书")}
