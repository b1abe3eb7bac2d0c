"""One planted fault a rule: each is found, at its severity, and by no accident of another guide."""

from collections.abc import Callable
from typing import Any

import pytest

from domains.catalogue import city
from tongban.domains.catalogue import rules
from tongban.domains.catalogue.rules.checks import RULES, SAME_SUBSTANCE

Raw = dict[str, Any]
Fault = Callable[[Raw], Any]


def findings(raw: Raw) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in rules.check_guide(rules.read_guide(raw), city.background()):
        found.setdefault(finding.rule, []).append(finding.text)
    return found


def change(path: str, value: object) -> Fault:
    """Set what `path` names, such as `materials.0.name`."""

    def plant(raw: Raw) -> None:
        *way, last = path.split(".")
        place: Any = raw
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value

    return plant


def both(*faults: Fault) -> Fault:
    def plant(raw: Raw) -> None:
        for fault in faults:
            fault(raw)

    return plant


def add_fee(**values: object) -> Fault:
    fee = {
        "name": "工本费",
        "amount_fen": 1000,
        "unit": "本",
        "basis": "示例收费依据",
        "online_payment": True,
    }
    return lambda raw: raw["fees"].append({**fee, **values})


def drop(path: str) -> Fault:
    return lambda raw: raw.__setitem__(path, [])


def plain_paper(raw: Raw) -> None:
    """A 营业执照 in paper, without its mark as a licence."""
    raw["materials"][0] = {
        **raw["materials"][0],
        "name": "营业执照",
        "material_type": "MT-YYZZ",
        "licence_type": None,
        "resource": None,
        "source": "APPLICANT",
        "form": "COPY",
        "copies": 1,
    }


def from_register(raw: Raw) -> None:
    raw["materials"][1].update(resource="RK-PERSON", licence_type=None, form="COPY", copies=1)


def government_paper(raw: Raw) -> None:
    raw["materials"][1].update(source="GOVERNMENT", resource=None, licence_type=None, produced_by=None)


EQ_TRUE = {"field": "food.cold_dishes", "op": "eq", "value": True}
NEVER = {"all": [EQ_TRUE, {"field": "food.cold_dishes", "op": "eq", "value": False}]}

PLANTED: list[tuple[str, Fault]] = [
    ("CODE_IN_SCHEME", change("basic_code", "31013100100")),
    ("CODE_IN_SCHEME", change("kind", "07")),
    ("RESTS_ON_LAW", lambda raw: [basis.update(is_repealed=True) for basis in raw["legal_basis"]]),
    ("RESTS_ON_LAW", drop("legal_basis")),
    ("LAW_IN_FORCE", change("legal_basis.0.is_repealed", True)),
    ("IMMEDIATE_IS_ZERO_DAYS", change("handling", "1")),
    ("EFFECT_IN_ORDER", change("effective_to", "2026-01-01")),
    ("LIMITS_NOT_NEGATIVE", change("procedure.visits", -1)),
    ("LICENCE_RESULT_NAMES_TYPE", change("results.0.licence_type", None)),
    (
        "LICENCE_RESULT_NAMES_TYPE",
        both(change("results.0.kind", "3"), change("results.0.licence_type", "NO-SUCH")),
    ),
    ("LICENCE_HOLDER_IN_FORM", change("results.0.holder_role", "CHILD")),
    (
        "LICENCE_HOLDER_IN_FORM",
        lambda raw: [one.update(is_required=False) for one in raw["form"] if one["element"] == "entity.uscc"],
    ),
    ("VISITS_NEED_REASON", both(change("procedure.visits", 1), change("procedure.visits_reason", " "))),
    ("NO_VISIT_NEEDS_CHANNEL", change("procedure.channels", ["COUNTER"])),
    (
        "FULLY_ONLINE_IS_ZERO_VISITS",
        both(
            change("procedure.visits", 1),
            change("procedure.visits_reason", "核验"),
            change("summary", "全程网办。"),
        ),
    ),
    ("CHARGE_IS_COMPLETE", add_fee(basis="")),
    ("CHARGE_IS_COMPLETE", add_fee(name=" ")),
    ("CHARGE_IS_COMPLETE", add_fee(online_payment=False)),
    ("FREE_ITEM_HAS_NO_CHARGE", add_fee(amount_fen=0)),
    (
        "PHONES_DIFFER",
        both(change("procedure.enquiry_phone", "021-1"), change("procedure.complaint_phone", "021-1")),
    ),
    ("STEPS_ADD_UP", change("procedure.steps.0.days", 7)),
    ("PROMISE_WITHIN_STATUTE", change("statutory_days", 1)),
    ("EVIDENCE_IS_LISTED", change("conditions.0.evidence", ["m99"])),
    ("EVIDENCE_IS_LISTED", change("conditions.0.evidence", [])),
    (
        "NO_MATERIAL_IN_CONDITION",
        lambda raw: raw["conditions"][0].update(text=f"交齐{raw['materials'][0]['name']}。"),
    ),
    (
        "PRESENCE_EXCLUDES_AGENCY",
        both(change("conditions.0.text", "本人必须到场办理。"), change("summary", "可以委托代理人办理。")),
    ),
    ("LICENSING_IS_COMPLETE", lambda raw: raw["procedure"]["steps"].pop()),
    ("LICENSING_IS_COMPLETE", drop("faqs")),
    ("LICENSING_IS_COMPLETE", drop("points")),
    *[
        ("NO_CATCH_ALL", change("conditions.0.text", text))
        for text in (
            "提交其他材料。",
            "提交身份证明等材料。",
            "符合法律法规规定的其他条件。",
            "视情况办理。",
            "有关部门认为需要时补充。",
            "必要时现场查看。",
            "提交其他证明材料。",
            "备好相关材料。",
        )
    ],
    ("NO_CATCH_ALL", change("materials.0.name", "食品经营许可证申请书等")),
    ("NO_CATCH_ALL", change("points.0.plain", "其他材料也要看。")),
    ("NO_CATCH_ALL", change("materials.1.sample", "示例：窗口要求的其他证明材料。")),
    ("NO_CATCH_ALL", change("faqs.0.answer", "视情况带上。")),
    ("MATERIAL_ATTRIBUTES", change("materials.1.sample", "")),
    ("MATERIAL_ATTRIBUTES", change("materials.1.issuer", "")),
    ("MATERIAL_ATTRIBUTES", change("materials.1.name", " ")),
    ("MATERIAL_ATTRIBUTES", both(change("materials.1.form", "COPY"), change("materials.1.copies", 0))),
    (
        "MATERIAL_ATTRIBUTES",
        both(change("materials.1.necessity", "DEFERRABLE"), change("materials.1.defer_days", None)),
    ),
    ("MATERIAL_HAS_BASIS", change("materials.0.basis", [])),
    ("LIBRARY_IS_USED", plain_paper),
    ("SHARED_DATA_IS_USED", from_register),
    ("GOVERNMENT_PAPER_HAS_ORIGIN", government_paper),
    ("NAME_FROM_DICTIONARY", change("materials.0.material_type", "MT-NONE")),
    ("NAME_FROM_DICTIONARY", change("materials.0.name", "一种没有人听说过的纸")),
    ("SITUATIONS_DIFFER", lambda raw: [one.update(situations=[]) for one in raw["materials"] + raw["form"]]),
    ("SITUATION_IS_REACHABLE", change("situations.0.when", NEVER)),
    ("SITUATIONS_COVER_ALL", lambda raw: raw["situations"].pop()),
    ("CODES_ARE_UNIQUE", change("materials.1.code", "m1")),
    ("REFERENCES_RESOLVE", change("materials.0.basis", ["b1", "b99"])),
    ("REFERENCES_RESOLVE", change("materials.0.produced_by", "310000000000")),
    ("REFERENCES_RESOLVE", change("form.0.element", "no.such_element")),
    ("REFERENCES_RESOLVE", change("points.0.material", "m99")),
    ("REFERENCES_RESOLVE", change("materials.0.situations", ["NOWHERE"])),
    ("NO_DEPENDENCY_CYCLE", change("materials.0.produced_by", city.FOOD)),
    ("CONDITIONS_COMPILE", change("situations.0.when", {"field": "no.such_fact", "op": "eq", "value": True})),
    ("CONDITIONS_COMPILE", change("points.0.check", {"field": "no.such_fact", "op": "eq", "value": True})),
    ("MANUAL_MATCHES_GUIDE", change("points.0.plain", "")),
]
IN_OTHER_GUIDES: list[tuple[str, str, Fault]] = [
    # Birth certificate → household register → this certificate again.
    ("NO_DEPENDENCY_CYCLE", "310723001001", change("materials.0.produced_by", city.HUKOU)),
    (
        "SURVEY_HAS_TIME",
        city.FIRE,
        both(
            change("procedure.promised_days", 4),
            change("special_procedures", [{"code": "s", "name": "现场核查", "pause": None, "max_days": 4}]),
        ),
    ),
]


def test_the_demo_guides_obey_every_rule() -> None:
    found = {raw["basic_code"]: findings(raw) for raw in city.guides()}

    assert {code: one for code, one in found.items() if one} == {}


@pytest.mark.parametrize(
    ("rule", "plant"), PLANTED, ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found(rule: str, plant: Fault) -> None:
    raw = city.guide()

    plant(raw)

    assert rule in findings(raw)


@pytest.mark.parametrize(("rule", "code", "plant"), IN_OTHER_GUIDES)
def test_a_planted_fault_of_another_guide_is_found(rule: str, code: str, plant: Fault) -> None:
    raw = city.guide(code)

    plant(raw)

    assert rule in findings(raw)


def test_every_rule_has_a_planted_fault() -> None:
    tried = {rule for rule, _ in PLANTED} | {rule for rule, _, _ in IN_OTHER_GUIDES}

    assert tried == {rule.id for rule in RULES}


def test_every_rule_says_how_bad_it_is_and_where_it_comes_from() -> None:
    for rule in RULES:
        assert rule.severity in ("HARD", "SOFT")
        assert rule.source
        assert rule.sentence.endswith("。")
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_a_district_with_another_substance_is_found() -> None:
    ours, theirs = city.guide(), city.guide()
    theirs["statutory_days"] = 30
    theirs["procedure"]["visits"] = 0

    found = list(rules.check_list([rules.read_guide(ours), rules.read_guide(theirs)], city.background()))

    assert [(one.rule, one.text) for one in found] == [(SAME_SUBSTANCE, "statutory_days")]


def test_a_soft_finding_does_not_close_the_gate() -> None:
    raw = city.guide()
    raw["legal_basis"].append({**raw["legal_basis"][0], "id": "b99", "is_repealed": True})

    found = rules.check_guide(rules.read_guide(raw), city.background())

    assert [one.rule for one in found] == ["LAW_IN_FORCE"]
    assert rules.hard_findings(found) == ()


def test_a_situation_that_an_earlier_one_always_takes_is_unreachable() -> None:
    raw = city.guide()
    raw["situations"].append({**raw["situations"][0], "code": "SHADOWED", "name": "影子情形"})

    assert findings(raw)["SITUATION_IS_REACHABLE"] == ["影子情形"]


def test_a_gap_between_two_areas_is_named_by_its_answer() -> None:
    raw = city.guide()
    del raw["situations"][2:]
    raw["situations"][0]["when"] = {"field": "shop.area_m2", "op": "lt", "value": 100}
    raw["situations"][1]["when"] = {"field": "shop.area_m2", "op": "gt", "value": 100}

    assert findings(raw)["SITUATIONS_COVER_ALL"] == ["店面面积=100"]
