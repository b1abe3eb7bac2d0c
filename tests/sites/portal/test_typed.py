"""What was typed is never lost: neither to a session that has ended nor to a token that is too old."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from sites.city import PASSWORD, City
from sites.portal import walk
from tongban.domains.eforms import selectors as drafts
from tongban.sites.portal import typed

NAME = "PREMISES.premises.name"
NOTICE = "刚才填的都还在，但还没有保存"
SHOWN = 'value="没来得及保存的面馆"'


def posted(browser: Client, draft: str) -> dict[str, str]:
    return {NAME: "没来得及保存的面馆", "revision": walk.revision(browser, draft)}


def sign_in_again(
    browser: Client, address: str, username: str = "zhangsan"
) -> Any:  # Any: the client's response
    return browser.post(
        "/login/", {"login": username, "password": PASSWORD, "next": address.split("next=")[1]}, follow=True
    )


def saved(city: City) -> object:
    answer = drafts.list_drafts(city.subjects["zhangsan"])[0].answers.get(NAME)
    return answer and answer.value


@pytest.mark.parametrize(("address", "header"), [("", "Location"), ("autosave/", "HX-Redirect")])
def test_a_session_that_ended_while_filling_costs_nothing_typed(
    zhang_san: Client, city: City, address: str, header: str
) -> None:
    draft = walk.begin(zhang_san)
    values = posted(zhang_san, draft)
    zhang_san.logout()

    sent = zhang_san.post(
        f"{draft}{address}", values, headers={"HX-Request": "true"} if address else {"Accept": "text/html"}
    )
    page = sign_in_again(zhang_san, sent[header]).content.decode()

    assert sent[header] == f"/login/?next={draft}"
    assert NOTICE in page
    assert SHOWN in page
    assert f'name="revision" value="{values["revision"]}"' in page
    assert saved(city) is None
    assert NOTICE not in zhang_san.get(draft).content.decode()
    assert zhang_san.post(draft, values).status_code == 422
    assert saved(city) == "没来得及保存的面馆"


def test_what_was_typed_is_sealed_and_shown_to_nobody_else(zhang_san: Client, city: City) -> None:
    draft = walk.begin(zhang_san)
    values = posted(zhang_san, draft)
    zhang_san.logout()

    sent = zhang_san.post(draft, values)
    kept = str(dict(zhang_san.session.items()))
    stranger = sign_in_again(zhang_san, sent["Location"], "lisi")

    assert "面馆" not in kept
    assert stranger.status_code == 404
    assert "面馆" not in stranger.content.decode()


def test_after_half_an_hour_only_what_was_saved_is_there(
    zhang_san: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = walk.begin(zhang_san)
    values = posted(zhang_san, draft)
    zhang_san.logout()
    monkeypatch.setattr(typed, "KEPT_FOR", timedelta(seconds=-1))

    page = sign_in_again(zhang_san, zhang_san.post(draft, values)["Location"])

    assert page.status_code == 200
    assert NOTICE not in page.content.decode()


def test_more_than_a_form_holds_is_not_kept(visitor: Client) -> None:
    draft = "/drafts/00000000-0000-0000-0000-000000000000/"

    visitor.post(draft, {NAME: "长" * typed.MAX_CHARACTERS})

    assert typed.KEY not in visitor.session


def test_a_stale_token_shows_the_form_again_and_saves_nothing(zhang_san: Client, city: City) -> None:
    draft = walk.begin(zhang_san)
    careful = Client(enforce_csrf_checks=True)
    careful.cookies.update(zhang_san.cookies)
    careful.cookies["csrftoken"] = "b" * 32

    response = careful.post(draft, {**posted(zhang_san, draft), "csrfmiddlewaretoken": "a" * 32})

    page = response.content.decode()
    assert response.status_code == 403
    assert NOTICE in page
    assert SHOWN in page
    assert saved(city) is None


def test_a_form_of_another_site_never_shows_ours(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    careful = Client(enforce_csrf_checks=True)
    careful.cookies.update(zhang_san.cookies)

    response = careful.post(draft, posted(zhang_san, draft), headers={"Origin": "https://example.org"})

    assert response.status_code == 403
    assert "面馆" not in response.content.decode()
    assert "页面已经过期" in response.content.decode()


def test_a_stale_token_after_the_session_has_ended_leads_through_the_log_in(zhang_san: Client) -> None:
    draft = walk.begin(zhang_san)
    values = posted(zhang_san, draft)
    careful = Client(enforce_csrf_checks=True)

    sent = careful.post(draft, values)

    assert sent["Location"] == f"/login/?next={draft}"
    assert careful.session[typed.KEY]["until"] > datetime.now(UTC).isoformat()
