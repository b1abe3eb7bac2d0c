"""三个一律: for each rule the material it removes, and that nothing else is removed."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domains.catalogue import city
from tongban.domains.catalogue import rules
from tongban.domains.catalogue.types import (
    Ask,
    LegalBasis,
    Material,
    MaterialForm,
    MaterialSource,
    MaterialVerdict,
    Necessity,
    Remains,
    Rule,
    Sources,
    SubstanceDocument,
)
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


LAW = LegalBasis("b1", "示例条例", "第一条", "申请人应当提交示例证。")
LIVE = city.standing("RK-PERSON")


def sources(*standings: Any, licence_types: Any = None, resources: Any = None) -> Sources:
    return Sources(licence_types or {}, resources or {}, {one.resource: one for one in standings})


def all_verdicts(
    *materials: Material,
    facts: dict[str, object] | None = None,
    law: LegalBasis = LAW,
    **given: Any,
) -> tuple[MaterialVerdict, ...]:
    substance = rules.read_substance(
        {key: value for key, value in city.guide().items() if key != "procedure"}
    )
    assert isinstance(substance, SubstanceDocument)
    fields = city.background().fields
    values = {"situation": None, "held": {}, "sources": sources(), "produced": frozenset()} | given
    return rules.material_verdicts(
        replace(substance, materials=materials, legal_basis=(law,)),
        facts=load_facts(facts or {}, fields),
        fields=fields,
        **values,
    )


def verdicts(*materials: Material, **given: Any) -> tuple[Any, ...]:
    return tuple((one.must_ask, one.rule, one.reference) for one in all_verdicts(*materials, **given))


@pytest.mark.parametrize(
    ("changes", "given", "ask", "rule", "reference"),
    [
        ({"basis": ()}, {}, Ask.MUST_NOT_ASK, Rule.NO_BASIS, ""),
        ({}, {"law": replace(LAW, is_repealed=True)}, Ask.MUST_NOT_ASK, Rule.NO_BASIS, ""),
        ({"form": MaterialForm.FORM}, {}, Ask.MUST_NOT_ASK, Rule.FILLED_IN_FORM, ""),
        ({"produced_by": city.FIRE}, {"produced": {city.FIRE}}, Ask.MUST_NOT_ASK, Rule.PRODUCED_HERE, ""),
        (
            {"licence_type": "LT-1"},
            {"held": {("APPLICANT", "LT-1"): LICENCE}},
            Ask.MUST_NOT_ASK,
            Rule.IN_LICENCE_LIBRARY,
            LICENCE.number,
        ),
        ({"licence_type": "LT-1"}, {"held": None}, Ask.ASK_IF_FETCH_FAILS, Rule.IN_LICENCE_LIBRARY, ""),
        (
            {},
            {"held": None, "sources": sources(licence_types={"MT-1": "LT-1"})},
            Ask.ASK_IF_FETCH_FAILS,
            Rule.IN_LICENCE_LIBRARY,
            "",
        ),
        (
            {"resource": "RK-PERSON"},
            {"sources": sources(LIVE)},
            Ask.ASK_IF_FETCH_FAILS,
            Rule.SHAREABLE,
            "RK-PERSON",
        ),
        (
            {},
            {"sources": sources(LIVE, resources={"MT-1": "RK-PERSON"})},
            Ask.ASK_IF_FETCH_FAILS,
            Rule.SHAREABLE,
            "RK-PERSON",
        ),
        (
            {"licence_type": "LT-1", "resource": "RK-PERSON"},
            {"sources": sources(LIVE)},
            Ask.ASK_IF_FETCH_FAILS,
            Rule.SHAREABLE,
            "RK-PERSON",
        ),
    ],
)
def test_a_rule_removes_its_material(
    changes: dict[str, Any], given: dict[str, Any], ask: Ask, rule: Rule, reference: str
) -> None:
    (found,) = all_verdicts(replace(PAPER, **changes), **given)

    assert (found.ask, found.must_ask, found.rule, found.reference) == (ask, False, rule, reference)
    assert found.remains is None


@pytest.mark.parametrize(
    ("changes", "given", "remains"),
    [
        ({}, {}, Remains.APPLICANT_ONLY),
        ({"produced_by": city.FIRE}, {"produced": {city.FOOD}}, Remains.APPLICANT_ONLY),
        ({"licence_type": "LT-1"}, {"held": {("MOTHER", "LT-1"): LICENCE}}, Remains.NOT_HELD),
        (
            {"resource": "RK-PERSON"},
            {"sources": sources(city.standing("FR-ENTITY"))},
            Remains.NOT_PUBLISHED,
        ),
        (
            {"resource": "RK-PERSON"},
            {"sources": sources(replace(LIVE, is_live=False))},
            Remains.NOT_PUBLISHED,
        ),
        (
            {"resource": "RK-PERSON"},
            {"sources": sources(replace(LIVE, granted_to=""))},
            Remains.NOT_GRANTED,
        ),
        (
            {"resource": "RK-PERSON"},
            {"sources": sources(replace(LIVE, quality=0.94))},
            Remains.LOW_QUALITY,
        ),
    ],
)
def test_what_no_rule_removes_is_asked_for_and_says_why(
    changes: dict[str, Any], given: dict[str, Any], remains: Remains
) -> None:
    (found,) = all_verdicts(replace(PAPER, **changes), **given)

    assert (found.ask, found.must_ask, found.rule, found.reference) == (Ask.MAY_ASK, True, None, "")
    assert found.remains is remains
    assert found.basis == (LAW,)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"basis": ()}, Rule.NO_BASIS),
        ({"licence_type": "LT-1"}, Rule.IN_LICENCE_LIBRARY),
        ({"material_type": "MT-LT", "form": MaterialForm.ELECTRONIC}, Rule.IN_LICENCE_LIBRARY),
        ({"resource": "RK-PERSON"}, Rule.SHAREABLE),
        ({"material_type": "MT-RK", "form": MaterialForm.ELECTRONIC}, Rule.SHAREABLE),
        ({"licence_type": "LT-1", "form": MaterialForm.ELECTRONIC}, None),
        ({"resource": "RK-PERSON", "form": MaterialForm.ELECTRONIC}, None),
        ({}, None),
    ],
)
def test_a_guide_breaks_a_rule_by_demanding_what_is_kept_or_by_hiding_that_it_is(
    changes: dict[str, Any], broken: Rule | None
) -> None:
    known = sources(LIVE, licence_types={"MT-LT": "LT-1"}, resources={"MT-RK": "RK-PERSON"})

    (found,) = all_verdicts(replace(PAPER, **changes), held=None, sources=known)

    assert rules.breach(found) is broken


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
