"""The queue: views, filters, bulk acceptance, saved views, and its budget of queries."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from domains.cases.city import ANSWERS, FOOD, Story, Submit, at, new_case, typed
from sites.console.conftest import Desk
from tongban.domains.cases import selectors as cases
from tongban.domains.cases.types import Status
from tongban.foundation import clock
from tongban.kernel.actors import Role

pytestmark = pytest.mark.django_db


def page(desk: Desk, query: str = "") -> str:
    response = desk.client.get(f"/console/{query}")
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_begins_with_what_the_post_does_first(wang: Desk, qian: Desk, story: Story) -> None:
    first = page(wang)
    second = page(qian)

    assert '<h1 class="console-title">办件队列：待受理</h1>' in first
    assert story.number in first
    assert "办件队列：待决定" in second
    assert story.number not in second


def test_shows_only_the_cases_of_ones_department(zhao: Desk, story: Story) -> None:
    shown = page(zhao)

    assert story.number not in shown
    assert "消防安全检查（示例）" in shown


def test_counts_every_view(wang: Desk, story: Story) -> None:
    story.accept()

    shown = page(wang, "?view=TO_EXAMINE")

    assert 'aria-current="page">待审查 <span class="tabs__count">1</span>' in shown
    assert '待受理 <span class="tabs__count">0</span>' in shown


def test_an_overdue_case_stands_in_words(wang: Desk, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.accept()
    monkeypatch.setattr(clock, "now", lambda: at(3, 20))

    shown = page(wang, "?view=OVERDUE")

    assert story.number in shown
    assert "超过 3 个工作日" in shown


def test_a_filter_narrows_and_finding_nothing_offers_the_way_back(wang: Desk, story: Story) -> None:
    found = page(wang, "?view=TO_ACCEPT&q=示例小馆")
    missing = page(wang, "?view=TO_ACCEPT&q=没有的馆")

    assert story.number in found
    assert story.number not in missing
    assert "没有符合条件的办件。" in missing
    assert "清除筛选" in missing


def test_a_search_that_finds_nothing_here_leads_to_where_the_case_is(wang: Desk, story: Story) -> None:
    story.accept()

    here = page(wang, f"?view=TO_ACCEPT&q={story.number}")
    (address,) = re.findall(r'href="/console/(\?[^"]*view=OPEN[^"]*)">全部在办</a>', here)

    assert story.number in page(wang, address)
    assert "也可以在别处找" not in page(wang, "?view=TO_ACCEPT&unassigned=on")


def test_bulk_acceptance_takes_what_is_clear_and_says_why_the_rest_stays(wang: Desk, submit: Submit) -> None:
    clear = Story(submit(new_case(FOOD), key="a").cases[0].number)
    small = {**ANSWERS, "PREMISES.shop.area_m2": typed(0)}
    unclear = Story(submit(new_case(FOOD, answers=small), key="b").cases[0].number)

    response = wang.client.post(
        "/console/accept/", {"case": [f"{clear.number}:1", f"{unclear.number}:1"]}, follow=True
    )

    shown = unescape(response.content.decode())
    assert response.redirect_chain
    assert f"{unclear.number}没有受理：" in shown
    assert cases.get_dossier(unclear.number, actor=wang.actor).status is Status.RECEIVED


def test_bulk_acceptance_is_the_acceptors(qian: Desk, story: Story) -> None:
    response = qian.client.post("/console/accept/", {"case": [f"{story.number}:1"]})

    assert response.status_code == 404
    assert cases.get_dossier(story.number, actor=qian.actor).status is Status.RECEIVED


def test_bulk_acceptance_of_nothing_says_so(wang: Desk) -> None:
    response = wang.client.post("/console/accept/", {}, follow=True)

    assert "请先勾选要受理的办件。" in response.content.decode()


def test_a_view_is_kept_under_a_name_and_forgotten(wang: Desk) -> None:
    wang.client.post("/console/views/", {"view": "OVERDUE", "q": "示例", "name": "示例超期"})
    (kept,) = cases.list_saved_views(actor=wang.actor)
    shown = page(wang)

    wang.client.post(f"/console/views/{kept.id}/delete/", {})

    assert kept.filters.text == "示例"
    assert "示例超期" in shown
    assert cases.list_saved_views(actor=wang.actor) == ()


def test_a_view_without_a_name_is_not_kept(wang: Desk) -> None:
    response = wang.client.post("/console/views/", {"view": "OVERDUE", "name": " "}, follow=True)

    assert "请给视图起一个名字" in response.content.decode()
    assert cases.list_saved_views(actor=wang.actor) == ()


def test_a_broken_cursor_leads_to_the_first_page(wang: Desk) -> None:
    response = wang.client.get("/console/?view=OPEN&cursor=broken", follow=True)

    assert response.redirect_chain == [("/console/?view=OPEN", 302)]
    assert "翻页位置已失效" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?view=TO_ACCEPT",
        "?view=MINE",
        "?view=OVERDUE",
        "?view=ENDED",
        "?view=OPEN&q=示例",
        f"?view=OPEN&item={FOOD.substance.basic_code}&purpose=OPEN_RESTAURANT&unassigned=on",
    ],
)
def test_as_many_queries_for_twenty_cases_as_for_two(wang: Desk, submit: Submit, query: str) -> None:
    for n in range(2):
        submit(new_case(FOOD), key=f"few-{n}")
    page(wang, query)
    few = count(wang, query)
    for n in range(18):
        submit(new_case(FOOD), key=f"many-{n}")

    many = count(wang, query)

    assert few == many
    assert many <= 14


def test_an_operator_without_cases_begins_where_her_work_is(seat: Callable[..., Desk]) -> None:
    operator = seat("示例运维", Role.OPERATOR)

    response = operator.client.get("/console/")

    assert response["Location"] == "/console/letters/"


def test_a_stranger_is_led_to_sign_in_and_a_citizen_finds_nothing(client, firm) -> None:
    assert client.get("/console/")["Location"].startswith("/login/")


def count(desk: Desk, query: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(desk, query)
    return len(queries)


def test_an_officer_lands_in_the_console_after_signing_in(wang: Desk) -> None:
    name = get_user_model().objects.get(pk=wang.account).get_username()

    response = Client().post("/login/", {"login": name, "password": "示例-Demo-2026"})

    assert response["Location"] == "/console/"


def test_an_officer_chooses_her_columns(wang: Desk, story: Story) -> None:
    before = page(wang)

    response = wang.client.post("/console/columns/", {"view": "TO_ACCEPT", "column": ["state", "unknown"]})
    after = page(wang)

    assert response["Location"] == "/console/?view=TO_ACCEPT"
    assert 'data-label="申请人"' in before
    assert 'data-label="状态"' in after
    assert story.number in after
    assert 'data-label="申请人"' not in after
    assert 'data-label="承办人"' not in after
