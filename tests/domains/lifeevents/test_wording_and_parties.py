"""Reasons in words, and whose record answers for a datum; no database."""

from uuid import uuid4

import pytest
from django.utils import translation

from domains.eforms.elements import element
from tongban.domains.lifeevents.rules.parties import Source, others, role_of_fact, source_of
from tongban.domains.lifeevents.rules.wording import because, show_value
from tongban.domains.standards.types import ElementType, Option
from tongban.kernel.conditions import compile_tree, load_facts

AREA = element("shop.area_m2", ElementType.INT, label="店面面积", unit="平方米")
COLD = element("food.cold_dishes", ElementType.BOOL, label="卖凉菜")
WITH = element(
    "child.household_with", ElementType.CODE, label="户口落在谁名下", options=(Option("MOTHER", "随母亲"),)
)
ELEMENTS = {one.code: one for one in (AREA, COLD, WITH)}
FIELDS = {code: one.condition_field for code, one in ELEMENTS.items()}
BIG = {"field": "shop.area_m2", "op": "ge", "value": 300}
SELLS_COLD = {"field": "food.cold_dishes", "op": "eq", "value": True}


def why(tree: object, **facts: object) -> str:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return because(compile_tree(tree, FIELDS), load_facts(named, FIELDS), FIELDS, ELEMENTS)


def test_a_comparison_names_the_value_and_the_line() -> None:
    assert why(BIG, shop__area_m2=80) == "店面面积：80平方米（规定的界线是不少于300平方米）"


def test_the_line_is_said_in_the_readers_language() -> None:
    with translation.override("en"):
        said = why(BIG, shop__area_m2=80)

    assert said == "店面面积: 80平方米 (the rule's threshold is at least 300平方米)"


def test_a_yes_or_no_is_said_as_one() -> None:
    assert why(SELLS_COLD, food__cold_dishes=False) == "卖凉菜：否"


def test_an_open_condition_names_only_what_is_open() -> None:
    assert why({"all": [BIG, SELLS_COLD]}, shop__area_m2=320) == "卖凉菜：还不清楚"


def test_always_has_no_reason() -> None:
    assert why({"all": []}) == ""


@pytest.mark.parametrize(
    ("one", "value", "words"),
    [
        (AREA, 320, "320平方米"),
        (COLD, True, "是"),
        (WITH, "MOTHER", "随母亲"),
        (WITH, ("MOTHER", "X"), "随母亲、X"),
        (AREA, None, "不清楚"),
    ],
)
def test_a_value_as_people_read_it(one: object, value: object, words: str) -> None:
    assert show_value(one, value) == words  # type: ignore[arg-type]  # pytest's parameters are objects


FIRM, ZHANG, LIN, ZHOU = uuid4(), uuid4(), uuid4(), uuid4()
ENTERPRISE = {"APPLICANT": FIRM, "ENTERPRISE": FIRM, "HANDLER": ZHANG, "LEGAL_REPRESENTATIVE": ZHANG}
FAMILY = {"APPLICANT": LIN, "HANDLER": LIN, "MOTHER": LIN, "FATHER": ZHOU}


@pytest.mark.parametrize(
    ("parties", "role", "code", "resource", "field", "source"),
    [
        (ENTERPRISE, "ENTERPRISE", "entity.name", "FR-ENTITY", "name", Source("FR-ENTITY", FIRM, "name")),
        (
            ENTERPRISE,
            "LEGAL_REPRESENTATIVE",
            "person.name",
            "RK-PERSON",
            "name",
            Source("FR-ENTITY", FIRM, "legal_representative"),
        ),
        (ENTERPRISE, "HANDLER", "person.name", "RK-PERSON", "name", Source("RK-PERSON", ZHANG, "name")),
        (ENTERPRISE, "MATTER", "entity.uscc", "FR-ENTITY", "uscc", Source("FR-ENTITY", FIRM, "uscc")),
        (FAMILY, "MOTHER", "person.name", "RK-PERSON", "name", Source("RK-PERSON", LIN, "name")),
        (FAMILY, "FATHER", "person.name", "RK-PERSON", "name", Source("RK-MARRIAGE", LIN, "spouse_name")),
        (
            FAMILY,
            "FATHER",
            "person.ethnicity",
            "RK-PERSON",
            "ethnicity",
            Source("RK-PERSON", ZHOU, "ethnicity"),
        ),
        (
            FAMILY,
            "CHILD",
            "child.birth_date",
            "RK-BIRTH",
            "birth_date",
            Source("RK-BIRTH", LIN, "birth_date"),
        ),
        (
            FAMILY,
            "MATTER",
            "household.number",
            "RK-HOUSEHOLD",
            "household_number",
            Source("RK-HOUSEHOLD", ZHOU, "household_number"),
        ),
        (FAMILY, "CHILD", "person.name", "RK-PERSON", "name", None),
        (FAMILY, "ENTERPRISE", "entity.name", "FR-ENTITY", "name", None),
        (FAMILY, "MOTHER", "person.phone", None, None, None),
        ({}, "APPLICANT", "person.name", "RK-PERSON", "name", None),
    ],
)
def test_where_a_datum_of_a_role_is_looked_up(
    parties: dict[str, object],
    role: str,
    code: str,
    resource: str | None,
    field: str | None,
    source: Source | None,
) -> None:
    facts = {"child.household_with": "FATHER"}

    assert source_of(role, code, resource, field, parties, facts) == source  # type: ignore[arg-type]  # ids


def test_a_fact_speaks_of_the_one_its_code_names() -> None:
    found = {
        code: role_of_fact(code) for code in ("entity.kind", "mother.x", "child.x", "parents.x", "shop.x")
    }

    assert found == {
        "entity.kind": "ENTERPRISE",
        "mother.x": "MOTHER",
        "child.x": "CHILD",
        "parents.x": "APPLICANT",
        "shop.x": "APPLICANT",
    }


def test_the_other_parent_is_the_one_who_does_not_apply() -> None:
    assert others(FAMILY) == {ZHOU}
    assert others(ENTERPRISE) == frozenset()
