"""三个一律: for each rule the material it removes, and that nothing else is removed."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domains.catalogue import city
from tongban.domains.catalogue import rules
from tongban.domains.catalogue.types import Material, MaterialForm, MaterialSource, Necessity, Rule
from tongban.domains.licences.types import Licence, LicenceStatus
from tongban.kernel.conditions import load_facts

PAPER = Material(
    code="m1",
    name="示例证",
    material_type="MT-1",
    source=MaterialSource.GOVERNMENT,
    issuer="示例局",
    form=MaterialForm.COPY,
    copies=1,
    necessity=Necessity.REQUIRED,
    sample="样张",
    basis=("b1",),
    situations=(),
    when=None,
    licence_type=None,
    licence_holder="APPLICANT",
    resource=None,
    produced_by=None,
    defer_days=None,
)
LICENCE = Licence(
    id=UUID(int=1),
    number="1.2.156.3005.2.示例",
    serial="1",
    licence_type="LT-1",
    name="示例证",
    holder_id=UUID(int=2),
    holder_name="张三",
    issuer="D",
    issuer_name="示例局",
    issued_on=date(2026, 1, 1),
    valid_from=date(2026, 1, 1),
    valid_to=None,
    status=LicenceStatus.VALID,
    fields={},
    case_number=None,
)
COLD = {"field": "food.cold_dishes", "op": "eq", "value": True}


def verdicts(*materials: Material, facts: dict[str, object] | None = None, **given: Any) -> tuple[Any, ...]:
    fields = city.background().fields
    values = {"situation": None, "held": {}, "live_resources": frozenset(), "produced": frozenset()} | given
    found = rules.material_verdicts(materials, facts=load_facts(facts or {}, fields), fields=fields, **values)
    return tuple((one.must_ask, one.rule, one.reference) for one in found)


@pytest.mark.parametrize(
    ("changes", "given", "rule", "reference"),
    [
        ({"basis": ()}, {}, Rule.NO_BASIS, ""),
        ({"form": MaterialForm.FORM}, {}, Rule.FILLED_IN_FORM, ""),
        ({"produced_by": city.FIRE}, {"produced": {city.FIRE}}, Rule.PRODUCED_HERE, ""),
        (
            {"licence_type": "LT-1"},
            {"held": {("APPLICANT", "LT-1"): LICENCE}},
            Rule.IN_LICENCE_LIBRARY,
            LICENCE.number,
        ),
        ({"licence_type": "LT-1"}, {"held": None}, Rule.IN_LICENCE_LIBRARY, ""),
        ({"resource": "RK-PERSON"}, {"live_resources": {"RK-PERSON"}}, Rule.SHAREABLE, "RK-PERSON"),
    ],
)
def test_a_rule_removes_its_material(
    changes: dict[str, Any], given: dict[str, Any], rule: Rule, reference: str
) -> None:
    assert verdicts(replace(PAPER, **changes), **given) == ((False, rule, reference),)


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        ({}, {}),
        ({"produced_by": city.FIRE}, {"produced": {city.FOOD}}),
        ({"licence_type": "LT-1"}, {"held": {("MOTHER", "LT-1"): LICENCE}}),
        ({"resource": "RK-PERSON"}, {"live_resources": {"FR-ENTITY"}}),
    ],
)
def test_what_no_rule_removes_is_asked_for(changes: dict[str, Any], given: dict[str, Any]) -> None:
    assert verdicts(replace(PAPER, **changes), **given) == ((True, None, ""),)


def test_a_material_of_another_situation_is_not_mentioned() -> None:
    paper = replace(PAPER, situations=("NEW",))

    assert verdicts(paper, situation="RENEWAL") == ()
    assert verdicts(paper, situation="NEW") == ((True, None, ""),)
    assert verdicts(paper, situation=None) == ((True, None, ""),)


def test_an_unknown_fact_keeps_the_material_and_a_certain_no_drops_it() -> None:
    paper = replace(PAPER, when=COLD)

    assert verdicts(paper, facts={"food.cold_dishes": False}) == ()
    assert verdicts(paper, facts={"food.cold_dishes": True}) == ((True, None, ""),)
    assert verdicts(paper) == ((True, None, ""),)
