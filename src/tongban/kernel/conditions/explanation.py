"""Why a condition is true, false or unknown: a verdict for every node, walked without short-circuit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tongban.kernel.conditions.condition import Condition, compile_node
from tongban.kernel.conditions.facts import Facts
from tongban.kernel.conditions.fields import Field, FieldDictionary
from tongban.kernel.conditions.nearest import Change, nearest
from tongban.kernel.conditions.operators import Op
from tongban.kernel.conditions.predicates import Params
from tongban.kernel.conditions.tree import Clause, Leaf, Negation, Node
from tongban.kernel.conditions.values import FactValue, Value
from tongban.kernel.sentences import gettext_noop

Say = Callable[[str], str]
"""Puts a phrase into the reader's language."""


@dataclass(frozen=True)
class Provenance:
    """Where a fact came from, and when it was fetched."""

    source: str
    fetched_on: date


@dataclass(frozen=True)
class LeafExplanation:
    """One comparison: what the rule expects of the field, what is known, and where that came from."""

    field: str
    label: str
    clause: Clause | None
    expected: str
    actual: FactValue | None
    source: str | None
    fetched_on: date | None


@dataclass(frozen=True)
class NodeExplanation:
    """A node's verdict (None for unknown). ``kind`` is ``all``, ``any``, ``not`` or ``leaf``."""

    kind: str
    verdict: bool | None
    children: tuple["NodeExplanation", ...] = ()
    leaf: LeafExplanation | None = None

    def leaves(self) -> Iterator["NodeExplanation"]:
        """The explained comparisons, first to last."""
        if self.leaf is not None:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True)
class MissingField:
    """A field that could still change the verdict, and who can supply it."""

    field: str
    label: str
    supply_by: str | None


@dataclass(frozen=True)
class Explanation:
    verdict: bool | None
    root: NodeExplanation
    missing: tuple[MissingField, ...]
    condition: Condition
    facts: Facts

    @cached_property
    def nearest(self) -> tuple[Change, ...]:
        """What would have to change for a false condition to be true."""
        return nearest(self.condition, self.facts)


def explain(
    condition: Condition,
    facts: Facts,
    fields: FieldDictionary,
    provenance: Mapping[str, Provenance] | None = None,
    *,
    say: Say = str,
) -> Explanation:
    """The verdict with its reasons; ``provenance`` says by field where a fact came from.

    A fact without provenance carries its field's register from the dictionary when it is known at all.
    """
    decision = condition.decide(facts)
    return Explanation(
        verdict=decision.verdict,
        root=_explain(condition.root, facts, condition.params, provenance or {}, say),
        missing=tuple(_missing(fields[name]) for name in decision.missing),
        condition=condition,
        facts=facts,
    )


def expected_phrase(op: Op, value: Value, unit: str | None = None, *, say: Say = str) -> str:
    """What a comparison asks for, as a person reads it: ``ge 300`` is 「不少于300」."""
    if op is Op.EXISTS:
        return say(_RECORDED if value is True else _NOT_RECORDED)
    if op is Op.BETWEEN and isinstance(value, tuple):
        low, high = (_shown(one, unit, say) for one in value)
        return say(_BETWEEN) % {"low": low, "high": high}
    if isinstance(value, bool):
        return say(_YES if value == (op is Op.EQ) else _NO)
    return say(_PHRASES[op]) % {"value": _shown(value, unit, say)}


_RECORDED, _NOT_RECORDED = gettext_noop("有记录"), gettext_noop("没有记录")
_YES, _NO = gettext_noop("是"), gettext_noop("否")
_BETWEEN = gettext_noop("在%(low)s到%(high)s之间")
_YUAN, _LIST = gettext_noop("%(amount)s元"), gettext_noop("、")
_PHRASES = {
    Op.EQ: gettext_noop("是%(value)s"),
    Op.NE: gettext_noop("不是%(value)s"),
    Op.IN: gettext_noop("是%(value)s之一"),
    Op.LT: gettext_noop("小于%(value)s"),
    Op.LE: gettext_noop("不超过%(value)s"),
    Op.GT: gettext_noop("大于%(value)s"),
    Op.GE: gettext_noop("不少于%(value)s"),
    Op.UNDER: gettext_noop("属于%(value)s"),
    Op.CONTAINS: gettext_noop("包含%(value)s"),
    Op.OVERLAPS: gettext_noop("包含%(value)s之一"),
    Op.YEARS_GE: gettext_noop("满%(value)s年"),
    Op.YEARS_LE: gettext_noop("不超过%(value)s年"),
}

FEN_UNIT = "fen"
BASIS_POINT_UNIT = "bp"
_HUNDRED = 100


def _shown(value: Value, unit: str | None, say: Say) -> str:
    if isinstance(value, tuple):
        return say(_LIST).join(_shown(entry, unit, say) for entry in value)
    if isinstance(value, int) and unit == FEN_UNIT:
        return say(_YUAN) % {"amount": f"{value // _HUNDRED:,}.{value % _HUNDRED:02}"}
    if isinstance(value, int) and unit == BASIS_POINT_UNIT:
        return f"{value / _HUNDRED:g}%"
    return str(value)


def _explain(
    node: Node, facts: Facts, params: Params, provenance: Mapping[str, Provenance], say: Say
) -> NodeExplanation:
    answer = compile_node(node, params)(facts)
    verdict = answer if isinstance(answer, bool) else None
    if isinstance(node, Leaf):
        return NodeExplanation("leaf", verdict, leaf=_explain_leaf(node, facts, provenance, say))
    if isinstance(node, Negation):
        return NodeExplanation("not", verdict, (_explain(node.child, facts, params, provenance, say),))
    children = tuple(_explain(child, facts, params, provenance, say) for child in node.children)
    return NodeExplanation(node.kind.value, verdict, children)


def _explain_leaf(
    leaf: Leaf, facts: Facts, provenance: Mapping[str, Provenance], say: Say
) -> LeafExplanation:
    actual = facts[leaf.field.name]
    origin = provenance.get(leaf.field.name)
    source = leaf.field.source if actual is not None else None
    return LeafExplanation(
        field=leaf.field.name,
        label=leaf.field.label,
        clause=leaf.clause,
        expected=expected_phrase(leaf.op, leaf.value, leaf.field.unit, say=say),
        actual=actual,
        source=origin.source if origin is not None else source,
        fetched_on=origin.fetched_on if origin is not None else None,
    )


def _missing(field: Field) -> MissingField:
    return MissingField(field=field.name, label=field.label, supply_by=field.supply_by)
