"""证照免带: a person shows one licence at a window, the clerk pulls what this item wants and nothing else."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from sites.city import NOW, City
from sites.conftest import sign_in
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import Purpose, UseKind
from tongban.foundation import clock

ITEM = "310131005001"  # 个体工商户设立登记
OFFICE = "SCJG-310115"


@pytest.fixture
def clerk(city: City) -> Client:
    return sign_in(city, "wangmin")


def show(city: City, *, to: str = OFFICE, purpose: Purpose = Purpose.SERVICE) -> str:
    """The code on 张三's phone when he shows his identity card."""
    [card] = [
        one for one in selectors.list_for_holders([city.subjects["zhangsan"]]) if one.licence_type == "SFZ"
    ]
    actor = identity.actor_for(city.accounts["zhangsan"], city.subjects["zhangsan"], at=NOW)
    audience = selectors.get_audience(to)
    return services.show(
        number=card.number, purpose=purpose.value, audience=audience, actor=actor, at=NOW
    ).code


def pull(clerk: Client, code: str, item: str = ITEM) -> tuple[int, str]:
    response = clerk.post("/console/counter/", {"code": code, "item": item})
    return response.status_code, unescape(response.content.decode())


def counter_uses(city: City) -> list[tuple[str, str, str]]:
    uses = selectors.list_uses_for([city.subjects["zhangsan"]])
    return [(one.licence_name, one.used_by, one.purpose) for one in uses if one.kind is UseKind.COUNTER]


def test_the_clerk_pulls_what_the_items_list_names_and_nothing_else(clerk: Client, city: City) -> None:
    status, page = pull(clerk, show(city))

    assert status == 200
    assert "张三凭居民身份证办理：个体工商户设立登记" in page
    assert "已调取，和原件效力相同" in page
    assert [name for name, _by, _for in counter_uses(city)] == ["居民身份证"]
    assert "还要带 1 样：房屋租赁合同。" in page
    [(_name, used_by, _purpose)] = counter_uses(city)
    assert "市场监督管理局" in used_by
    assert {purpose for _name, _by, purpose in counter_uses(city)} == {"个体工商户设立登记"}


def test_a_code_is_good_once(clerk: Client, city: City) -> None:
    code = show(city)
    pull(clerk, code)

    status, page = pull(clerk, code)

    assert status == 422
    assert "已经用过一次" in page
    assert len(counter_uses(city)) == 1


def test_after_a_minute_the_code_is_void(clerk: Client, city: City) -> None:
    code = show(city)

    with clock.standing_at(NOW + timedelta(seconds=60)):
        status, page = pull(clerk, code)

    assert status == 422
    assert "已经失效" in page
    assert counter_uses(city) == []


def test_a_code_for_another_office_or_not_for_business_pulls_nothing(clerk: Client, city: City) -> None:
    elsewhere = pull(clerk, show(city, to="GA-310115"))
    for_age = pull(clerk, show(city, purpose=Purpose.AGE_18))

    assert elsewhere[0] == for_age[0] == 422
    assert "不是亮给您的" in elsewhere[1]
    assert "选的不是“办事”" in for_age[1]
    assert counter_uses(city) == []


def test_an_item_of_another_office_is_refused_and_the_code_stays_good(clerk: Client, city: City) -> None:
    code = show(city)

    status, page = pull(clerk, code, item="310109004001")

    assert status == 422
    assert "请选择办理事项。" in page
    assert pull(clerk, code)[0] == 200


def test_an_officer_who_handles_no_cases_finds_nothing_here(city: City) -> None:
    assert sign_in(city, "zhangsan").get("/console/counter/").status_code == 404
