"""Condition trees: properties over random trees, against a second reading of the semantics."""

import json
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kernel.strategies import FACTS, FIELDS, PARAMS, TREES, TREES_WITHOUT_EXISTS, full_width
from tongban.kernel.conditions import (
    ConditionError,
    ConditionFault,
    FaultyField,
    Provenance,
    compile_tree,
    compile_trees,
    explain,
    load_facts,
    next_question,
    play_dialogue,
    read_fields,
)
from tongban.kernel.conditions.code_trees import SECTION_DIVISIONS

# Values that settle every leaf of a field one way or the other, for completing unknown facts.
COMPLETIONS: dict[str, list[Any]] = {
    "area": [-9, 0, 3, 9],
    "cold_food": [True, False],
    "division": ["310115001", "510000"],
    "founded": ["2018-01-01", "2024-02-29", "2027-01-01"],
    "industry": ["6210", "2710", "A"],
    "tags": [[], ["a"], ["a", "b", "c"]],
}


def decide(tree: Any, facts: dict[str, Any]) -> bool | None:
    return compile_tree(tree, FIELDS, PARAMS).decide(load_facts(facts, FIELDS)).verdict


def as_tree(form: Any) -> Any:
    """A canonical form read back as a tree."""
    if form == "T":
        return {"all": []}
    if form == "F":
        return {"any": []}
    if form[0] in ("all", "any"):
        return {form[0]: [as_tree(child) for child in form[1]]}
    if form[0] == "not":
        return {"not": as_tree(form[1])}
    return {"field": form[1], "op": form[0], "value": True if form[0] == "exists" else form[2]}


@given(TREES, FACTS)
def test_the_canonical_form_means_the_same_and_is_its_own_form(tree: Any, facts: dict[str, Any]) -> None:
    condition = compile_tree(tree, FIELDS, PARAMS)
    again = compile_tree(as_tree(json.loads(condition.canonical)), FIELDS, PARAMS)

    assert again.canonical == condition.canonical
    # Folding drops what cannot matter, so that the folded form may miss less, never more.
    given_facts = load_facts(facts, FIELDS)
    assert again.decide(given_facts).verdict == condition.decide(given_facts).verdict
    assert set(again.decide(given_facts).missing) <= set(condition.decide(given_facts).missing)


def kleene(tree: Any, facts: dict[str, Any]) -> float:
    """The same logic by numbers: false 0, unknown ½, true 1, with min, max and 1 - x."""
    if "all" in tree:
        return min((kleene(child, facts) for child in tree["all"]), default=1.0)
    if "any" in tree:
        return max((kleene(child, facts) for child in tree["any"]), default=0.0)
    if "not" in tree:
        return 1 - kleene(tree["not"], facts)
    verdict = decide(tree, facts)
    return 0.5 if verdict is None else float(verdict)


@given(TREES, FACTS)
def test_groups_follow_kleenes_numbers(tree: Any, facts: dict[str, Any]) -> None:
    verdict = decide(tree, facts)

    assert kleene(tree, facts) == (0.5 if verdict is None else float(verdict))


@given(TREES_WITHOUT_EXISTS, FACTS, st.data())
def test_what_is_known_never_changes_when_more_is_known(
    tree: Any, facts: dict[str, Any], data: st.DataObject
) -> None:
    condition = compile_tree(tree, FIELDS, PARAMS)
    before = condition.decide(load_facts(facts, FIELDS))
    unknown = sorted(name for name in COMPLETIONS if facts[name] is None)
    assume(unknown)
    name = data.draw(st.sampled_from(unknown))

    fuller = {**facts, name: data.draw(st.sampled_from(COMPLETIONS[name]))}
    after = condition.decide(load_facts(fuller, FIELDS))

    if before.verdict is not None:
        assert after.verdict is before.verdict
    assert set(after.missing) <= set(before.missing) - {name}


@given(TREES_WITHOUT_EXISTS, FACTS)
def test_a_field_that_is_not_missing_changes_nothing(tree: Any, facts: dict[str, Any]) -> None:
    condition = compile_tree(tree, FIELDS, PARAMS)
    before = condition.decide(load_facts(facts, FIELDS))

    for name, values in COMPLETIONS.items():
        if facts[name] is not None or name in before.missing:
            continue
        for value in values:
            after = condition.decide(load_facts({**facts, name: value}, FIELDS))
            assert after == before


@given(TREES, FACTS)
def test_missing_is_empty_exactly_when_the_verdict_is_known(tree: Any, facts: dict[str, Any]) -> None:
    decision = compile_tree(tree, FIELDS, PARAMS).decide(load_facts(facts, FIELDS))

    assert (decision.verdict is None) is bool(decision.missing)
    assert list(decision.missing) == sorted(set(decision.missing))


@given(st.dictionaries(st.sampled_from("pqrs"), TREES, min_size=1), FACTS)
def test_a_dialogue_asks_nothing_twice_and_leaves_nothing_to_ask(
    trees: dict[str, Any], facts: dict[str, Any]
) -> None:
    conditions = compile_trees(trees, FIELDS, PARAMS)

    dialogue = play_dialogue(
        conditions,
        load_facts(facts, FIELDS),
        lambda field: load_facts({field: COMPLETIONS[field][0]}, {field: FIELDS[field]}),
    )

    assert len(set(dialogue.asked)) == len(dialogue.asked)
    assert all(decision.verdict is not None for decision in dialogue.decisions.values())


def test_not_known_is_an_answer_and_is_not_asked_again() -> None:
    conditions = compile_trees({"p": {"field": "area", "op": "ge", "value": 3}}, FIELDS)
    facts = load_facts({}, FIELDS)

    before = next_question(conditions, facts)
    after = next_question(conditions, facts, not_known={"area"})

    assert (before.next_field, before.askable) == ("area", ("area",))
    assert (after.next_field, after.askable) == (None, ())
    assert after.decisions["p"].verdict is None


@given(TREES, FACTS)
def test_the_explanation_agrees_with_the_decision_at_every_node(tree: Any, facts: dict[str, Any]) -> None:
    condition = compile_tree(tree, FIELDS, PARAMS)
    given_facts = load_facts(facts, FIELDS)

    explanation = explain(condition, given_facts, FIELDS)

    decision = condition.decide(given_facts)
    assert explanation.verdict is decision.verdict
    assert explanation.root.verdict is decision.verdict
    assert tuple(field.field for field in explanation.missing) == decision.missing
    for node in explanation.root.leaves():
        assert node.leaf is not None
        assert node.leaf.actual == given_facts[node.leaf.field]


def test_an_explanation_names_clause_expectation_value_and_origin() -> None:
    fields = read_fields(
        {
            "revenue": {"type": "int", "label": "营业收入", "unit": "fen", "source": "税务登记库"},
            "area": {"type": "int", "label": "经营面积", "supply_by": "申请人"},
        }
    )
    tree = {
        "all": [
            {"field": "revenue", "op": "le", "value": 500_000_050, "clause": "第三条"},
            {"not": {"field": "area", "op": "ge", "value": 300, "clause": "第四条"}},
        ]
    }
    condition = compile_tree(tree, fields)

    explanation = explain(
        condition,
        load_facts({"revenue": 100}, fields),
        fields,
        {"revenue": Provenance("税务登记库（示例）", date(2026, 3, 1))},
    )

    revenue, area = explanation.root.leaves()
    assert revenue.verdict is True
    assert revenue.leaf is not None
    assert (revenue.leaf.clause, revenue.leaf.expected) == ("第三条", "不超过5,000,000.50元")
    assert (revenue.leaf.actual, revenue.leaf.source) == (100, "税务登记库（示例）")
    assert revenue.leaf.fetched_on == date(2026, 3, 1)
    assert area.verdict is None
    assert area.leaf is not None
    assert (area.leaf.expected, area.leaf.actual, area.leaf.source) == ("不少于300", None, None)
    assert [child.kind for child in explanation.root.children] == ["leaf", "not"]
    assert [(field.label, field.supply_by) for field in explanation.missing] == [("经营面积", "申请人")]


@given(TREES, FACTS)
def test_the_nearest_changes_make_a_false_condition_true_and_none_is_idle(
    tree: Any, facts: dict[str, Any]
) -> None:
    condition = compile_tree(tree, FIELDS, PARAMS)
    loaded = load_facts(facts, FIELDS)

    changes = explain(condition, loaded, FIELDS).nearest

    if not changes:
        return
    assert condition.decide(loaded).verdict is False
    changed = {**loaded, **{one.field: one.to for one in changes}}
    assert condition.decide(changed).verdict is True
    for one in changes:
        assert one.actual == loaded[one.field] != one.to
        assert condition.decide({**changed, one.field: loaded[one.field]}).verdict is not True


SHOP = read_fields(
    {
        "area": {"type": "int", "label": "面积"},
        "opened": {"type": "date", "label": "开业日期"},
        "cold": {"type": "bool", "label": "凉菜"},
        "tags": {"type": "list", "label": "标签"},
        "trade": {"type": "code", "label": "行业"},
    }
)
AREA = {"field": "area", "op": "ge", "value": 300}
COLD = {"field": "cold", "op": "eq", "value": True}


@pytest.mark.parametrize(
    ("tree", "facts", "nearest"),
    [
        (AREA, {"area": 280}, [("area", 280, 300)]),
        (AREA, {"area": 300}, []),
        (AREA, {}, []),
        ({"not": AREA}, {"area": 320}, [("area", 320, 299)]),
        ({"field": "area", "op": "lt", "value": 300}, {"area": 300}, [("area", 300, 299)]),
        ({"field": "area", "op": "between", "value": [50, 90]}, {"area": 95}, [("area", 95, 90)]),
        ({"field": "area", "op": "between", "value": [50, 90]}, {"area": 10}, [("area", 10, 50)]),
        (
            {"field": "opened", "op": "gt", "value": "2026-02-28"},
            {"opened": "2026-01-01"},
            [("opened", "2026-01-01", "2026-03-01")],
        ),
        ({"not": {"field": "opened", "op": "le", "value": "9999-12-31"}}, {"opened": "2026-01-01"}, []),
        ({"field": "trade", "op": "in", "value": ["62", "61"]}, {"trade": "10"}, [("trade", "10", "61")]),
        ({"field": "trade", "op": "ne", "value": "62"}, {"trade": "62"}, []),
        (
            {"field": "tags", "op": "contains", "value": "高新"},
            {"tags": ["老店"]},
            [("tags", ("老店",), ("老店", "高新"))],
        ),
        (
            {"not": {"field": "tags", "op": "overlaps", "value": ["失信", "异常"]}},
            {"tags": ["失信"]},
            [("tags", ("失信",), ())],
        ),
        ({"any": [{"all": [AREA, COLD]}, COLD]}, {"area": 1, "cold": False}, [("cold", False, True)]),
        ({"all": [AREA, COLD]}, {"area": 1}, [("area", 1, 300), ("cold", None, True)]),
    ],
)
def test_the_nearest_miss_of(tree: Any, facts: dict[str, Any], nearest: list[tuple[Any, ...]]) -> None:
    explanation = explain(compile_tree(tree, SHOP), load_facts(facts, SHOP), SHOP)

    assert [(one.field, one.actual, one.to) for one in explanation.nearest] == nearest


def test_a_condition_that_names_an_unknown_fact_raises_with_its_name() -> None:
    with pytest.raises(ConditionError) as in_tree:
        compile_tree({"field": "colour", "op": "eq", "value": "红"}, FIELDS)
    condition = compile_tree({"field": "area", "op": "eq", "value": 1}, FIELDS)
    with pytest.raises(ConditionError) as in_facts:
        condition.decide({})
    with pytest.raises(ConditionError) as at_load:
        load_facts({"colour": "红"}, FIELDS)

    found = [error.value for error in (in_tree, in_facts, at_load)]
    assert [error.fault for error in found] == [ConditionFault.UNKNOWN_FIELD] * 3
    assert [error.field for error in found] == ["colour", "area", "colour"]
    assert "colour" in found[0].sentence


FAULTY: list[tuple[Any, ConditionFault]] = [
    ("text", ConditionFault.BAD_NODE),
    ({}, ConditionFault.BAD_NODE),
    ({"all": {}}, ConditionFault.BAD_NODE),
    ({"field": 1, "op": "eq", "value": 1}, ConditionFault.BAD_NODE),
    ({"field": "area", "op": "eq", "value": 1, "at": "closing_date"}, ConditionFault.BAD_NODE),
    ({"field": "area", "op": "eq", "value": 1, "clause": 3}, ConditionFault.BAD_NODE),
    ({"field": "area", "op": "eq", "value": 1, "note": ""}, ConditionFault.BAD_NODE),
    ({"field": "area", "op": ["eq"], "value": 1}, ConditionFault.UNKNOWN_OP),
    ({"field": "area", "op": "in", "value": 1}, ConditionFault.WRONG_TYPE),
    ({"field": "area", "op": "eq", "value": [1]}, ConditionFault.WRONG_TYPE),
    ({"field": "area", "op": "eq", "value": float("inf")}, ConditionFault.WRONG_TYPE),
    ({"field": "area", "op": "between", "value": [None, 1]}, ConditionFault.NULL_IN_LIST),
    ({"field": "founded", "op": "years_ge", "value": -1}, ConditionFault.WRONG_TYPE),
    ({"field": "founded", "op": "years_ge", "value": 3000}, ConditionFault.BAD_DATE),
    ({"field": "founded", "op": "lt", "value": "0001-01-01"}, ConditionFault.BAD_DATE),
    ({"field": "founded", "op": "eq", "value": full_width("2026") + "-01-01"}, ConditionFault.BAD_DATE),
    ({"field": "founded", "op": "eq", "value": 20260101}, ConditionFault.WRONG_TYPE),
    ({"field": "division", "op": "eq", "value": "31011"}, ConditionFault.BAD_CODE),
    ({"field": "tags", "op": "contains", "value": ""}, ConditionFault.EMPTY_VALUE),
    ({"field": "founded", "op": "years_ge", "value": 1, "at": "apply_date"}, ConditionFault.MISSING_PARAM),
]


@pytest.mark.parametrize(("tree", "fault"), FAULTY)
def test_a_faulty_tree_is_refused_by_the_name_of_its_fault(tree: Any, fault: ConditionFault) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_tree(tree, FIELDS, {**PARAMS, "apply_date": None})

    assert caught.value.fault is fault
    assert caught.value.sentence.endswith("。")


def test_a_tree_that_nests_too_deep_is_refused_before_the_stack_is() -> None:
    tree: Any = {"field": "area", "op": "eq", "value": 1}
    for _level in range(5000):
        tree = {"not": tree}

    with pytest.raises(ConditionError) as caught:
        compile_tree(tree, FIELDS)

    assert caught.value.fault is ConditionFault.BAD_NODE


def test_a_field_dictionary_that_contradicts_itself_is_refused() -> None:
    for entry in (
        {"type": "date", "closed_world": True},
        {"type": "int", "scheme": "division"},
        {"type": "money"},
        {"type": "code", "scheme": "isic"},
    ):
        with pytest.raises(FaultyField):
            read_fields({"x": entry})


def test_sections_cover_their_divisions_without_gap_or_overlap() -> None:
    covered = [division for divisions in SECTION_DIVISIONS.values() for division in divisions]

    assert sorted(covered) == [f"{number:02}" for number in range(1, 98)]
    assert sorted(SECTION_DIVISIONS) == list("ABCDEFGHIJKLMNOPQRST")


def test_dates_may_be_given_as_dates() -> None:
    tree = {"field": "founded", "op": "years_ge", "value": 3}

    for reference, founded in product((date(2026, 6, 30), "2026-06-30"), (date(2023, 6, 30), "2023-06-30")):
        condition = compile_tree(tree, FIELDS, {"closing_date": reference})
        assert condition.decide(load_facts({"founded": founded}, FIELDS)).verdict is True
