"""The exchange format: its schema, and that nothing is lost on the way out and back."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_type_hints

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tongban.domains.catalogue
from domains.catalogue import city
from tongban.domains.catalogue import rules, types

SCHEMA = Path(tongban.domains.catalogue.__file__).parent / "data/guide.schema.json"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
FACTS = st.sampled_from(["shop.area_m2", "food.cold_dishes"])
LEAVES = st.fixed_dictionaries({"field": FACTS, "op": st.just("eq"), "value": st.booleans()})
TREES = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        st.fixed_dictionaries({"all": st.lists(children, max_size=2)}),
        st.fixed_dictionaries({"not": children}),
    ),
    max_leaves=4,
)
NUMBERS = st.integers(0, 10_000)
VALIDATOR = jsonschema.Draft202012Validator(rules.guide_schema())


def built(kind: type) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{name: strategy(hint) for name, hint in get_type_hints(kind).items()})


def strategy(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation: text, numbers, days, code lists, trees, tuples of parts."""
    if hint is str:
        return TEXTS
    if hint is int:
        return NUMBERS
    if hint is bool:
        return st.booleans()
    if hint is date:
        return st.dates()
    if isinstance(hint, type) and hasattr(hint, "__members__"):
        return st.sampled_from(list(hint))
    arguments = getattr(hint, "__args__", ())
    if getattr(hint, "__origin__", None) is tuple:
        return st.lists(strategy(arguments[0]), max_size=2).map(tuple)
    if getattr(hint, "__origin__", None) is Literal:
        return st.sampled_from(arguments)
    if getattr(hint, "__origin__", None) is Mapping:
        return TREES
    if type(None) in arguments:
        return st.none() | strategy(next(one for one in arguments if one is not type(None)))
    return built(hint)


GUIDES = built(types.GuideDocument)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(GUIDES)
def test_a_guide_written_and_read_again_is_the_same(guide: types.GuideDocument) -> None:
    through_a_file = json.loads(json.dumps(rules.write_document(guide), ensure_ascii=False))

    assert rules.read_guide(through_a_file) == guide
    VALIDATOR.validate(through_a_file)


def test_the_schema_in_the_package_is_that_of_the_code() -> None:
    kept = json.loads(SCHEMA.read_text("utf-8"))

    assert kept == rules.guide_schema()
    jsonschema.Draft202012Validator.check_schema(kept)


def test_every_demo_guide_fits_the_schema_and_is_kept_whole() -> None:
    for raw in city.guides():
        VALIDATOR.validate(raw)
        raw["procedure"] = {"enquiry_phone": "", "complaint_phone": "", **raw["procedure"]}
        raw["code_scheme"] = "GBT39554_BASIC"
        for result in raw["results"]:
            result.setdefault("effect", "ISSUE")
        assert rules.write_document(rules.read_guide(raw)) == raw


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("statutory_days", "3"),
        ("statutory_days", 3.5),
        ("is_joint", "yes"),
        ("audience", ["MARTIAN"]),
        ("naem", "misspelt"),
        ("effective_from", "tomorrow"),
        ("conditions", None),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses_too(field: str, value: object) -> None:
    raw = {**city.guide(), field: value}

    with pytest.raises(rules.DocumentRefused) as refused:
        rules.read_guide(raw)
    # The schema leaves the form of dates to the reader, as JSON Schema does.
    if field != "effective_from":
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(raw)

    assert refused.value.faults[0].place.startswith(field)


def test_a_missing_field_is_named() -> None:
    raw = city.guide()
    del raw["materials"][1]["sample"]

    with pytest.raises(rules.DocumentRefused) as refused:
        rules.read_guide(raw)

    assert [fault.place for fault in refused.value.faults] == ["materials.1.sample"]
