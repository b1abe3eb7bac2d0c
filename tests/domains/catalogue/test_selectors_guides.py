from datetime import date
from typing import Any

import pytest

from domains.catalogue import city
from tongban.domains.catalogue import selectors
from tongban.domains.catalogue.selectors import ItemNotFound
from tongban.domains.catalogue.selectors import guides as kept
from tongban.domains.catalogue.types import Guide, Stage
from tongban.domains.directory import selectors as directory
from tongban.domains.directory import services as directory_services
from tongban.kernel.actors import PLATFORM

TODAY = date(2026, 3, 2)


def food(division: str = city.PUDONG, on: date = TODAY) -> Guide:
    return selectors.get_guide(city.FOOD, division, on)


def test_a_guide_joins_the_citys_substance_with_the_districts_procedure(small_city: None) -> None:
    guide = food()

    assert (guide.substance.department.code, guide.procedure.department.code) == ("SCJG", "SCJG-310115")
    assert guide.item_code == f"{guide.procedure.department.uscc}4{city.FOOD}"
    assert guide.procedure.enquiry_phone == guide.procedure.department.phone


def test_a_street_is_served_by_its_district(small_city: None) -> None:
    assert food(city.STREET) == food(city.PUDONG)


def test_a_city_item_answers_in_every_district(small_city: None) -> None:
    one, other = (selectors.get_guide(city.FUND, division, TODAY) for division in (city.HUANGPU, city.STREET))

    assert one == other
    assert one.procedure.department.code == "GJJ"


@pytest.mark.parametrize(
    ("code", "division", "on"),
    [
        ("000000000000", city.PUDONG, TODAY),
        (city.FOOD, "110101", TODAY),
        (city.FOOD, "", TODAY),
        (city.FOOD, city.PUDONG, date(2025, 12, 31)),
    ],
)
def test_what_is_not_in_force_there_is_not_found(
    small_city: None, code: str, division: str, on: date
) -> None:
    with pytest.raises(ItemNotFound):
        selectors.get_guide(code, division, on)


def test_a_guide_read_before_costs_one_query(small_city: None, django_assert_num_queries: Any) -> None:
    food()

    with django_assert_num_queries(1):
        food()
    guide = food()
    with django_assert_num_queries(0):
        selectors.get_guide_by_versions(guide.substance.version_id, guide.procedure.version_id)


def test_the_list_of_a_district_costs_one_query_once_read(
    small_city: None, django_assert_num_queries: Any
) -> None:
    first = selectors.list_guides(city.PUDONG, TODAY)

    with django_assert_num_queries(1):
        assert selectors.list_guides(city.PUDONG, TODAY) == first
    assert [one.substance.basic_code for one in first] == sorted(one.substance.basic_code for one in first)
    assert len(first) == 7


def test_a_new_phone_shows_when_the_kept_copy_is_old(
    small_city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    before = food()
    office = replace(directory.get_department("SCJG-310115"), phone="021-51234567")
    directory_services.save_department(office, actor=PLATFORM, at=city.NOW)
    assert food() == before

    monkeypatch.setattr(kept, "SECONDS_KEPT", 0.0)

    assert food().procedure.enquiry_phone == "021-51234567"
    assert food().substance == before.substance


def test_manual_and_public_guide_say_the_same(empty_city: None) -> None:
    """指南与手册无差别: both come from one version, and each point stands in both."""
    city.import_all()

    for guide in selectors.list_guides(city.PUDONG, TODAY):
        manual = selectors.get_manual(guide)
        assert manual.guide is guide
        in_manual = [point.point for point in (*manual.acceptance, *manual.examination)]
        assert sorted(in_manual, key=lambda point: point.code) == sorted(
            guide.substance.points, key=lambda point: point.code
        )
        assert all(point.point.stage is Stage.ACCEPTANCE for point in manual.acceptance)
        assert manual.special_procedures == guide.substance.special_procedures
        names = {one.code: one.name for one in guide.substance.materials}
        for point in (*manual.acceptance, *manual.examination):
            assert point.material_name == names.get(point.point.material or "", "")
            assert tuple(one.id for one in point.basis) == point.point.basis


def test_items_are_listed_by_department(small_city: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        listed = selectors.list_items(city.CITY, TODAY)

    assert [(one.department, one.basic_code) for one in listed] == sorted(
        (one.department, one.basic_code) for one in listed
    )
    assert {one.department_name for one in listed if one.department == "SCJG"} == {"示例市市场监督管理局"}
    assert [one.basic_code for one in selectors.list_department_items("SCJG", TODAY)] == [
        city.FOOD,
        "310131002001",
    ]
