"""Questions and plans over the demo's three packages, through the services."""

from random import Random
from typing import Any

import pytest

from domains.lifeevents.city import (
    BIG_SHOP,
    BIRTH,
    CARD,
    DEREGISTER,
    FIRE,
    FOOD,
    HUKOU,
    ID_CARD,
    INSURANCE,
    MATERNITY,
    NEWBORN,
    NOW,
    PUDONG,
    RESTAURANT,
    SCOPE,
    SEWAGE,
    SIGN,
    TOBACCO,
    VACCINE,
    City,
    authorise_mother,
)
from tongban.domains.catalogue.types import Rule
from tongban.domains.exchange import selectors as exchange
from tongban.domains.licences.models import Licence
from tongban.domains.lifeevents import selectors, services
from tongban.domains.lifeevents.types import Background, Plan, PlanState
from tongban.kernel.actors import Actor


def codes(plan: Plan) -> list[str]:
    return [item.package_item.basic_code for item in plan.items]


def ask_all(code: str, answers: dict[str, Any], background: Background) -> list[str]:
    """The facts asked, in order, answering from `answers` („不清楚" for what is not there)."""
    given: dict[str, Any] = {}
    while question := services.next_question(code, given, background.known, division=PUDONG, at=NOW):
        assert question.position == len(given) + 1
        given[question.element.code] = answers.get(question.element.code)
    return list(given)


def plan_for(actor: Actor | None, facts: dict[str, Any], code: str = RESTAURANT, **more: Any) -> Plan:
    return services.plan(code, PUDONG, facts, actor=actor, at=NOW, **more)


def test_the_owner_of_a_catering_firm_answers_six_questions(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    background = services.gather(RESTAURANT, division=PUDONG, actor=actor, at=NOW)

    asked = ask_all(RESTAURANT, BIG_SHOP, background)

    assert sorted(asked) == sorted(BIG_SHOP)
    (known,) = background.known
    assert known.element.code == "entity.scope_has_catering"
    assert known.display == "是"
    assert "经营主体登记信息" in known.value.source


def test_a_visitor_is_asked_what_a_register_would_have_told(city: City) -> None:
    background = services.gather(RESTAURANT, division=PUDONG, actor=None, at=NOW)

    asked = ask_all(
        RESTAURANT, {**BIG_SHOP, "food.cold_dishes": False, "entity.scope_has_catering": True}, background
    )

    assert background.known == ()
    assert sorted(asked) == sorted([*BIG_SHOP, "entity.scope_has_catering"])


def test_the_totals_against_one_by_one_are_those_counted_by_hand(city: City) -> None:
    plan = plan_for(city.actor("zhangsan", "xiaoguan"), BIG_SHOP)

    totals = plan.totals
    # Guides list 7, 5, 4 and 5 papers. What has to be brought: two of food, two of fire, one of sewage, one of tobacco.
    assert (totals.materials_alone, totals.materials) == (21, 6)
    # Forms of 17 (18 without the raw food's supplier), 14, 12 and 11 fields. Together: ten that all four ask, seven of
    # food's own, three of fire's (it shares the seats with food), two of sewage's, one of tobacco's.
    assert (totals.fields_alone, totals.fields) == (54, 23)
    # Promised in 5, 5, 5 and 10 days; none waits for another, so the longest counts.
    assert (totals.days_alone, totals.days) == (25, 10)
    assert (totals.trips_alone, totals.trips, totals.fees_fen) == (0, 0, 0)


@pytest.mark.parametrize("sells_cold_dishes", [True, False])
def test_a_shop_without_raw_food_is_asked_six_questions(city: City, sells_cold_dishes: bool) -> None:
    answers = {**BIG_SHOP, "food.cold_dishes": sells_cold_dishes}
    background = services.gather(
        RESTAURANT, division=PUDONG, actor=city.actor("zhangsan", "xiaoguan"), at=NOW
    )

    assert len(ask_all(RESTAURANT, answers, background)) == 6


def test_raw_food_is_a_situation_of_its_own_with_its_own_field(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")

    cold = plan_for(actor, BIG_SHOP)
    raw = plan_for(actor, {**BIG_SHOP, "food.raw_food": True})

    assert [plan.items[0].situation for plan in (cold, raw)] == ["COLD", "RAW"]
    assert [plan.form.field("PREMISES.food.raw_supplier") is not None for plan in (cold, raw)] == [
        False,
        True,
    ]
    assert cold.form.field("PREMISES.food.special_room_m2") is not None


def test_raw_food_leaves_nothing_to_ask_about_cold_dishes(city: City) -> None:
    facts = {"food.raw_food": True}

    question = services.next_question(RESTAURANT, facts, (), division=PUDONG, at=NOW)
    asked = []
    while question:
        asked.append(question.element.code)
        facts[question.element.code] = None
        question = services.next_question(RESTAURANT, facts, (), division=PUDONG, at=NOW)

    assert "food.cold_dishes" not in asked


def test_what_was_not_known_is_not_asked_again(city: City) -> None:
    asked = ask_all(RESTAURANT, {}, Background({}, ()))

    assert len(asked) == len(set(asked)) == 7


def test_the_plan_of_a_big_shop(city: City) -> None:
    plan = plan_for(city.actor("zhangsan", "xiaoguan"), BIG_SHOP)

    assert codes(plan) == [FOOD, FIRE, SEWAGE, TOBACCO, SIGN]
    assert {item.state for item in plan.items} == {PlanState.CERTAIN}
    assert [item.package_item.is_lead for item in plan.items].count(True) == 1
    ((name, reason),) = plan.excluded
    assert "变更" in name
    assert "经营范围" in reason
    food = plan.items[0]
    assert food.situation == "COLD"
    assert {verdict.rule for verdict in food.materials if not verdict.must_ask} == {
        Rule.IN_LICENCE_LIBRARY,
        Rule.FILLED_IN_FORM,
        Rule.SHAREABLE,
    }
    assert {verdict.material.material_type for verdict in plan.to_bring} == {
        "MT-SPBJT",
        "MT-SPZD",
        "MT-XFPMT",
        "MT-XFZD",
        "MT-PSPMT",
        "MT-CDSY",
    }


def test_a_small_shop_needs_no_fire_inspection_and_is_told_why(city: City) -> None:
    plan = plan_for(city.actor("zhangsan", "xiaoguan"), {**BIG_SHOP, "shop.area_m2": 80})

    assert FIRE not in codes(plan)
    reasons = dict(plan.excluded)
    fire = next(reason for name, reason in reasons.items() if "消防" in name)
    assert "80平方米" in fire
    assert "300" in fire


def test_a_fact_that_is_not_known_shows_the_branch_as_possible(city: City) -> None:
    plan = plan_for(city.actor("zhangsan", "xiaoguan"), {**BIG_SHOP, "shop.area_m2": None})

    states = {item.package_item.basic_code: item.state for item in plan.items}
    assert states[FIRE] is PlanState.POSSIBLE
    assert states[FOOD] is PlanState.CERTAIN
    assert [element.code for element in plan.unknown] == ["shop.area_m2"]
    exits = plan.form.field("PREMISES.fire.exits")
    assert exits is not None
    assert not exits.is_required


def test_the_change_of_scope_feeds_the_food_licence(city: City) -> None:
    plan = plan_for(city.actor("zhangsan", "kafei"), {**BIG_SHOP, "shop.sells_tobacco": False})

    items = {item.package_item.basic_code: item for item in plan.items}
    assert items[FOOD].starts_on_day == items[SCOPE].ends_on_day > 0
    assert plan.critical_path == (SCOPE, FOOD)
    assert items[FOOD].is_critical
    assert plan.promised_days == items[FOOD].ends_on_day
    assert plan.promised_days < plan.totals.days_alone
    assert plan.promised_days <= plan.statutory_days


def test_every_field_is_asked_once(city: City) -> None:
    plan = plan_for(city.actor("zhangsan", "xiaoguan"), BIG_SHOP)

    keys = [field.key for group in plan.form.groups for field in group.fields]
    assert len(keys) == len(set(keys)) == plan.totals.fields
    assert plan.totals.fields < plan.totals.fields_alone
    name = plan.form.field("ENTERPRISE.entity.name")
    assert name is not None
    assert set(name.asked_by) == {FOOD, FIRE, SEWAGE, TOBACCO}
    assert plan.totals.materials < plan.totals.materials_alone


def test_promises_choose_their_situation(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")

    ordinary = {item.package_item.basic_code: item for item in plan_for(actor, BIG_SHOP).items}[FIRE]
    promised = {
        item.package_item.basic_code: item for item in plan_for(actor, BIG_SHOP, promises=[FIRE]).items
    }[FIRE]

    assert (ordinary.situation, ordinary.uses_promise) == ("CHECK", False)
    assert (promised.situation, promised.uses_promise) == ("PROMISE", True)


def test_the_newborn_package_runs_through_in_five_working_days(newborn_city: City) -> None:
    authorise_mother(newborn_city)
    mother = newborn_city.actor("linxiao")
    background = services.gather(NEWBORN, division=PUDONG, actor=mother, at=NOW)

    plan = plan_for(mother, {"child.household_with": "MOTHER", "child.wants_id_card": False}, NEWBORN)

    assert {fact.element.code: fact.value.value for fact in background.known} == {
        "child.born_in_city": True,
        "parents.is_married": True,
        "mother.is_employee_insured": True,
    }
    assert codes(plan) == [BIRTH, HUKOU, VACCINE, INSURANCE, CARD, MATERNITY]
    assert plan.promised_days == 5
    items = {item.package_item.basic_code: item for item in plan.items}
    assert plan.critical_path[0] == BIRTH
    assert sum(items[code].guide.procedure.promised_days for code in plan.critical_path) == 5
    assert items[HUKOU].starts_on_day == items[BIRTH].ends_on_day
    assert plan.missing_authorisations == ()
    assert {verdict.material.material_type for verdict in plan.produced} >= {"MT-CSYXZM", "MT-HKB"}
    assert plan.to_bring == ()


def test_the_identity_card_is_the_parents_wish(newborn_city: City) -> None:
    plan = plan_for(newborn_city.actor("linxiao"), {"child.wants_id_card": True}, NEWBORN)

    assert ID_CARD in codes(plan)


def test_the_other_parents_consent_is_missing_until_given(newborn_city: City) -> None:
    mother = newborn_city.actor("linxiao")

    before = plan_for(mother, {}, NEWBORN)
    authorise_mother(newborn_city)
    after = plan_for(mother, {}, NEWBORN)

    assert [one.title for one in before.missing_authorisations] == ["另一方父母的授权"]
    assert after.missing_authorisations == ()


def test_nothing_is_looked_up_about_a_parent_who_gave_no_authority(newborn_city: City) -> None:
    services.gather(NEWBORN, division=PUDONG, actor=newborn_city.actor("zhouming"), at=NOW)

    assert exchange.list_looks(newborn_city.subjects["linxiao"]) == []


def test_every_look_is_in_the_persons_own_list(city: City) -> None:
    services.gather(RESTAURANT, division=PUDONG, actor=city.actor("zhangsan", "xiaoguan"), at=NOW)

    (look,) = exchange.list_looks(city.subjects["xiaoguan"])
    assert look.fields == ("scope_has_catering",)
    assert look.purpose == RESTAURANT


def test_deregistration_is_serial_then_parallel(whole_city: City) -> None:
    plan = plan_for(
        whole_city.actor("zhaoqiang", "shangmao"),
        {"entity.simple_route": True, "entity.has_seal": True, "entity.has_bank_account": True},
        DEREGISTER,
    )

    items = {item.package_item.basic_code: item for item in plan.items}
    tax, register = items["312053001001"], items["310131003001"]
    assert register.starts_on_day == tax.ends_on_day
    followers = [item for code, item in items.items() if code not in ("312053001001", "310131003001")]
    assert len(followers) == 4
    assert {item.starts_on_day for item in followers} == {register.ends_on_day}


def test_a_plan_asks_the_database_equally_often_for_every_answer(
    city: City, django_assert_num_queries: Any
) -> None:
    plan_for(None, BIG_SHOP)

    with django_assert_num_queries(5):  # package, guides, calendar, licence types, standings of resources
        plan_for(None, BIG_SHOP)
    with django_assert_num_queries(5):
        plan_for(None, {**BIG_SHOP, "shop.area_m2": 20})


CHOICES: dict[str, tuple[Any, ...]] = {
    "shop.area_m2": (80, 320),
    "child.household_with": ("MOTHER", "FATHER"),
}


@pytest.mark.parametrize("code", [RESTAURANT, NEWBORN, DEREGISTER])
def test_no_question_is_asked_whose_answer_changes_nothing(whole_city: City, code: str) -> None:
    chance = Random(20260302)
    for _walk in range(6):
        facts: dict[str, Any] = {}
        while question := services.next_question(code, facts, (), division=PUDONG, at=NOW):
            asked = question.element.code
            assert any(_matters(code, facts, asked, chance) for _try in range(12)), asked
            facts[asked] = chance.choice(CHOICES.get(asked, (True, False)))


def _matters(code: str, facts: dict[str, Any], asked: str, chance: Random) -> bool:
    """Whether two answers lead to different plans, the questions still open answered at random."""
    rest = {
        element: chance.choice(CHOICES.get(element, (True, False)))
        for element in _open(code, facts)
        if element != asked
    }
    plans = {
        _gist(plan_for(None, {**facts, **rest, asked: value}, code))
        for value in CHOICES.get(asked, (True, False))
    }
    return len(plans) == 2


def _open(code: str, facts: dict[str, Any]) -> list[str]:
    return [element.code for element in plan_for(None, facts, code).unknown]


def _gist(plan: Plan) -> tuple[object, ...]:
    return tuple(
        (
            item.package_item.basic_code,
            item.situation,
            tuple(verdict.material.code for verdict in item.materials),
        )
        for item in plan.items
    )


@pytest.mark.parametrize("code", [RESTAURANT, NEWBORN, DEREGISTER])
def test_when_nothing_is_left_to_ask_everything_is_certain(whole_city: City, code: str) -> None:
    chance = Random(7)
    for _walk in range(6):
        facts: dict[str, Any] = {}
        while question := services.next_question(code, facts, (), division=PUDONG, at=NOW):
            facts[question.element.code] = chance.choice(CHOICES.get(question.element.code, (True, False)))

        plan = plan_for(None, facts, code)

        assert plan.unknown == ()
        assert {item.state for item in plan.items} == {PlanState.CERTAIN}


def test_a_licence_that_has_expired_is_asked_for_again(city: City) -> None:
    actor = city.actor("zhangsan", "xiaoguan")
    held = plan_for(actor, BIG_SHOP)
    Licence.objects.filter(holder_id=city.subjects["xiaoguan"], licence_type="YYZZ").update(
        valid_to=NOW.date()
    )

    expired = plan_for(actor, BIG_SHOP)

    assert "营业执照" in [one.material.name for one in held.fetched]
    assert "营业执照" in [one.material.name for one in expired.to_bring]


def test_a_paper_to_bring_is_known_by_the_licence_that_ran_out(
    city: City, django_assert_num_queries: Any
) -> None:
    actor, firm = city.actor("zhangsan", "xiaoguan"), city.subjects["xiaoguan"]
    rows = Licence.objects.filter(holder_id=firm, licence_type="YYZZ")
    parties = services.gather(RESTAURANT, division=PUDONG, actor=actor, at=NOW).parties
    held = plan_for(actor, BIG_SHOP)
    rows.update(valid_to=NOW.date(), status="EXPIRED")
    expired, visitors = plan_for(actor, BIG_SHOP), plan_for(None, BIG_SHOP)

    with django_assert_num_queries(1):
        lapsed = selectors.lapsed_licences(expired, parties, NOW.date())
    with django_assert_num_queries(0):
        unknown = selectors.lapsed_licences(visitors, {}, NOW.date())
    rows.update(status="CANCELLED")
    cancelled = selectors.lapsed_licences(expired, parties, NOW.date())

    assert [(one.licence_type, one.valid_to) for one in lapsed.values()] == [("YYZZ", NOW.date())]
    assert selectors.lapsed_licences(held, parties, NOW.date()) == {}
    assert unknown == cancelled == {}
