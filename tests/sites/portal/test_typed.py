"""What was typed is never lost: neither to a session that has ended nor to a token that is too old."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from sites.city import NOW, PASSWORD, City
from sites.portal import walk
from sites.portal.test_following import FIELD, ask_for_supplement, case_of, grant, officer, slot_of
from tongban.domains.cases import selectors as cases
from tongban.domains.eforms import selectors as drafts
from tongban.domains.evaluation import selectors as ratings
from tongban.foundation.outbox import testing as outbox
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


@pytest.fixture
def asked(zhang_san: Client, city: City) -> tuple[str, str, dict[str, str]]:
    """The application and the case that was asked for a field and a file, and an answer that names the field."""
    number = walk.hand_in(zhang_san, walk.complete(zhang_san))
    case = case_of(city, number)
    ask_for_supplement(city, case, FIELD, slot_of(city, case))
    answer = {
        f"{case.number}.{FIELD}": "没来得及保存的面馆",
        "revision": str(case_of(city, number).revision),
    }
    return number, case.number, answer


def answered(city: City, case_number: str) -> object:
    return cases.get_dossier(case_number, actor=officer("SCJG-310115", city), at=NOW).answers[FIELD].value


def test_a_supplement_sent_after_the_session_has_ended_comes_back_with_its_words(
    zhang_san: Client, city: City, asked: tuple[str, str, dict[str, str]]
) -> None:
    number, case_number, answer = asked
    zhang_san.logout()

    sent = zhang_san.post(f"/cases/{case_number}/supplement/", answer)
    page = sign_in_again(zhang_san, sent["Location"])

    assert sent["Location"] == f"/login/?next=/cases/{case_number}/supplement/"
    assert page.redirect_chain[-1][0] == f"/applications/{number}/"
    assert "刚才填的都还在，但还没有交上。请重新选择要上传的文件" in page.content.decode()
    assert SHOWN in page.content.decode()
    assert answered(city, case_number) == "示例面馆"
    assert SHOWN not in zhang_san.get(f"/applications/{number}/").content.decode()


def test_a_supplement_with_a_stale_token_shows_its_words_again_and_sends_nothing(
    zhang_san: Client, city: City, asked: tuple[str, str, dict[str, str]]
) -> None:
    _number, case_number, answer = asked
    careful = Client(enforce_csrf_checks=True)
    careful.cookies.update(zhang_san.cookies)
    careful.cookies["csrftoken"] = "b" * 32

    response = careful.post(f"/cases/{case_number}/supplement/", {**answer, "csrfmiddlewaretoken": "a" * 32})

    assert response.status_code == 403
    assert SHOWN in response.content.decode()
    assert answered(city, case_number) == "示例面馆"


REASON = "换了地方，下个月再办"


@pytest.fixture
def handed_in(zhang_san: Client) -> str:
    return walk.hand_in(zhang_san, walk.complete(zhang_san))


def with_stale_token(browser: Client) -> tuple[Client, dict[str, str]]:
    """The same session behind a token check, and the token of another page."""
    careful = Client(enforce_csrf_checks=True)
    careful.cookies.update(browser.cookies)
    careful.cookies["csrftoken"] = "b" * 32
    return careful, {"csrfmiddlewaretoken": "a" * 32}


def test_the_reason_of_a_withdrawal_outlives_the_session(
    zhang_san: Client, city: City, handed_in: str
) -> None:
    address = f"/cases/{case_of(city, handed_in).number}/withdraw/"
    posted = {"revision": str(case_of(city, handed_in).revision), "reason": REASON}
    zhang_san.logout()

    sent = zhang_san.post(address, posted)
    kept = str(dict(zhang_san.session.items()))
    page = unescape(sign_in_again(zhang_san, sent["Location"]).content.decode())

    assert sent["Location"] == f"/login/?next={address}"
    assert REASON not in kept
    assert f">{REASON}</textarea>" in page
    assert "申请还没有撤回" in page
    assert case_of(city, handed_in).status == "RECEIVED"
    assert REASON not in zhang_san.get(address).content.decode()
    zhang_san.post(address, posted)
    assert case_of(city, handed_in).status == "WITHDRAWN"


def test_a_withdrawal_with_a_stale_token_withdraws_nothing_and_keeps_its_reason(
    zhang_san: Client, city: City, handed_in: str
) -> None:
    careful, token = with_stale_token(zhang_san)
    address = f"/cases/{case_of(city, handed_in).number}/withdraw/"

    response = careful.post(address, {"reason": REASON, **token})

    assert response.status_code == 403
    assert f">{REASON}</textarea>" in unescape(response.content.decode())
    assert case_of(city, handed_in).status == "RECEIVED"


@pytest.fixture
def to_rate(zhang_san: Client, city: City, handed_in: str) -> str:
    """The number of a case that was granted and may be rated."""
    case = case_of(city, handed_in)
    grant(city, case)
    outbox.drain()
    return case.number


RATED = {"nth": "1", "level": "5", "words": "等得太久，没有人说为什么"}


def levels_of(case_number: str) -> list[int]:
    return [right.rating.level for right in ratings.rights_of_cases([case_number]) if right.rating]


def test_the_words_of_a_rating_outlive_the_session(zhang_san: Client, handed_in: str, to_rate: str) -> None:
    address = f"/cases/{to_rate}/rate/"
    zhang_san.logout()

    sent = zhang_san.post(address, RATED)
    kept = str(dict(zhang_san.session.items()))
    back = sign_in_again(zhang_san, sent["Location"])

    page = unescape(back.content.decode())
    assert RATED["words"] not in kept
    assert back.redirect_chain[-1][0] == f"/applications/{handed_in}/"
    assert f">{RATED['words']}</textarea>" in page
    assert 'name="level" value="5" checked' in page
    assert "还没有提交" in page
    assert levels_of(to_rate) == []
    assert RATED["words"] not in zhang_san.get(f"/applications/{handed_in}/").content.decode()
    zhang_san.post(address, RATED)
    assert levels_of(to_rate) == [5]


def test_a_rating_that_will_not_do_or_comes_with_a_stale_token_keeps_what_was_typed(
    zhang_san: Client, to_rate: str
) -> None:
    careful, token = with_stale_token(zhang_san)
    address = f"/cases/{to_rate}/rate/"

    stale = careful.post(address, {**RATED, **token})
    faulty = zhang_san.post(address, {**RATED, "level": "9"})

    assert (stale.status_code, faulty.status_code) == (403, 422)
    assert all(f">{RATED['words']}</textarea>" in unescape(one.content.decode()) for one in (stale, faulty))
    assert levels_of(to_rate) == []


def test_what_was_kept_of_one_form_of_a_case_does_not_fill_another(
    zhang_san: Client, city: City, handed_in: str
) -> None:
    number = case_of(city, handed_in).number
    zhang_san.logout()

    sent = zhang_san.post(f"/cases/{number}/withdraw/", {"reason": REASON})
    sign_in_again(zhang_san, f"next=/applications/{handed_in}/")

    assert REASON not in zhang_san.get(f"/applications/{handed_in}/").content.decode()
    assert REASON in zhang_san.get(sent["Location"].split("next=")[1]).content.decode()


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("uploads/", "materials/"),
        ("discard/", "/my/drafts/"),
        ("/my/acting-for/", "/my/"),
        (f"/events/OPEN_RESTAURANT/apply/?{walk.QUERY}", f"/events/OPEN_RESTAURANT/plan/?{walk.QUERY}"),
    ],
)
def test_whoever_must_sign_in_on_the_way_comes_back_to_the_page_with_the_form(
    zhang_san: Client, form: str, page: str
) -> None:
    draft = walk.begin(zhang_san)
    form, page = (one if one.startswith("/") else draft + one for one in (form, page))
    zhang_san.logout()

    sent = zhang_san.post(
        form, {"slot": "MT-X:Y"}, headers={"Referer": f"http://testserver{page}", "Host": "testserver"}
    )
    back = sign_in_again(zhang_san, f"next={parse_qs(urlsplit(sent['Location']).query)['next'][0]}")

    assert back.status_code == 200
    assert (back.redirect_chain[-1][0] if "plan" not in page else page) == page


def test_the_address_of_a_form_opened_like_a_page_says_so(zhang_san: Client) -> None:
    response = zhang_san.get("/my/acting-for/")

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "这个地址只用来提交表单" in response.content.decode()
