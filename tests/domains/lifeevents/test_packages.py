"""Packages that hold together, and those that do not."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from domains.lifeevents.city import (
    BIG_SHOP,
    DEREGISTER,
    FIRE,
    FOOD,
    NEWBORN,
    NOW,
    PUDONG,
    RESTAURANT,
    SCOPE,
    SIGN,
    City,
    package,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.lifeevents import models, selectors, services
from tongban.domains.lifeevents.rules.packages import in_order, read_package, write_package
from tongban.domains.lifeevents.types import Package
from tongban.kernel.actors import PLATFORM
from tongban.kernel.ids import new_id


def restaurant(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(package(RESTAURANT)), "version": 2, **changes}


def load(row: dict[str, Any]) -> None:
    services.load_packages([row], actor=PLATFORM, at=NOW)


def with_item(number: int, **changes: Any) -> dict[str, Any]:
    row = restaurant()
    row["items"][number] = {**row["items"][number], **changes}
    return row


@pytest.mark.parametrize("code", [RESTAURANT, NEWBORN, DEREGISTER])
def test_a_package_is_the_same_after_writing_and_reading(code: str) -> None:
    first = read_package(package(code), new_id())

    assert read_package(write_package(first), first.id) == first


@pytest.mark.parametrize("code", [RESTAURANT, NEWBORN, DEREGISTER])
def test_every_item_stands_behind_those_it_needs(code: str) -> None:
    items = in_order(read_package(package(code), new_id()).items)

    positions = {item.basic_code: number for number, item in enumerate(items)}
    for item in items:
        assert all(positions[one.needs] < positions[item.basic_code] for one in item.after)


def test_a_second_load_changes_nothing(city: City) -> None:
    report = services.load_packages([package(RESTAURANT)], actor=PLATFORM, at=NOW)

    assert (report.created, report.unchanged) == (0, 1)
    assert models.PackageVersion.objects.count() == 1


def test_a_new_version_becomes_the_current_one(city: City) -> None:
    load(restaurant(title="开饭店"))

    found: Package = selectors.get_package(RESTAURANT)
    assert (found.version, found.title) == (2, "开饭店")
    assert [one.version for one in selectors.list_packages()] == [2]


def test_a_published_version_is_frozen(city: City) -> None:
    with pytest.raises(services.FrozenPackage):
        load(restaurant(version=1, title="开饭店"))

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        models.PackageVersion.objects.update(code="OTHER")
    assert selectors.get_package(RESTAURANT).title == "开办餐饮店"


def test_a_package_is_found_by_common_speech(city: City) -> None:
    found = catalogue.search("开饭馆")

    assert (found.hits[0].code, found.hits[0].kind) == (RESTAURANT, "PACKAGE")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (with_item(0, after=[{"needs": FOOD, "reason": "r"}]), "wait for each other"),
        (with_item(1, after=[{"needs": "310999999999", "reason": "r"}]), "not in the package"),
        (with_item(2, basic_code=FOOD), "given twice"),
        (with_item(2, is_lead=True), "2 leading items"),
        (with_item(2, when={"field": "shop.stars", "op": "eq", "value": 3}), "UNKNOWN_FIELD"),
        (with_item(2, when={"field": "shop.area_m2", "op": "like", "value": 3}), "UNKNOWN_OP"),
        (with_item(2, after=[{"needs": SIGN, "reason": "r"}]), "opens no case"),
        (with_item(2, on_refusal="SHRUG"), "on_refusal"),
        (restaurant(audience="ANIMAL"), "audience"),
        (restaurant(items=[]), "no items"),
        ({key: value for key, value in restaurant().items() if key != "title"}, "title"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_faulty_package_is_refused_by_name(city: City, row: dict[str, Any], words: str) -> None:
    with pytest.raises(services.FaultyPackage, match=words):
        load(row)

    assert selectors.get_package(RESTAURANT).version == 1


def test_one_faulty_package_keeps_the_others_out(city: City) -> None:
    good, bad = restaurant(), {**restaurant(items=[]), "version": 3}

    with pytest.raises(services.FaultyPackage):
        services.load_packages([good, bad], actor=PLATFORM, at=NOW)

    assert selectors.get_package(RESTAURANT).version == 1


def test_an_unknown_package_is_not_found(city: City) -> None:
    with pytest.raises(selectors.PackageNotFound):
        selectors.get_package("OPEN_SPACEPORT")


def test_a_saved_plan_holds_the_situation_and_nobody(city: City) -> None:
    facts = {**BIG_SHOP, "shop.area_m2": None, "person.phone": "13800000000", "person.name": "张三", "x": 1}

    saved = services.save_plan(RESTAURANT, PUDONG, facts, optional_items=[FIRE, "else"], at=NOW)

    found = selectors.get_shared_plan(saved.token)
    assert found == saved
    assert found.facts == {**BIG_SHOP, "shop.area_m2": None}
    assert found.optional_items == (FIRE,)
    assert len(found.token) >= 20
    with pytest.raises(selectors.PlanNotFound):
        selectors.get_shared_plan(found.token[:-1])


def test_a_shared_plan_opens_for_anybody(city: City) -> None:
    saved = services.save_plan(RESTAURANT, PUDONG, {**BIG_SHOP, "entity.scope_has_catering": False}, at=NOW)

    plan = services.plan(saved.package_code, saved.division, saved.facts, actor=None, at=NOW)

    assert {SCOPE, FOOD} <= {item.package_item.basic_code for item in plan.items}
    assert plan.known == ()
