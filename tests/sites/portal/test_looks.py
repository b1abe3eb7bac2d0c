"""谁看过我的数据: every look in words, with its case, and the complaint about it."""

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites.city import NOW, City
from sites.portal import walk
from sites.portal.test_following import FOOD, case_of, officer
from tongban.domains.cases import services as cases
from tongban.domains.privacy.models import Complaint
from tongban.foundation.audit import services as audit
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import Actor, ActorKind

FOOD_OFFICE = "SCJG-310115"


@pytest.fixture
def number(zhang_san: Client) -> str:
    return walk.hand_in(zhang_san, walk.complete(zhang_san))


@pytest.fixture
def look(city: City, number: str) -> Entry:
    """An officer opened the dossier of the food case."""
    case = case_of(city, number, FOOD)
    cases.open_dossier(case.number, actor=officer(FOOD_OFFICE, city), at=NOW)
    return Entry.objects.filter(action="DOSSIER_OPENED").latest("id")


def page(browser: Client, address: str = "/my/looks/") -> str:
    return unescape(browser.get(address).content.decode())


def stray(city: City) -> Entry:
    """A department's system that asked without any case."""
    actor = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "示例系统", department="XFJY-310115")
    audit.record(
        actor=actor,
        action="FETCH_LICENCE",
        at=NOW,
        object_type="licences.LicenceType",
        object_id="YYZZ",
        subject_id=city.subjects["xiaoguan"],
        detail={"outcome": "NOT_ALLOWED", "fields": []},
    )
    return Entry.objects.latest("id")


def test_an_officers_look_says_who_what_and_for_which_case_and_never_her_name(
    zhang_san: Client, look: Entry, number: str
) -> None:
    shown = page(zhang_san)

    assert "的工作人员" in shown
    assert "打开办件：申请内容和材料清单" in shown
    assert f'href="/applications/{number}/"' in shown
    assert look.case_number in shown
    assert look.actor_name not in shown
    assert "没有在办的办件" not in shown


def test_a_look_without_a_case_stands_out(zhang_san: Client, city: City) -> None:
    entry = stray(city)

    assert "没有在办的办件" in page(zhang_san)
    assert "平台会报给个人信息保护负责人核实" in page(zhang_san, f"/my/looks/{entry.pk}/")


def test_the_list_is_narrowed_by_department_and_time(zhang_san: Client, city: City, look: Entry) -> None:
    stray(city)

    of_the_office = page(zhang_san, f"/my/looks/?department={FOOD_OFFICE}")
    before = page(zhang_san, "/my/looks/?until=2026-03-01")

    assert "打开办件" in of_the_office
    assert "调取证照" not in of_the_office
    assert "这样筛选没有查看记录" in before


def test_a_complaint_has_a_day_and_is_made_once(zhang_san: Client, look: Entry) -> None:
    address = f"/my/looks/{look.pk}/"

    empty = zhang_san.post(address, {"text": " "})
    made = zhang_san.post(address, {"text": "我没有办过这件事"})
    again = zhang_san.post(address, {"text": "再投一次"})

    assert (empty.status_code, made.status_code, again.status_code) == (422, 302, 422)
    complaint = Complaint.objects.get()
    assert (complaint.text, complaint.department, complaint.status) == (
        "我没有办过这件事",
        FOOD_OFFICE,
        "FILED",
    )
    assert complaint.due_on.isoformat() == "2026-03-16"
    assert complaint.ticket in page(zhang_san, address)
    assert "看投诉的进展" in page(zhang_san)


def test_anothers_look_looks_like_none(li_si: Client, look: Entry) -> None:
    assert li_si.get(f"/my/looks/{look.pk}/").status_code == 404
    assert li_si.post(f"/my/looks/{look.pk}/", {"text": "示例"}).status_code == 404
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("before", ["x", "2026-03-02,1", "2026-03-02T09:00:00+08:00,x", "," + "9" * 40])
def test_a_broken_place_in_the_list_begins_at_the_top(zhang_san: Client, look: Entry, before: str) -> None:
    response = zhang_san.get("/my/looks/", {"before": before, "since": "昨天"})

    assert response.status_code == 200
    assert "打开办件" in response.content.decode()


def test_more_looks_take_no_more_statements(zhang_san: Client, city: City, look: Entry) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert zhang_san.get("/my/looks/").status_code == 200
        return len(taken)

    stray(city)
    statements()
    few = statements()
    for _ in range(20):
        stray(city)
        cases.open_dossier(look.case_number, actor=officer(FOOD_OFFICE, city), at=NOW)

    assert statements() <= few
