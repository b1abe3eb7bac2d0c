"""Rules on situations (细分情形): every one can be reached, one answers every applicant, and they differ.

The answers tried are those that stand in the conditions and their neighbours, which is where a verdict can change.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from math import prod

from tongban.domains.catalogue.rules.background import Background
from tongban.domains.catalogue.types import GuideDocument, Situation
from tongban.kernel.conditions import (
    Condition,
    ConditionError,
    Facts,
    Field,
    FieldDictionary,
    FieldType,
    compile_tree,
    load_facts,
)
from tongban.kernel.conditions.condition import leaves
from tongban.kernel.conditions.operators import YEARS_OPS

PROMISE = "PROMISE"
"""The situation an applicant chooses herself (告知承诺); no fact decides it."""
MOST_TRIED = 5_000


def same_lists(guide: GuideDocument, _: Background) -> Iterator[str]:
    """Two situations that lead to the same materials and the same form."""
    seen: dict[tuple[object, ...], str] = {}
    for situation in guide.situations:
        if situation.code == PROMISE:
            continue
        materials = tuple(
            one.code for one in guide.materials if not one.situations or situation.code in one.situations
        )
        elements = tuple(
            one.element for one in guide.form if not one.situations or situation.code in one.situations
        )
        key = (materials, elements)
        if key in seen:
            yield f"{seen[key]}、{situation.name}"
        seen.setdefault(key, situation.name)


def unreachable(guide: GuideDocument, background: Background) -> Iterator[str]:
    compiled = _compiled(guide, background.fields)
    tried = _tried_facts(compiled, background)
    if tried is not None:
        reached = {_choose(compiled, facts) for facts in tried}
        yield from (situation.name for situation, _ in compiled if situation.code not in reached)


def unanswered(guide: GuideDocument, background: Background) -> Iterator[str]:
    """The first answers for which no situation is the applicant's."""
    compiled = _compiled(guide, background.fields)
    for facts in _tried_facts(compiled, background) or ():
        if compiled and None not in facts.values() and _choose(compiled, facts) is None:
            answers = (f"{background.fields[name].label}={value}" for name, value in sorted(facts.items()))
            yield "、".join(answers)
            return


_Compiled = list[tuple[Situation, Condition | None]]


def _compiled(guide: GuideDocument, fields: FieldDictionary) -> _Compiled:
    """Empty when a condition is faulty, which another rule says."""
    try:
        return [
            (one, None if one.when is None else compile_tree(one.when, fields))
            for one in guide.situations
            if one.code != PROMISE
        ]
    except ConditionError:
        return []


def _choose(compiled: _Compiled, facts: Facts) -> str | None:
    """The first situation whose condition holds; one without a condition is the rest's."""
    otherwise = None
    for situation, condition in compiled:
        if condition is None:
            otherwise = otherwise or situation.code
        elif condition.answer(facts) is True:
            return situation.code
    return otherwise


def _tried_facts(compiled: _Compiled, background: Background) -> list[Facts] | None:
    """Combinations of telling answers; None when a condition speaks of ages, or they are too many to try."""
    found = [leaf for _, condition in compiled if condition is not None for leaf in leaves(condition.root)]
    if any(leaf.op in YEARS_OPS for leaf in found):
        return None
    fields = {leaf.field.name: leaf.field for leaf in found}
    values = {
        name: _telling_values(field, [leaf.value for leaf in found if leaf.field is field], background)
        for name, field in fields.items()
    }
    if prod(len(tried) for tried in values.values()) > MOST_TRIED:
        return None
    names = sorted(values)
    combinations = product(*(values[name] for name in names))
    return [load_facts(dict(zip(names, chosen, strict=True)), fields) for chosen in combinations]


def _telling_values(field: Field, compared: Sequence[object], background: Background) -> Sequence[object]:
    """Answers between which a comparison can turn; None stands for any other one."""
    named: list[object] = []
    for value in compared:
        named.extend(value if isinstance(value, (tuple, frozenset)) else [value])
    named = [value for value in named if not isinstance(value, bool)]
    match field.field_type:
        case FieldType.BOOL:
            return [True, False]
        case FieldType.INT:
            whole = {value for value in named if isinstance(value, int)}
            return sorted(
                {near for value in whole for near in (value - 1, value, value + 1) if near >= 0} or {0}
            )
        case FieldType.CODE if field.name in background.options:
            return list(background.options[field.name])
        case FieldType.LIST:
            return [[], *([value] for value in named), list(named)]
        case FieldType.DATE:
            days = {date.fromisoformat(str(value)) for value in named}
            return [None, *sorted(str(day + timedelta(days=step)) for day in days for step in (-1, 0, 1))]
        case _:
            return [None, *named]
