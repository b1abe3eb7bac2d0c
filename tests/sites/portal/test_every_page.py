"""No page is forgotten: each route is visited in a browser, and in English only content is Chinese."""

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Model

from sites.city import DATA, NAMES, City
from sites.portal.visits import ACCOUNT_PAGES, NO_PAGES, PAGES, Lived, Visit, live, look, routes
from tongban.domains.cases.models import HistoryEntry, Paper
from tongban.domains.directory.models import Department, ServiceCentre, Window
from tongban.domains.licences.models import StatusEntry
from tongban.domains.messaging.models import Message
from tongban.sites.shared.languages import mark_chinese

WRITTEN_IN_TESTS = (
    "《示例法》第一条",
    "现场检查的事由",
    "许可",
    "平面图",
    "要改的",
    "看不清",
    "请重新提供",
    "林晓的手机",
    "公众聚集场所检查",
)
STORED: dict[type[Model], tuple[str, ...]] = {
    HistoryEntry: ("sentence",),
    Paper: ("title", "number"),
    Message: ("title", "body", "next_action"),
    StatusEntry: ("reason",),
    Department: ("address",),
    ServiceCentre: ("name", "address", "hours"),
    Window: ("name",),
}
MEASURED = re.compile(r"(?:[0-9.]+ )?[个人]")
"""A figure with the unit of its data element."""
LAW = re.compile(r"(?:行政许可法|优化营商环境条例)第[一二三四五六七八九十百]+条")
HAN = re.compile(r"[\u3400-\u9fff]")
READ_ALOUD = ("alt", "aria-label", "placeholder", "title", "content")
WITHOUT_END = frozenset(
    {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "source", "use", "wbr"}
)
SAID = ("zh-Hans", "zh-hans")
"""How a template says it; what is marked by itself is "zh"."""
TAKES_NO_ELEMENT = frozenset({"title", "option", "textarea", "svg"})


class Reader(HTMLParser):
    """Collects the words in Chinese of an English page, but those that a template says to be Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.unmarked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        around = self.open[-1][1] if self.open else "en"
        language = around if around in SAID else given.get("lang", around)
        if language not in SAID:
            self.words += [given[name] for name in READ_ALOUD if HAN.search(given.get(name, ""))]
        if tag not in WITHOUT_END:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        if any(one == tag for one, _language in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _language in self.open}
        if not HAN.search(data) or tags & {"script", "style"}:
            return
        language = self.open[-1][1]
        if language not in SAID:
            self.words.append(data.strip())
        if language == "en" and not tags & TAKES_NO_ELEMENT:
            self.unmarked.append(data.strip())


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def chinese_words(page: str) -> list[str]:
    """What is in Chinese, whole: before each run of it was marked."""
    return read(re.sub(r'<span lang="zh">(.*?)</span>', r"\1", page)).words


def content_words() -> list[str]:
    """What editors, registers and people wrote, the longest first: it stays in Chinese in every language."""
    written = {*NAMES.values(), settings.CITY_NAME, *WRITTEN_IN_TESTS}
    for model, columns in STORED.items():
        written |= {str(one) for row in model.objects.values_list(*columns) for one in row}
    for path in DATA.rglob("*.json"):
        written |= set(_strings(json.loads(path.read_text("utf-8"))))
    written |= {one.replace(settings.CITY_NAME, "") for one in written}  # a district's office
    return sorted((one for one in written if len(one) > 1 and HAN.search(one)), key=len, reverse=True)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(one)


def left_of_the_interface(words: Sequence[str], content: Sequence[str]) -> list[str]:
    left = []
    for one in words:
        if MEASURED.fullmatch(one):
            continue
        one = LAW.sub("", one)
        for written in content:
            one = one.replace(written, "")
        if HAN.search(one):
            left.append(one)
    return left


@pytest.fixture
def lived(city: City, settings: Any) -> Lived:  # Any: pytest-django's wrapper
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
    return live()


def test_every_route_is_visited_or_shows_no_page() -> None:
    visited = [*PAGES, *ACCOUNT_PAGES, *NO_PAGES]

    assert sorted(visited) == sorted(routes())


def test_a_route_that_is_not_visited_shows_no_page(lived: Lived) -> None:
    shown = []
    for name, visit in NO_PAGES.items():
        response = lived.browsers[visit.who].get(visit.address.format(**lived.names))
        body = b"" if response.streaming else response.content
        if response.status_code == 200 and b"<html" in body:
            shown.append(name)

    assert shown == []


def test_every_visit_shows_its_page_in_both_languages(lived: Lived) -> None:
    for visit in [*PAGES.values(), *ACCOUNT_PAGES.values()]:
        assert '<html lang="zh-Hans"' in look(lived, visit, "zh-hans"), visit
        assert '<html lang="en"' in look(lived, visit, "en"), visit


def test_every_page_has_a_way_to_a_person_and_to_large_type(lived: Lived) -> None:
    for visit in [*PAGES.values(), *ACCOUNT_PAGES.values()]:
        page = look(lived, visit, "zh-hans")
        assert '<a href="tel:12345">' in page, visit
        assert '<input type="hidden" name="size" value="elder">' in page, visit


@pytest.mark.parametrize("pages", [PAGES, ACCOUNT_PAGES], ids=["portal", "accounts"])
def test_in_english_only_content_is_chinese_and_is_said_to_be(lived: Lived, pages: dict[str, Visit]) -> None:
    content = content_words()
    found = {name: look(lived, visit, "en") for name, visit in pages.items()}

    left = {name: left_of_the_interface(chinese_words(page), content) for name, page in found.items()}
    unmarked = {name: read(page).unmarked for name, page in found.items()}
    assert {name: words for name, words in left.items() if words} == {}
    assert {name: words for name, words in unmarked.items() if words} == {}


def test_chinese_is_marked_in_text_and_nowhere_else() -> None:
    page = '<title>办件</title><a title="详情" href="#">《食品安全法》第三十五条, see 2 《条例》</a><option>浦东</option>'

    marked = mark_chinese(page)

    assert marked == (
        '<title>办件</title><a title="详情" href="#"><span lang="zh">《食品安全法》第三十五条</span>, see 2 '
        '<span lang="zh">《条例》</span></a><option>浦东</option>'
    )
