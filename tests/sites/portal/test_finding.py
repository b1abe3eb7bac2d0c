import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from sites.city import NOW
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.models import Power, SearchEntry
from tongban.foundation import clock
from tongban.sites.portal.pages import results
from tongban.sites.shared.visitors import STORE

GUIDE = "/guide/310115/310131001001/"


def test_home_is_a_search_box_with_life_events_under_it(visitor: Client) -> None:
    page = visitor.get("/").content.decode()

    assert page.count("<h1") == 1
    assert 'type="search"' in page
    assert "开办餐饮店" in page
    assert "新生儿出生" in page
    assert "企业注销" in page


def test_results_are_sentences_with_facets(visitor: Client) -> None:
    page = visitor.get("/search/", {"q": "食品经营许可"}).content.decode()

    assert "食品经营许可（餐饮服务）新办" in page
    assert "谁来办" in page
    assert (
        f'href="{GUIDE}"'
        in visitor.get("/search/", {"q": "食品经营许可", "division": "310115"}).content.decode()
    )


def test_a_result_says_where_who_how_how_often_and_how_fast(visitor: Client) -> None:
    page = visitor.get("/search/", {"q": "食品经营许可", "division": "310115"}).content.decode()

    assert "在浦东新区，企业、个体工商户可以网上、窗口办，不用跑，5 个工作日。" in page


def test_a_same_sound_typo_is_corrected_and_said_so(visitor: Client) -> None:
    page = visitor.get("/search/", {"q": "社宝卡"}).content.decode()

    assert "您输入的是“社宝卡”" in page
    assert "仍按原来的字查找" in page


def test_nothing_found_offers_the_nearest_and_a_human_and_is_kept_for_editors(visitor: Client) -> None:
    page = visitor.get("/search/", {"q": "骑火箭"}).content.decode()

    assert "没有找到“骑火箭”" in page
    assert "12345" in page
    assert [(one.query, one.times) for one in catalogue.zero_hits()] == [("骑火箭", 1)]


def test_more_than_is_shown_is_said_and_can_be_seen(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "HITS", 3)

    first = visitor.get("/search/", {"q": "许可"}).content.decode()
    more = re.search(r'<a href="(/search/[^"]*shown=6[^"]*)"', first)

    assert "先列最相近的 3 项" in first
    assert len(re.findall(r'class="hit( hit--event)?"', first)) == 3 + 1
    assert more
    wider = visitor.get(unescape(more[1])).content.decode()
    assert len(re.findall(r'class="hit( hit--event)?"', wider)) == 6 + 1


@pytest.mark.parametrize("shown", ["", "-1", "9" * 5_000, "²", "x"])
def test_a_wish_for_no_number_of_results_shows_the_first(visitor: Client, shown: str) -> None:
    assert visitor.get("/search/", {"q": "许可", "shown": shown}).status_code == 200


def test_suggestions_answer_with_links(visitor: Client) -> None:
    page = visitor.get("/search/suggestions/", {"q": "居住证"}).content.decode()

    assert "<ul>" in page
    assert "居住证" in page


def test_the_guide_answers_first_and_cites_the_law_last(visitor: Client) -> None:
    page = visitor.get(GUIDE).content.decode()

    order = [page.index(words) for words in ("要多久", "能不能办", "带什么材料", "怎么一步步办", "法律依据")]
    assert order == sorted(order)
    assert "5 个工作日" in page
    assert "法定 10 个工作日" in page


def test_the_windows_say_whether_today_is_a_day_to_go(visitor: Client) -> None:
    monday = visitor.get(GUIDE).content.decode()

    with clock.standing_at(NOW + timedelta(days=5)):
        STORE.clear()
        saturday = visitor.get(GUIDE).content.decode()

    assert "今天是2026年3月2日（周一），工作日。" in monday
    assert "今天是2026年3月7日（周六），休息日" in saturday


def test_what_is_not_asked_for_says_why_in_place(visitor: Client) -> None:
    page = visitor.get(GUIDE).content.decode()

    card = page[page.index("营业执照</span>") :]
    assert "免交" in card[:400]
    assert "电子证照库里有，不用交" in card[:600]


def test_every_clause_link_leads_to_a_clause(visitor: Client) -> None:
    page = visitor.get(GUIDE).content.decode()

    anchors = set(re.findall(r'href="#(law-\d+)"', page))
    assert anchors
    assert anchors <= set(re.findall(r'id="(law-\d+)"', page))


def test_the_guide_carries_structured_data(visitor: Client) -> None:
    page = visitor.get(GUIDE).content.decode()

    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "GovernmentService"
    assert data["name"] == "食品经营许可（餐饮服务）新办"


def test_start_leads_to_the_life_event_the_item_is_part_of(visitor: Client) -> None:
    assert 'href="/events/OPEN_RESTAURANT/"' in visitor.get(GUIDE).content.decode()


@pytest.mark.parametrize(
    "address",
    ["/guide/310115/000000000000/", "/departments/NOBODY/", "/districts/999999/", "/events/NOTHING/"],
)
def test_what_does_not_exist_is_not_found(visitor: Client, address: str) -> None:
    response = visitor.get(address)

    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


def test_a_department_lists_what_it_does(visitor: Client) -> None:
    page = visitor.get("/departments/SCJG/", {"division": "310115"}).content.decode()

    assert "食品经营许可（餐饮服务）新办" in page
    assert "021-50000001" in page


def test_a_district_lists_its_windows(visitor: Client) -> None:
    page = visitor.get("/districts/310115/").content.decode()

    assert "浦东新区政务服务中心（示例）" in page


def test_the_chosen_district_is_remembered(visitor: Client) -> None:
    visitor.get("/districts/310115/")

    assert visitor.get("/guide/310131001001/")["Location"] == GUIDE


def test_a_visitors_page_is_kept_finished_and_a_persons_is_not(
    visitor: Client, li_si: Client, django_assert_num_queries
) -> None:
    visitor.get(GUIDE)

    with django_assert_num_queries(0):
        again = visitor.get(GUIDE)

    assert again.status_code == 200
    assert "李四" not in again.content.decode()
    assert "李四" in li_si.get(GUIDE).content.decode()
    assert li_si.get(GUIDE)["Cache-Control"] == "private, no-store"


def test_elder_mode_is_a_set_of_tokens_kept_in_a_cookie(visitor: Client) -> None:
    response = visitor.post("/preferences/", {"size": "elder", "next": GUIDE})

    assert response["Location"] == GUIDE
    assert 'data-size="elder"' in visitor.get(GUIDE).content.decode()


def test_a_preference_never_leads_out_of_the_house(visitor: Client) -> None:
    response = visitor.post("/preferences/", {"language": "en", "next": "https://example.org/"})

    assert response["Location"] == "/"
    assert 'lang="en"' in visitor.get("/").content.decode()


def test_a_life_event_stands_before_the_items_it_is_made_of(visitor: Client) -> None:
    page = visitor.get("/search/", {"q": "餐饮"}).content.decode()

    events = [place.start() for place in re.finditer('class="hit hit--event"', page)]
    items = [place.start() for place in re.finditer('class="hit"', page)]
    assert events
    assert items
    assert max(events) < min(items)


def test_what_narrows_the_results_is_folded_and_says_how_many_are_chosen(visitor: Client) -> None:
    page = visitor.get("/search/", {"q": "许可", "audience": "ENTERPRISE"}).content.decode()

    assert '<details class="facets" data-open-when-wide>' in page
    assert "已选 1 项" in page


def test_one_region_offers_no_choice(visitor: Client) -> None:
    assert "在哪里找" not in visitor.get("/search/", {"q": "许可"}).content.decode()


def test_another_region_can_be_searched_once_its_list_is_loaded(visitor: Client) -> None:
    own = SearchEntry.objects.filter(kind="ITEM").first()
    assert own is not None
    power = Power.objects.filter(region=own.region).first()
    assert power is not None
    Power.objects.create(region="511602", basic_code="999999999999", department=power.department)
    title = own.title
    own.pk, own.region, own.title, own.address = None, "511602", "广安取水许可", "https://example.org/item"
    own.save()

    here = visitor.get("/search/", {"q": title}).content.decode()
    there = visitor.get("/search/", {"q": title, "region": "511602"}).content.decode()

    assert "广安取水许可" not in here
    assert 'href="https://example.org/item"' in there
    assert 'aria-current="true">广安区</a>' in there
    assert '<input type="hidden" name="region" value="511602">' in there
