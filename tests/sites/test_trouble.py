import pytest
from django.db import OperationalError
from django.test import Client

from sites.portal import walk
from tongban.domains.lifeevents import selectors, services

POLICY_WORDS = ("default-src 'self'", "script-src 'self'", "frame-ancestors 'none'")


def test_a_database_that_is_gone_is_said_so_and_the_draft_stays(
    zhang_san: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = walk.complete(zhang_san)

    def gone(*_arguments: object, **_options: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(services, "submit", gone)
        response = zhang_san.post(f"{draft}check/", {"consent-TRUTH": "on", "consent-SHARING": "on"})

    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "已经保存的草稿都在" in response.content.decode()
    assert zhang_san.get(draft).status_code == 200
    assert walk.hand_in(zhang_san, draft).startswith("SQ")


def test_a_bug_shows_a_page_and_no_trace(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(selectors, "list_packages", broken)
    visitor.raise_request_exception = False

    response = visitor.get("/events/")

    assert response.status_code == 500
    assert "系统出错了" in response.content.decode()
    assert "secret" not in response.content.decode()


def test_a_forged_post_is_refused_with_a_way_back(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = zhang_san.cookies

    response = forger.post(f"{draft}check/", {"consent-TRUTH": "on", "consent-SHARING": "on"})

    assert response.status_code == 403
    assert "页面已经过期" in response.content.decode()


def test_every_answer_carries_a_strict_content_policy(visitor: Client) -> None:
    for address in ("/", "/nothing/", "/login/"):
        policy = visitor.get(address)["Content-Security-Policy"]
        assert all(words in policy for words in POLICY_WORDS), address
        assert "unsafe" not in policy


def test_no_page_holds_inline_code(visitor: Client, zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    for browser, address in (
        (visitor, "/"),
        (visitor, "/login/"),
        (zhang_san, draft),
        (zhang_san, f"{draft}materials/"),
    ):
        page = browser.get(address).content.decode()
        assert " style=" not in page, address
        assert "onclick=" not in page, address
        assert "<script>" not in page, address
