"""Three planted materials, each against one of the three rules: refused by the gate, kept out of plan and form, refused to officers.

The gate is held open for the second part, as if each had been published before its rule came to hold.
"""

import copy
from typing import Any
from uuid import UUID

import pytest

from domains.lifeevents.city import BIG_SHOP, FOOD, NOW, PUDONG, RESTAURANT, City, data, guides
from domains.lifeevents.test_submission import begin, fill
from granting import grant_what_guides_need
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.types import Status, SupplementItem, TimelineCase
from tongban.domains.catalogue import rules
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services as editing
from tongban.domains.catalogue.types import Part, Rule
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.types import Grant
from tongban.domains.lifeevents import services
from tongban.domains.registers import services as registers
from tongban.foundation.outbox.testing import drain
from tongban.kernel import conditions
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role

pytestmark = pytest.mark.django_db
RIDER = "HANDLER"

PLANTED: dict[str, tuple[dict[str, Any], str, Rule, str]] = {
    "no basis": (
        {"material_type": "MT-CDSY", "name": "经营场所使用证明", "basis": []},
        "MATERIAL_HAS_BASIS",
        Rule.NO_BASIS,
        "没有法律法规依据的材料，一律不需提交",
    ),
    "a register has it": (
        {"material_type": "MT-XLXX", "name": "学历信息"},
        "SHARED_DATA_IS_USED",
        Rule.SHAREABLE,
        "能够通过数据共享取得的材料，一律不需提交",
    ),
    "the library has it": (
        {"material_type": "MT-SFZ", "name": "居民身份证"},
        "LIBRARY_IS_USED",
        Rule.IN_LICENCE_LIBRARY,
        "电子证照库能够调取的证照，一律不需提交",
    ),
}


def with_planted(changes: dict[str, Any]) -> dict[str, Any]:
    """The food licence, which now wants one more paper, as a copy."""
    raw = copy.deepcopy(data(f"guides/{FOOD}.json"))
    usual = next(one for one in raw["materials"] if one["source"] == "GOVERNMENT")
    raw["materials"].append(
        {
            **usual,
            "code": "planted",
            "form": "COPY",
            "copies": 1,
            "licence_type": None,
            "licence_holder": RIDER,
            "resource": None,
            "produced_by": None,
            **changes,
        }
    )
    return raw


@pytest.fixture(params=PLANTED)
def planted(request: pytest.FixtureRequest) -> tuple[dict[str, Any], str, Rule, str]:
    return PLANTED[request.param]


@pytest.fixture
def published(
    city: City, planted: tuple[dict[str, Any], str, Rule, str], monkeypatch: pytest.MonkeyPatch
) -> City:
    grant_what_guides_need(guides(RESTAURANT), at=NOW)
    registers.deposit(
        resource="RK-EDUCATION",
        subject_id=city.subjects["zhangsan"],
        values={"school": "示例大学"},
        actor=PLATFORM,
        at=NOW,
    )
    fields = tuple(field["name"] for field in _resource("RK-EDUCATION")["fields"])
    exchange.grant_access(
        Grant("RK-EDUCATION", "SCJG", fields, "办理事项", NOW, None), actor=PLATFORM, at=NOW
    )
    with monkeypatch.context() as opened:
        opened.setattr(rules, "check_guide", lambda guide, background: ())
        report = editing.import_guides([with_planted(planted[0])], actor=PLATFORM, at=NOW)
    assert not report.refused, report.findings
    return city


def _resource(code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in data("resources.json") if one["code"] == code)
    return found


def slot(planted: tuple[dict[str, Any], str, Rule, str]) -> str:
    return f"{planted[0]['material_type']}:{RIDER}"


def test_the_publish_gate_refuses_it_with_the_rule_and_what_it_says(
    city: City, planted: tuple[dict[str, Any], str, Rule, str]
) -> None:
    changes, gate, _rule, _words = planted
    guide = catalogue.get_guide(FOOD, PUDONG, NOW.date())
    version = editing.draft_version(
        part=Part.SUBSTANCE, owner_id=guide.substance.power_id, actor=PLATFORM, at=NOW
    )
    document = {key: value for key, value in with_planted(changes).items() if key != "procedure"}
    findings = editing.edit_version(
        part=Part.SUBSTANCE, version_id=version, revision=1, document=document, actor=PLATFORM, at=NOW
    )

    with pytest.raises(editing.GateClosed) as refusal:
        editing.submit_version(part=Part.SUBSTANCE, version_id=version, actor=PLATFORM, at=NOW)

    assert {one.rule for one in rules.hard_findings(findings)} == {gate}
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.source, finding.text) == (gate, "三个一律", changes["name"])
    assert "一律不需提交" in finding.sentence
    report = editing.import_guides([with_planted(changes)], actor=PLATFORM, at=NOW)
    assert report.refused == 1


def test_plan_and_form_do_not_ask_for_it(
    published: City, planted: tuple[dict[str, Any], str, Rule, str]
) -> None:
    actor = published.actor("zhangsan", "xiaoguan")

    plan = services.plan(RESTAURANT, PUDONG, BIG_SHOP, actor=actor, at=NOW)

    assert slot(planted) not in {one.key for one in plan.form.materials}
    assert "planted" not in {one.material.code for one in plan.to_bring}
    spared = {one.material.code: one.rule for one in (*plan.fetched, *plan.no_longer)}
    assert spared["planted"] is planted[2]


def test_a_counter_that_follows_the_verdict_does_not_ask_for_it(
    published: City, planted: tuple[dict[str, Any], str, Rule, str]
) -> None:
    guide = catalogue.get_guide(FOOD, PUDONG, NOW.date())

    found = rules.material_verdicts(
        guide.substance,
        situation=None,
        facts=conditions.load_facts({}, {}),
        fields={},
        held=None,
        sources=catalogue.sources_of([guide], at=NOW)[FOOD],
        produced=(),
    )

    (verdict,) = [one for one in found if one.material.code == "planted"]
    assert (verdict.must_ask, verdict.rule) == (False, planted[2])


def test_an_officers_supplement_cannot_ask_for_it(
    published: City, planted: tuple[dict[str, Any], str, Rule, str]
) -> None:
    draft, actor = begin(published)
    receipt = services.submit(fill(draft, actor).id, (), actor=actor, at=NOW)
    drain()
    case = _food_case(receipt.number)
    item = SupplementItem(slot(planted), planted[0]["name"], "没有交", "请上传")

    with pytest.raises(handling.MustNotBeAsked) as refusal:
        handling.request_supplement(
            case_number=case.number, revision=case.revision, items=[item], actor=_officer(case), at=NOW
        )

    assert planted[3] in refusal.value.sentence
    assert _food_case(receipt.number).status is Status.RECEIVED


def _food_case(number: str) -> TimelineCase:
    (found,) = [one for one in cases.get_timeline(number, actor=PLATFORM).cases if FOOD in one.item_code]
    return found


def _officer(case: TimelineCase) -> Actor:
    office = cases.get_dossier(case.number, actor=PLATFORM).department
    return Actor(
        ActorKind.OFFICER,
        UUID(int=7),
        "王敏",
        department=office,
        departments=frozenset({office}),
        roles=frozenset({Role.ACCEPTOR}),
    )
