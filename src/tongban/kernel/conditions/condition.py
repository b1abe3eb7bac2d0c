"""Conditions compiled once and decided often, in three values (Kleene).

A compiled node answers True, False, or the set of the fields that keep it unknown. That set is the third
value itself: an ``all`` with a false child is false whatever is missing elsewhere, and the fields of an
unknown group are the union over its unknown children. Verdict and ``missing`` come out of one walk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tongban.kernel.conditions.canonical import canonical_form
from tongban.kernel.conditions.code_trees import under
from tongban.kernel.conditions.errors import ConditionError, ConditionFault
from tongban.kernel.conditions.facts import Facts
from tongban.kernel.conditions.fields import CodeScheme, FieldDictionary
from tongban.kernel.conditions.operators import Op
from tongban.kernel.conditions.predicates import Params, Predicate, to_predicate
from tongban.kernel.conditions.tree import Group, GroupKind, Leaf, Negation, Node, read_tree

Answer = bool | frozenset[str]
Test = Callable[[Facts], Answer]


@dataclass(frozen=True)
class Decision:
    """A verdict, None for unknown, and the fields that could still change it, sorted."""

    verdict: bool | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A compiled tree: its nodes for explaining, its canonical form, the fields it names, its test."""

    root: Node
    canonical: str
    fields: frozenset[str]
    params: Params
    test: Test

    def decide(self, facts: Facts) -> Decision:
        """The verdict on facts loaded by ``load_facts``; raises ``UNKNOWN_FIELD`` naming an absent fact."""
        answer = self.answer(facts)
        if isinstance(answer, bool):
            return Decision(answer, ())
        return Decision(None, tuple(sorted(answer)))

    def answer(self, facts: Facts) -> Answer:
        """True, False, or the fields that keep the condition unknown."""
        try:
            return self.test(facts)
        except KeyError as error:
            name = str(error.args[0])
            raise ConditionError(
                ConditionFault.UNKNOWN_FIELD, f"no fact {name!r} was loaded", field=name
            ) from error


def compile_tree(raw: object, fields: FieldDictionary, params: Params | None = None) -> Condition:
    """The tree checked against the dictionary and made ready to decide.

    ``params`` are the dates that ``years_ge`` and ``years_le`` count from. Raises :class:`ConditionError`.
    """
    known = {} if params is None else params
    root = read_tree(raw, fields)
    return Condition(
        root=root,
        canonical=canonical_form(root, known),
        fields=frozenset(leaf.field.name for leaf in leaves(root)),
        params=known,
        test=compile_node(root, known),
    )


def compile_trees(
    raw: Mapping[str, object], fields: FieldDictionary, params: Params | None = None
) -> dict[str, Condition]:
    return {name: compile_tree(tree, fields, params) for name, tree in raw.items()}


def leaves(node: Node) -> tuple[Leaf, ...]:
    """Every leaf of the tree, first to last."""
    if isinstance(node, Leaf):
        return (node,)
    if isinstance(node, Negation):
        return leaves(node.child)
    found: list[Leaf] = []
    for child in node.children:
        found.extend(leaves(child))
    return tuple(found)


def compile_node(node: Node, params: Params) -> Test:
    if isinstance(node, Leaf):
        return _compile_leaf(node, params)
    if isinstance(node, Negation):
        return _negation(compile_node(node.child, params))
    tests = tuple(compile_node(child, params) for child in node.children)
    return _group(node, tests)


def _group(group: Group, tests: tuple[Test, ...]) -> Test:
    settles = group.kind is GroupKind.ANY

    def test(facts: Facts) -> Answer:
        missing: frozenset[str] | None = None
        for child in tests:
            answer = child(facts)
            if answer is settles:
                return settles
            if isinstance(answer, frozenset):
                missing = answer if missing is None else missing | answer
        return (not settles) if missing is None else missing

    return test


def _negation(child: Test) -> Test:
    def test(facts: Facts) -> Answer:
        answer = child(facts)
        return answer if isinstance(answer, frozenset) else not answer

    return test


def _compile_leaf(leaf: Leaf, params: Params) -> Test:
    predicate = to_predicate(leaf, params)
    name = predicate.field
    if predicate.op is Op.EXISTS:
        return _negation(_exists(name)) if predicate.negated else _exists(name)
    matches = _matcher(predicate, leaf.field.scheme)
    unknown = frozenset({name})
    when_matched = not predicate.negated

    def test(facts: Facts) -> Answer:
        value = facts[name]
        if value is None:
            return unknown
        return matches(value) is when_matched

    return test


def _exists(name: str) -> Test:
    return lambda facts: facts[name] is not None


# Facts were checked by type when they were loaded, and so was the predicate's value: one field has one type.
# The comparisons below are therefore between like and like, which the static types cannot say.
def _matcher(predicate: Predicate, scheme: CodeScheme | None) -> Callable[..., bool]:
    value = predicate.value
    if predicate.op is Op.UNDER:
        assert scheme is not None
        assert isinstance(value, str)
        return under(scheme, value)
    if predicate.op is Op.LE:
        return lambda fact: bool(fact <= value)
    if predicate.op is Op.GE:
        return lambda fact: bool(fact >= value)
    if predicate.op is Op.CONTAINS:
        return lambda fact: value in fact
    if isinstance(value, tuple):
        return _list_matcher(predicate.op, value)
    return lambda fact: bool(fact == value)


def _list_matcher(op: Op, value: tuple[bool | int | str, ...]) -> Callable[..., bool]:
    wanted = frozenset(value)
    if op is Op.IN:
        return lambda fact: fact in wanted
    if op is Op.OVERLAPS:
        return lambda fact: not wanted.isdisjoint(fact)
    low, high = value
    return lambda fact: bool(low <= fact <= high)
