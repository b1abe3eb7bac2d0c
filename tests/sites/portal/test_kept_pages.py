"""Pages kept for visitors: the same bytes without a query, and nothing of one person for another."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import Client, RequestFactory
from django.urls import ResolverMatch

from tongban.sites.shared.visitors import STORE, VisitorPagesMiddleware, same_for_visitors

GUIDE = "/guide/310115/310131001001/"


def test_a_kept_guide_is_answered_whole_without_a_query(
    visitor: Client, django_assert_num_queries: Any
) -> None:
    first = visitor.get(GUIDE)

    with django_assert_num_queries(0):
        second = visitor.get(GUIDE)

    assert second.content == first.content
    own = {"X-Request-ID"}
    assert {name: value for name, value in second.items() if name not in own} == {
        name: value for name, value in first.items() if name not in own
    }
    assert second["X-Request-ID"] != first["X-Request-ID"]
    assert "script-src 'self'" in second["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("cookies", "accepted", "mark"),
    [
        ({}, "en", 'lang="en"'),
        ({"django_language": "en"}, "zh-CN", 'lang="en"'),
        ({"tongban_size": "elder"}, "zh-CN", "elder"),
    ],
)
def test_language_and_size_have_pages_of_their_own(
    visitor: Client, cookies: dict[str, str], accepted: str, mark: str
) -> None:
    plain = visitor.get(GUIDE, headers={"accept-language": "zh-CN"}).content

    visitor.cookies.load(cookies)
    other = visitor.get(GUIDE, headers={"accept-language": accepted}).content

    assert other != plain
    assert mark in other.decode()


def test_who_has_signed_in_neither_gets_nor_leaves_a_kept_page(visitor: Client, zhang_san: Client) -> None:
    own = zhang_san.get(GUIDE)
    before = visitor.get(GUIDE).content.decode()
    again = zhang_san.get(GUIDE).content.decode()

    assert "张三" in own.content.decode()
    assert "张三" not in before
    assert "张三" in again
    assert own["Cache-Control"] == "private, no-store"


def test_a_page_with_a_csrf_token_is_not_kept() -> None:
    answers = _answers(lambda request: HttpResponse(get_token(request)))

    assert answers[0] != answers[1]


def test_a_page_that_sets_a_cookie_is_not_kept() -> None:
    def count(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(str(len(counted)))
        counted.append(request)
        response.set_cookie("own", "one")
        return response

    counted: list[HttpRequest] = []
    assert _answers(count) == [b"0", b"1"]


def test_a_waiting_message_is_shown_to_its_reader_alone() -> None:
    def greet(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.COOKIES.get("messages", "nothing"))

    assert _answers(greet, cookies=["messages=for-one", ""]) == [b"for-one", b"nothing"]


def test_a_view_that_does_not_say_so_is_asked_each_time(visitor: Client) -> None:
    visitor.get("/search/", {"q": "居住证"})

    assert STORE.get(("http", "/search/?q=%E5%B1%85%E4%BD%8F%E8%AF%81", "zh-hans", None), 0.0) is None


def _answers(view: Callable[[HttpRequest], HttpResponse], cookies: Sequence[str] = ("", "")) -> list[bytes]:
    """What the view's page is the first and the second time, behind CSRF as in the settings."""
    marked = same_for_visitors(view)

    def route(request: HttpRequest) -> HttpResponse:
        request.resolver_match = ResolverMatch(marked, (), {})
        return marked(request)

    def behind_csrf(request: HttpRequest) -> HttpResponseBase:
        response = CsrfViewMiddleware(route)(request)
        assert isinstance(response, HttpResponse)
        return response

    STORE.clear()
    answers = []
    for one in cookies:
        response = VisitorPagesMiddleware(behind_csrf)(RequestFactory(headers={"cookie": one}).get("/kept/"))
        assert isinstance(response, HttpResponse)
        answers.append(response.content)
    return answers
