"""The nearest miss: which facts would have to be different for a condition to hold, and what they would be."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.kernel.conditions.condition import Condition, compile_node, leaves
from tongban.kernel.conditions.errors import ConditionError
from tongban.kernel.conditions.facts import Facts
from tongban.kernel.conditions.operators import Op
from tongban.kernel.conditions.predicates import Params, Predicate, neighbour, to_predicate
from tongban.kernel.conditions.tree import GroupKind, Leaf, Negation, Node
from tongban.kernel.conditions.values import FactValue, Value

Goals = Mapping[str, FactValue]


@dataclass(frozen=True)
class Change:
    """One fact as it is (None when it is not known) and as it would have to be."""

    field: str
    label: str
    actual: FactValue | None
    to: FactValue


def nearest(condition: Condition, facts: Facts) -> tuple[Change, ...]:
    """What would have to change for a false condition to be true, by field; none of it could be left out.

    Empty when the condition is not false, and when there is no one nearest value: "any other industry" has none.
    """
    if condition.answer(facts) is not False:
        return ()
    goals = dict(_goals(condition.root, facts, condition.params, wanted=True) or {})
    if condition.answer({**facts, **goals}) is not True:
        return ()
    for name in sorted(goals):
        fewer = {other: to for other, to in goals.items() if other != name}
        if condition.answer({**facts, **fewer}) is True:
            goals = fewer
    labels = {leaf.field.name: leaf.field.label for leaf in leaves(condition.root)}
    return tuple(Change(name, labels[name], facts[name], goals[name]) for name in sorted(goals))


def _goals(node: Node, facts: Facts, params: Params, *, wanted: bool) -> Goals | None:
    """Few changes that make a node what is wanted: none when it is that already, None when there is no way."""
    if compile_node(node, params)(facts) is wanted:
        return {}
    if isinstance(node, Negation):
        return _goals(node.child, facts, params, wanted=not wanted)
    if isinstance(node, Leaf):
        predicate = to_predicate(node, params)
        to = _aim(predicate, facts[node.field.name], holds=wanted is not predicate.negated)
        return None if to is None else {node.field.name: to}
    ways = [_goals(child, facts, params, wanted=wanted) for child in node.children]
    if (node.kind is GroupKind.ALL) is wanted:
        return _together(ways)
    return min((way for way in ways if way is not None), key=len, default=None)


def _together(ways: list[Goals | None]) -> Goals | None:
    """All the ways at once; None when one of them is closed. Where two differ over a fact, the later one counts."""
    goals: dict[str, FactValue] = {}
    for way in ways:
        if way is None:
            return None
        goals.update(way)
    return goals


def _aim(predicate: Predicate, actual: FactValue | None, *, holds: bool) -> FactValue | None:
    """The nearest value with which the comparison holds, or no longer does; None when there is none."""
    value = predicate.value
    if predicate.op in (Op.CONTAINS, Op.OVERLAPS):
        return _aim_of_list(value, actual if isinstance(actual, tuple) else (), holds=holds)
    if not holds:
        return _aim_beside(predicate)
    if not isinstance(value, tuple):
        return None if predicate.op is Op.EXISTS else value
    low, *_between, high = value
    # One field, one type: a fact and the bounds order among themselves.
    is_above = predicate.op is Op.BETWEEN and actual is not None and actual > high  # type: ignore[operator]
    return high if is_above else low


def _aim_beside(predicate: Predicate) -> FactValue | None:
    value = predicate.value
    if isinstance(value, bool):
        return not value if predicate.op is Op.EQ else None
    step = {Op.LE: +1, Op.GE: -1}.get(predicate.op)
    try:
        return None if step is None else neighbour(value, step, predicate.field)
    except ConditionError:
        # The calendar ends there.
        return None


def _aim_of_list(value: Value, actual: tuple[str, ...], *, holds: bool) -> tuple[str, ...]:
    named = tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)
    if holds:
        return (*actual, named[0])
    return tuple(one for one in actual if one not in named)
