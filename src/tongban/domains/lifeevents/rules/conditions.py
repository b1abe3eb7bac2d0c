"""Every condition of a package and its guides, compiled once for all who ask.

A question matters only while what it decides can still be wanted: the trees asked about are therefore
conjunctions, "the item is wanted and the tree holds". Where the item is ruled out, its questions fall away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.domains.catalogue.types import FormElement, Guide, Material, Situation, Tree
from tongban.domains.lifeevents.types import Package, PackageItem
from tongban.kernel.conditions import Condition, Facts, FieldDictionary, compile_tree

ALWAYS: Tree = {"all": []}
# The situation of a guide in which the applicant chooses 告知承诺; she chooses it, no fact decides it.
PROMISE = "PROMISE"


@dataclass(frozen=True, slots=True)
class ItemConditions:
    """The trees of one item: whether it is wanted, its situations, its form's elements, its materials."""

    wanted: Condition
    situations: tuple[tuple[Situation, Condition | None], ...]
    form: tuple[tuple[FormElement, Condition | None], ...]
    materials: tuple[tuple[Material, Condition | None], ...]
    facts: frozenset[str]
    """Every fact the item's part of the plan rests on; its examination reads the answers of the form."""


@dataclass(frozen=True, slots=True)
class PackageConditions:
    items: Mapping[str, ItemConditions]
    questions: Mapping[str, Condition]
    decides: Mapping[str, str]
    """By name of a question's tree, the item whose part in the plan it decides."""
    whether: frozenset[str]
    """Names of the trees that say whether an item is wanted at all; the others say how it is done."""


@dataclass(frozen=True, slots=True)
class SituationChoice:
    """The situation the facts decide, if any, and whether a missing fact may still decide another."""

    code: str | None
    is_settled: bool


def compile_package(
    package: Package, guides: Mapping[str, Guide], fields: FieldDictionary
) -> PackageConditions:
    """Every tree compiled; raises ``ConditionError`` for one that does not fit the dictionary."""
    items = {}
    questions: dict[str, Condition] = {}
    decides: dict[str, str] = {}
    whether = frozenset(_whether(item) for item in package.items)
    for item in package.items:
        guide = guides[item.basic_code]
        items[item.basic_code] = _compile_item(item, guide, fields)
        for name, tree in _question_trees(item, guide).items():
            questions[name] = compile_tree(tree, fields)
            decides[name] = item.basic_code
    return PackageConditions(items=items, questions=questions, decides=decides, whether=whether)


def choose_situation(conditions: ItemConditions, facts: Facts, *, uses_promise: bool) -> SituationChoice:
    """The first situation whose condition holds; one without a condition is the rest's."""
    has_open = False
    otherwise: str | None = None
    for situation, condition in conditions.situations:
        if situation.code == PROMISE:
            if uses_promise:
                return SituationChoice(PROMISE, is_settled=True)
            continue
        if condition is None:
            otherwise = otherwise or situation.code
            continue
        answer = condition.answer(facts)
        if answer is True:
            return SituationChoice(situation.code, is_settled=True)
        has_open = has_open or not isinstance(answer, bool)
    if has_open:
        return SituationChoice(None, is_settled=False)
    return SituationChoice(otherwise, is_settled=True)


def _compile_item(item: PackageItem, guide: Guide, fields: FieldDictionary) -> ItemConditions:
    substance = guide.substance
    wanted = compile_tree(item.when if item.when is not None else ALWAYS, fields)
    situations = tuple((one, _compile(one.when, fields)) for one in substance.situations)
    form = tuple((one, _compile(one.when, fields)) for one in substance.form)
    materials = tuple((one, _compile(one.when, fields)) for one in substance.materials)
    trees = [condition for _one, condition in (*situations, *form, *materials)]
    facts = wanted.fields.union(*(tree.fields for tree in trees if tree is not None))
    return ItemConditions(wanted=wanted, situations=situations, form=form, materials=materials, facts=facts)


def _question_trees(item: PackageItem, guide: Guide) -> dict[str, Tree]:
    code = item.basic_code
    wanted = item.when if item.when is not None else ALWAYS
    trees: dict[str, Tree] = {}
    if item.when is not None:
        trees[_whether(item)] = wanted
    if item.guidance_only:
        return trees
    situations = {one.code: one for one in guide.substance.situations}
    for situation in situations.values():
        if situation.when is not None:
            trees[f"situation {code} {situation.code}"] = _both(wanted, situation.when)
    for material in guide.substance.materials:
        if material.when is not None:
            tree = _both(_of_situations(material, situations), material.when)
            trees[f"material {code} {material.code}"] = _both(wanted, tree)
    for position, element in enumerate(guide.substance.form):
        if element.when is not None:
            tree = _both(_of_situations(element, situations), element.when)
            trees[f"form {code} {position}"] = _both(wanted, tree)
    return trees


def _whether(item: PackageItem) -> str:
    return f"item {item.basic_code}"


def _of_situations(part: Material | FormElement, situations: Mapping[str, Situation]) -> Tree:
    if not part.situations:
        return ALWAYS
    return {"any": [situations[code].when or ALWAYS for code in part.situations if code in situations]}


def _both(one: Tree, other: Tree) -> Tree:
    return {"all": [one, other]}


def _compile(tree: Tree | None, fields: FieldDictionary) -> Condition | None:
    return None if tree is None else compile_tree(tree, fields)
