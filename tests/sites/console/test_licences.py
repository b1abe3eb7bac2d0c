"""证照库, 证照程序 and 归集 at the console, and what the holder sees of a proceeding."""

import re
from typing import Any

import pytest
from django.test import Client

from sites import city as cities
from sites.city import City
from sites.conftest import sign_in
from tongban.domains.identity import services as identity
from tongban.domains.licences import selectors, services
from tongban.domains.licences.models import Licence, Proceeding
from tongban.domains.licences.types import LicenceStatus, ProceedingStatus, StockRow
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Role

pytestmark = pytest.mark.django_db
OFFICE = "SCJG-310115"


@pytest.fixture
def number(city: City) -> str:
    return Licence.objects.get(holder_id=city.subjects["xiaoguan"], licence_type="YYZZ").number


@pytest.fixture
def keeper(city: City) -> Client:
    return _officer(city, "keeper-1", Role.LICENCE_KEEPER)


@pytest.fixture
def decider(city: City) -> Client:
    return _officer(city, "decider-1", Role.DECIDER)


def _officer(city: City, name: str, *roles: Role, office: str = OFFICE) -> Client:
    city.accounts[name] = cities.open_account(name, name, None)
    identity.appoint_officer(
        account_id=city.accounts[name],
        department=office,
        post="示例岗",
        roles=sorted(roles),
        actor=PLATFORM,
        at=cities.NOW,
    )
    return sign_in(city, name)


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("asked", ["示例小馆", "92310115MADM00019C"])
def test_the_library_is_searched_by_name_and_number(keeper: Client, number: str, asked: str) -> None:
    found = keeper.get("/console/licences/", {"q": asked})
    nothing = keeper.get("/console/licences/", {"q": "没有这家店"})

    assert found.status_code == 200
    assert f"/console/licences/library/{number}/" in found.content.decode()
    assert "没有这样的证照" in words(nothing)


def test_a_licence_is_shown_whole_and_the_look_is_kept(keeper: Client, number: str) -> None:
    page = words(keeper.get(f"/console/licences/library/{number}/"))

    assert "法定代表人（负责人）" in page
    assert "变更记录" in page
    assert Entry.objects.filter(action="LOOK_AT_LICENCE", object_id=number).count() == 1


def test_another_offices_keeper_finds_nothing(city: City, number: str) -> None:
    other = _officer(city, "keeper-2", Role.LICENCE_KEEPER, office="SWU-310115")

    assert other.get(f"/console/licences/library/{number}/").status_code == 404
    assert number not in other.get("/console/licences/", {"q": "示例小馆"}).content.decode()


def test_from_signal_to_decision_over_the_pages(
    city: City, keeper: Client, decider: Client, number: str
) -> None:
    opened = keeper.post(
        f"/console/licences/library/{number}/proceedings/",
        {"signal": "ADDRESS_LOST", "text": "登记的地址没有人"},
    )
    address = opened["Location"]
    faulty = keeper.post(
        f"{address}notify/", {"action": "REVOKE", "law": "", "article": "第一条", "facts": "查无此址"}
    )
    assert faulty.status_code == 422
    assert "查无此址" in faulty.content.decode()
    told = {"action": "REVOKE", "law": "示例条例", "article": "第一条", "facts": "查无此址"}
    assert keeper.post(f"{address}notify/", told).status_code == 302
    too_early = decider.post(f"{address}decide/", {"reason": "属实"})
    assert too_early.status_code == 422
    assert "还不能决定" in words(too_early)

    holder = sign_in(city, "zhangsan")
    holder.post("/my/acting-for/", {"subject": str(city.subjects["xiaoguan"])})
    one = Proceeding.objects.get()
    mine = holder.get(f"/my/licences/{number}/")
    assert f"/my/licences/proceedings/{one.pk}/" in mine.content.decode()
    notice = words(holder.get(f"/my/licences/proceedings/{one.pk}/"))
    assert "查无此址" in notice
    assert "要求听证" in notice
    empty = holder.post(f"/my/licences/proceedings/{one.pk}/", {"text": " "})
    assert empty.status_code == 422
    holder.post(f"/my/licences/proceedings/{one.pk}/", {"text": "门牌换了"})
    holder.post(f"/my/licences/proceedings/{one.pk}/", {"hearing": "yes"})

    one.refresh_from_db()
    assert (one.status, one.statement) == (ProceedingStatus.HEARING, "门牌换了")
    assert "门牌换了" in words(keeper.get(address))
    dropped = decider.post(f"{address}drop/", {"reason": "门牌核实无误"})
    assert dropped.status_code == 302
    assert selectors.get_by_number(number).status is LicenceStatus.VALID
    assert "决定不作处理" in words(holder.get(f"/my/licences/proceedings/{one.pk}/"))


def test_a_keeper_is_offered_no_decision(keeper: Client, number: str) -> None:
    opened = keeper.post(
        f"/console/licences/library/{number}/proceedings/", {"signal": "OTHER", "text": "示例"}
    )

    assert "作出决定" not in words(keeper.get(opened["Location"]))
    assert keeper.post(f"{opened['Location']}decide/", {"reason": "x"}).status_code == 404
    assert keeper.post(f"{opened['Location']}no-such/", {}).status_code == 404


def test_what_was_typed_wrong_is_kept(keeper: Client, number: str) -> None:
    page = keeper.post(f"/console/licences/library/{number}/proceedings/", {"signal": "", "text": "店门锁着"})

    assert page.status_code == 422
    assert "店门锁着" in page.content.decode()
    assert Proceeding.objects.count() == 0


def test_types_and_collections_have_their_pages(keeper: Client) -> None:
    rows = [StockRow(1, {"serial": "A1"})]
    report = services.collect(
        rows, licence_type="YYZZ", issuer=OFFICE, source="库存.csv", actor=PLATFORM, at=cities.NOW
    )

    types = words(keeper.get("/console/licences/types/"))
    listed = words(keeper.get("/console/licences/collections/"))
    one = words(keeper.get(f"/console/licences/collections/{report.id}/"))

    assert "食品经营许可证" in types
    assert "没有收 1" in listed
    assert "缺少必填内容" in one


def test_empty_lists_say_so(decider: Client, keeper: Client) -> None:
    assert "没有在走的程序" in words(decider.get("/console/licences/proceedings/"))
    assert "还没有归集过" in words(keeper.get("/console/licences/collections/"))


def test_the_library_costs_the_same_for_few_and_many(
    keeper: Client, number: str, django_assert_max_num_queries: Any
) -> None:
    keeper.get("/console/licences/")

    with django_assert_max_num_queries(14):
        keeper.get("/console/licences/")
