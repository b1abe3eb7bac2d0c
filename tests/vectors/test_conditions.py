"""Every vector of the condition trees, one test case each."""

from typing import Any

import jsonschema
import pytest

from tongban.kernel.conditions import (
    CONDITION_SCHEMA,
    ConditionError,
    compile_tree,
    compile_trees,
    load_facts,
    next_question,
    play_dialogue,
    read_fields,
)
from vectors.sources import cases, read_document, require

AREA = "conditions"
SHAPE = jsonschema.Draft202012Validator(CONDITION_SCHEMA)


def test_every_vector_is_of_a_kind_that_is_tested_here() -> None:
    vectors = require(read_document(AREA), AREA)["vectors"]

    assert {vector["kind"] for vector in vectors} <= {"eval", "canonical", "invalid", "questions"}


@pytest.mark.parametrize("given_vector", cases(AREA, "eval"))
def test_verdict_missing_and_canonical_form(given_vector: dict[str, Any] | None) -> None:
    vector = require(given_vector, AREA)
    fields = read_fields(vector["fields"])

    condition = compile_tree(vector["tree"], fields, vector.get("params"))
    decision = condition.decide(load_facts(vector["facts"], fields))

    answer = {
        "verdict": decision.verdict,
        "missing": list(decision.missing),
        "canonical": condition.canonical,
    }
    assert answer == vector["expected"], vector["why"]
    assert SHAPE.is_valid(vector["tree"])


@pytest.mark.parametrize("given_vector", cases(AREA, "canonical"))
def test_canonical_forms_tell_same_from_different(given_vector: dict[str, Any] | None) -> None:
    vector = require(given_vector, AREA)
    fields = read_fields(vector["fields"])

    forms = [compile_tree(tree, fields, vector.get("params")).canonical for tree in vector["trees"]]

    assert {"same": len(set(forms)) == 1, "canonical": forms} == vector["expected"], vector["why"]


@pytest.mark.parametrize("given_vector", cases(AREA, "invalid"))
def test_fault_is_refused_by_its_name(given_vector: dict[str, Any] | None) -> None:
    vector = require(given_vector, AREA)
    fields = read_fields(vector["fields"])

    def decide() -> None:
        condition = compile_tree(vector["tree"], fields, vector.get("params"))
        condition.decide(load_facts(vector.get("facts", {}), fields))

    with pytest.raises(ConditionError) as caught:
        decide()
    assert {"error": caught.value.fault.lower()} == vector["expected"], vector["why"]
    assert SHAPE.is_valid(vector["tree"]) is vector["schema_valid"]


@pytest.mark.parametrize("given_vector", cases(AREA, "questions"))
def test_questions_are_asked_in_the_expected_order(given_vector: dict[str, Any] | None) -> None:
    vector = require(given_vector, AREA)
    fields = read_fields(vector["fields"])
    conditions = compile_trees(vector["trees"], fields, vector.get("params"))
    facts = load_facts(vector["facts"], fields)

    questions = next_question(conditions, facts)
    answer: dict[str, Any] = {
        "verdicts": {name: decision.verdict for name, decision in questions.decisions.items()},
        "askable": list(questions.askable),
        "next": questions.next_field,
    }
    if "replies" in vector:
        replies = vector["replies"]
        dialogue = play_dialogue(
            conditions, facts, lambda field: load_facts({field: replies[field]}, {field: fields[field]})
        )
        answer["asked"] = list(dialogue.asked)
        answer["final"] = {name: decision.verdict for name, decision in dialogue.decisions.items()}

    assert answer == vector["expected"], vector["why"]
