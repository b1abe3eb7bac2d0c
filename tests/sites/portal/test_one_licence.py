"""一证通办: with one identity licence, what an item still wants; said by guide, plan and search from one verdict."""

from html import unescape

from django.test import Client

from sites.city import NOW, City
from sites.portal import walk
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue import services
from tongban.domains.catalogue.models import SearchEntry
from tongban.domains.exchange import services as exchange
from tongban.kernel.actors import PLATFORM
from tongban.sites.shared.visitors import STORE


def page_of(browser: Client, address: str) -> str:
    STORE.clear()
    return unescape(browser.get(address).content.decode())


def marked() -> set[str]:
    return set(SearchEntry.objects.filter(is_one_licence=True, kind="ITEM").values_list("code", flat=True))


def test_the_guide_says_what_is_left_to_bring_with_the_identity_licence_alone(
    visitor: Client, city: City
) -> None:
    guides = catalogue.list_guides("310115", NOW.date())
    free = next(one for one in guides if one.substance.basic_code in marked())
    other = next(one for one in guides if one.substance.name == "个体工商户设立登记")

    assert "一证通办：只带" in page_of(visitor, f"/guide/310115/{free.substance.basic_code}/")
    page = page_of(visitor, f"/guide/310115/{other.substance.basic_code}/")
    assert "只带身份证的话，还要带 1 样：房屋租赁合同。" in page


def test_search_offers_the_items_that_want_nothing_else(visitor: Client, city: City) -> None:
    everything = page_of(visitor, "/search/?q=登记")
    narrowed = page_of(visitor, "/search/?q=登记&one_licence=1")
    found = catalogue.search("登记", one_licence=True, limit=200)

    assert "一证通办" in everything.split('id="result-count"')[1]
    assert found.total == catalogue.search("登记").facets["one_licence"][0].count > 0
    assert {hit.code for hit in found.hits} <= marked()
    assert f"“登记”找到 {found.total} 项" in narrowed


def test_a_resource_that_goes_away_takes_the_mark_away_and_back_again(city: City) -> None:
    before = marked()
    guides = {one.substance.basic_code: one for one in catalogue.list_guides("310115", NOW.date())}
    resource = next(
        material.resource
        for code in sorted(before)
        for material in guides[code].substance.materials
        if material.resource is not None and material.licence_type is None
    )
    resting = {
        code
        for code in before
        if any(
            one.resource == resource and one.licence_type is None for one in guides[code].substance.materials
        )
    }

    exchange.set_live(resource, is_live=False, actor=PLATFORM, at=NOW)
    services.mark_one_licence(at=NOW)
    without = marked()
    exchange.set_live(resource, is_live=True, actor=PLATFORM, at=NOW)
    services.mark_one_licence(at=NOW)

    assert resting
    assert without == before - resting
    assert marked() == before


def test_the_plan_says_it_for_each_item(visitor: Client) -> None:
    page = page_of(visitor, f"/events/OPEN_RESTAURANT/plan/?{walk.QUERY}&entity.scope_has_catering=yes")

    assert page.count("只带营业执照") >= 2
