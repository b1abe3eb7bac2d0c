from types import MappingProxyType

import pytest

from domains.identity import cast
from tongban.domains.directory import models, rules, selectors, services
from tongban.domains.directory.types import Connection, Level
from tongban.foundation.imports import Tally
from tongban.kernel.actors import PLATFORM
from tongban.kernel.divisions import DivisionRegister, national_divisions

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> None:
    cast.load_city()


def test_a_division_lies_in_the_nearest_one_above_it() -> None:
    known = {"31", "3101", "310115", "44", "4419"}

    parents = [rules.parent_code(code, known) for code in ("31", "310115", "310115007", "441900003")]

    assert parents == [None, "3101", "310115", "4419"]


def test_loading_divisions_twice_changes_nothing(city: None) -> None:
    before = list(models.Division.objects.order_by("code").values())

    written = services.load_divisions(local="31", actor=PLATFORM, at=cast.NOW, register=cast.REGISTER)

    assert written == len(cast.REGISTER.names)
    assert list(models.Division.objects.order_by("code").values()) == before


def test_districts_are_those_of_the_city_served_in_order_of_pinyin(city: None) -> None:
    names = [district.name for district in selectors.list_districts()]

    assert names == ["黄浦区", "浦东新区"]


def test_the_demo_city_has_the_districts_and_streets_of_shanghai() -> None:
    nation = national_divisions()
    shanghai = {"31": nation.names["31"], **dict(nation.below("31"))}
    register = DivisionRegister(MappingProxyType(shanghai))

    services.load_divisions(local="31", actor=PLATFORM, at=cast.NOW, register=register)

    districts = selectors.list_districts()
    streets = [street for district in districts for street in selectors.list_streets(district.code)]
    assert (len(districts), len(streets)) == (16, 234)


def test_streets_belong_to_one_district(city: None) -> None:
    assert [street.name for street in selectors.list_streets("310115")] == ["陆家嘴街道", "周家渡街道"]
    assert selectors.list_streets("310101") == ()


def test_a_division_knows_its_way_down_from_the_province(city: None) -> None:
    assert [division.code for division in selectors.division_path("310115007")] == [
        "31",
        "3101",
        "310115",
        "310115007",
    ]
    with pytest.raises(selectors.DivisionNotFound):
        selectors.division_path("310199")


def test_a_street_is_served_by_its_districts_office_else_by_the_city(city: None) -> None:
    cast.department("SCJG")
    cast.department("SCJG-310115", 2, division="310115", level=Level.COUNTY, guided_by="SCJG")

    assert selectors.office_for("SCJG", "310115007").code == "SCJG-310115"
    assert selectors.office_for("SCJG", "310115").code == "SCJG-310115"
    assert selectors.office_for("SCJG", "310101").code == "SCJG"
    assert [office.code for office in selectors.list_offices("SCJG")] == ["SCJG-310115"]
    assert selectors.list_offices("SCJG-310115") == ()
    with pytest.raises(selectors.DepartmentNotFound):
        selectors.office_for("NONE", "310115")


def test_a_department_with_a_faulty_uscc_is_refused_and_nothing_is_saved(city: None) -> None:
    with pytest.raises(services.FaultyDepartment) as refused:
        cast.department("SCJG", uscc="113100000000000010")

    assert "校验码" in refused.value.sentence
    assert models.Department.objects.count() == 0


def test_only_a_linked_department_may_lack_a_uscc(city: None) -> None:
    linked = cast.department("GA-LINK", uscc="", connection=Connection.LINKED_ONLY)

    assert selectors.get_department("GA-LINK") == linked
    with pytest.raises(services.FaultyDepartment):
        cast.department("SCJG", uscc="")


def test_an_office_is_guided_by_a_higher_level(city: None) -> None:
    cast.department("SCJG")

    with pytest.raises(services.FaultyDepartment):
        cast.department("OTHER", 2, guided_by="SCJG")


def test_one_office_a_department_and_district(city: None) -> None:
    cast.department("SCJG")
    cast.department("SCJG-310115", 2, division="310115", level=Level.COUNTY, guided_by="SCJG")

    with pytest.raises(services.FaultyDepartment) as refused:
        cast.department("SCJG-B", 3, division="310115", level=Level.COUNTY, guided_by="SCJG")

    assert "已有同一部门" in refused.value.sentence
    assert models.Department.objects.count() == 2


def test_enquiry_and_complaint_phones_differ(city: None) -> None:
    with pytest.raises(services.FaultyDepartment):
        cast.department("SCJG", complaint_phone="021-50000001")


def test_windows_are_found_by_the_department_they_serve(city: None) -> None:
    cast.department("SCJG")
    cast.department("GA", 2)
    centre = {
        "code": "PD",
        "name": "浦东新区政务服务中心",
        "address": "示例路2号",
        "phone": "021-50000009",
        "hours": "9:00—17:00",
        "division": "310115",
    }
    window = {
        "code": "PD-12",
        "centre": "PD",
        "name": "市场准入",
        "phone": "",
        "hours": "9:00—16:30",
        "departments": ["SCJG"],
    }
    tally = Tally()

    codes = services.load_directory(
        {"centres": [centre], "windows": [window]}, tally=tally, actor=PLATFORM, at=cast.NOW
    )

    assert (codes, tally.counts["created"]) == ({"SCJG", "GA"}, 2)
    (found,) = selectors.windows_for("SCJG")
    assert (found.code, found.address, found.phone, found.division) == (
        "PD-12",
        "示例路2号",
        "021-50000009",
        "310115",
    )
    assert selectors.windows_for("GA") == ()


@pytest.mark.parametrize("count", [2, 20])
def test_listing_departments_costs_one_query(city: None, count: int, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(count):
        cast.department(f"D{number:02}", number + 1)

    with django_assert_num_queries(1):
        found = selectors.list_departments()

    assert len(found) == count
