"""总门户: from the first page every published item can be reached, each with a guide and a way to begin; nothing leads astray."""

import re
from collections import deque
from html import unescape
from urllib.parse import urldefrag, urlsplit

from django.conf import settings
from django.test import Client

from sites.city import DATA, DISTRICT, NOW
from tongban.domains.catalogue import selectors as catalogue
from tongban.sites.shared.visitors import STORE

LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
START = re.compile(r'class="govuk-button button--large" href="([^"]*)"')
GUIDE = re.compile(r"/guide/\d+/(?P<code>\w+)/")
SIGN_IN = re.compile(r"^/login/\?next=.*")
"""One page, whatever it leads back to."""
FOLLOWED = re.compile(
    r"/($|departments/|districts/|guide/|events/|search/\?q=|accessibility/|privacy/|status/|login/)"
)
"""Pages whose own links are looked at too; a question of a life event leads to ever more of them."""


def crawl(browser: Client, start: str) -> tuple[dict[str, str], dict[str, int], set[str]]:
    """Pages by address, the answers of addresses that gave none, and the addresses of other hosts."""
    pages: dict[str, str] = {}
    broken: dict[str, int] = {}
    foreign: set[str] = set()
    waiting, known = deque([start]), {start}
    while waiting:
        address = waiting.popleft()
        response = browser.get(address, follow=True)
        if response.status_code != 200:
            broken[address] = response.status_code
            continue
        if not response["Content-Type"].startswith("text/html"):
            continue
        pages[address] = page = response.content.decode()
        if not FOLLOWED.match(address):
            continue
        for found in LINK.findall(page):
            link = SIGN_IN.sub("/login/", urldefrag(unescape(found)).url)
            if urlsplit(link).netloc:
                foreign.add(link)
            elif link.startswith("/") and link not in known:
                known.add(link)
                waiting.append(link)
    return pages, broken, foreign


def test_every_item_is_reached_from_the_first_page_and_can_be_begun(visitor: Client) -> None:
    visitor.get(f"/districts/{DISTRICT}/")
    pages, broken, foreign = crawl(visitor, "/")
    STORE.clear()

    assert broken == {}
    assert foreign == set()
    guides = {found["code"]: page for address, page in pages.items() if (found := GUIDE.fullmatch(address))}
    published = {one.basic_code for one in catalogue.list_items(settings.CATALOGUE_REGION, NOW.date())}
    assert published == guides.keys()
    assert len(published) == len(list((DATA / "guides").glob("*.json")))
    for code, page in guides.items():
        (start,) = START.findall(page)
        address = unescape(start)
        if address.startswith("#"):
            assert f'id="{address[1:]}"' in page, code
        else:
            assert visitor.get(address, follow=True).status_code == 200, code
