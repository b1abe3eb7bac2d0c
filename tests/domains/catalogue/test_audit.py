"""`materials audit`: every material of every published item with verdict and proof, and the sums of each department."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from domains.catalogue import city
from tongban.domains.catalogue import selectors, services
from tongban.domains.catalogue.types import Ask, AuditLine, Remains, Rule
from tongban.domains.exchange import services as exchange
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def some_items(db: None) -> None:
    city.load_with_some_items()


def line(item: str, name: str) -> AuditLine:
    found = selectors.audit_materials(at=city.NOW)
    (one,) = [one for one in found.lines if one.item == item and one.verdict.material.name == name]
    return one


def test_each_material_has_its_verdict_with_proof_from_law_library_and_exchange() -> None:
    licence, manager = (
        line(city.FOOD, "营业执照").verdict,
        line(city.FOOD, "食品安全管理人员考核信息").verdict,
    )
    layout = line(city.FOOD, "经营场所布局和主要设备设施说明").verdict

    assert (licence.ask, licence.rule, licence.licence_type) == (
        Ask.ASK_IF_FETCH_FAILS,
        Rule.IN_LICENCE_LIBRARY,
        "YYZZ",
    )
    assert manager.standing is not None
    assert (manager.rule, manager.standing.resource, manager.standing.can_supply) == (
        Rule.SHAREABLE,
        "FR-ENTITY",
        True,
    )
    assert (layout.ask, layout.remains) == (Ask.MAY_ASK, Remains.APPLICANT_ONLY)
    assert all(one.basis for one in (licence, manager, layout))


def test_the_sums_of_a_department_are_those_counted_by_hand() -> None:
    sums = {one.department: one for one in selectors.audit_materials(at=city.NOW).departments}

    fire = sums["XFJY"]

    # 营业执照 and 居民身份证 from the library; 平面图 and 应急预案 are the applicant's; the form makes one itself.
    assert (fire.items, fire.before, fire.now) == (1, 4, 2)
    assert fire.waived == {"FILLED_IN_FORM": 1, "IN_LICENCE_LIBRARY": 2}
    assert fire.remains == {"APPLICANT_ONLY": 2}
    assert (fire.items_before, fire.items_now) == (1, 0)


def test_a_resource_that_is_switched_off_is_asked_for_again_and_says_why() -> None:
    exchange.set_live("FR-ENTITY", is_live=False, actor=PLATFORM, at=city.NOW)

    verdict = line(city.FOOD, "食品安全管理人员考核信息").verdict

    assert (verdict.ask, verdict.remains) == (Ask.MAY_ASK, Remains.NOT_PUBLISHED)


def test_what_is_kept_of_each_day_shows_the_fall_to_nothing() -> None:
    before = services.record_baseline(actor=PLATFORM, at=city.NOW.replace(day=1))
    services.record_audit(actor=PLATFORM, at=city.NOW)
    services.record_audit(actor=PLATFORM, at=city.NOW)

    first, now = selectors.list_audits()

    assert (first.is_baseline, first.asked, first.items_with_paper) == (
        True,
        before.total.before,
        before.total.items_before,
    )
    assert (now.is_baseline, now.items_with_paper) == (False, 0)
    assert first.items_with_paper > 0
    assert now.asked < first.asked


def test_the_command_prints_sums_and_as_json_every_proof() -> None:
    told, as_json = StringIO(), StringIO()

    with clock.standing_at(city.NOW):
        call_command("materials_audit", stdout=told)
        call_command("materials_audit", "--json", "--keep", stdout=as_json)

    assert "items asking for paper or copies of kept licences: " in told.getvalue()
    found: dict[str, Any] = json.loads(as_json.getvalue())
    assert found["total"]["items_now"] == 0
    assert found["history"][0]["items_with_paper"] == 0
    (licence,) = [one for one in found["materials"] if one["item"] == city.FOOD and one["name"] == "营业执照"]
    assert licence["verdict"] == "ASK_IF_FETCH_FAILS"
    assert licence["proof"]["licence_type"] == "YYZZ"
    assert licence["proof"]["basis"]


def test_more_items_take_as_many_statements(django_assert_num_queries: Any) -> None:
    selectors.audit_materials(at=city.NOW)

    with django_assert_num_queries(4):  # departments, versions, licence types, standings
        selectors.audit_materials(at=city.NOW)
