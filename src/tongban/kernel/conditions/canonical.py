"""One string per predicate or tree: two trees are the same exactly when their strings are equal.

Groups are flattened, constants folded, duplicates dropped, children sorted. No De Morgan, no distribution,
no comparison of ranges: every step keeps all three values.
"""

import json

from tongban.kernel.conditions.predicates import Params, to_predicate
from tongban.kernel.conditions.tree import Group, GroupKind, Leaf, Negation, Node

TRUE = "T"
FALSE = "F"

# "T", "F", ["not", form], ["all" | "any", [form, …]] or a predicate's [op, field, value].
Form = str | list[object]


def canonical_form(node: Node, params: Params) -> str:
    """The canonical string of a tree."""
    return _text(_form(node, params))


def _form(node: Node, params: Params) -> Form:
    if isinstance(node, Leaf):
        predicate = to_predicate(node, params)
        form: Form = predicate.as_json()
        return _negate(form) if predicate.negated else form
    if isinstance(node, Negation):
        return _negate(_form(node.child, params))
    return _gather(node, params)


def _negate(form: Form) -> Form:
    if isinstance(form, str):
        return FALSE if form == TRUE else TRUE
    if form[0] == "not":
        inner = form[1]
        assert isinstance(inner, list)
        return inner
    return ["not", form]


def _gather(group: Group, params: Params) -> Form:
    # What one child is enough to settle, and what a child adds nothing to.
    settles, neutral = (FALSE, TRUE) if group.kind is GroupKind.ALL else (TRUE, FALSE)
    distinct: dict[str, Form] = {}
    for child in group.children:
        form = _form(child, params)
        if form == settles:
            return settles
        if form == neutral:
            continue
        for part in _parts(form, group.kind):
            distinct[_text(part)] = part
    if not distinct:
        return neutral
    if len(distinct) == 1:
        return next(iter(distinct.values()))
    return [group.kind.value, [distinct[key] for key in sorted(distinct)]]


def _parts(form: Form, kind: GroupKind) -> list[Form]:
    """The children of a group of the same kind, otherwise the form itself."""
    if form[0] == kind.value:
        children = form[1]
        assert isinstance(children, list)
        return children
    return [form]


def _text(form: Form) -> str:
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))
