import re

import pytest
from django.core import mail
from django.test import Client

from sites.city import PASSWORD, City


def test_signing_in_goes_on_to_where_one_wanted_to_be(visitor: Client) -> None:
    response = visitor.post("/login/", {"login": "zhangsan", "password": PASSWORD, "next": "/my/licences/"})

    assert response["Location"] == "/my/licences/"


def test_signing_in_never_leads_out_of_the_house(visitor: Client) -> None:
    response = visitor.post(
        "/login/", {"login": "zhangsan", "password": PASSWORD, "next": "https://example.org/"}
    )

    assert response["Location"] == "/"


def test_a_wrong_password_is_422_and_leads_to_the_field(visitor: Client) -> None:
    response = visitor.post("/login/", {"login": "zhangsan", "password": "wrong"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "有地方需要改一下" in page
    assert "wrong" not in page


def test_registering_leads_to_proving_who_one_is(visitor: Client) -> None:
    posted = {
        "username": "newcomer",
        "email": "new@example.com",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    assert visitor.post("/signup/", posted).status_code == 302
    assert visitor.get("/my/")["Location"] == "/my/identify/"


def test_a_forgotten_password_is_set_anew_by_mail(visitor: Client) -> None:
    visitor.post("/password/reset/", {"email": "zhangsan@example.com"})

    link = re.search(r"http://[^/]+(/password/reset/key/\S+)", mail.outbox[0].body)
    assert link
    form = visitor.get(link[1], follow=True)
    changed = visitor.post(
        form.request["PATH_INFO"], {"password1": "另一个-Demo-2026", "password2": "另一个-Demo-2026"}
    )

    assert changed.status_code == 302
    assert visitor.post("/login/", {"login": "zhangsan", "password": "另一个-Demo-2026"}).status_code == 302


def test_asking_for_a_reset_does_not_tell_who_has_an_account(visitor: Client) -> None:
    known = visitor.post("/password/reset/", {"email": "zhangsan@example.com"})
    unknown = visitor.post("/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


@pytest.mark.parametrize(
    "address", ["/login/", "/signup/", "/password/reset/", "/password/reset/done/", "/inactive/"]
)
def test_pages_for_everybody_have_one_heading(visitor: Client, address: str) -> None:
    page = visitor.get(address)

    assert page.status_code == 200
    assert page.content.decode().count("<h1") == 1


@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/email/",
        "/logout/",
        "/password/change/",
        "/account/two-step/",
        "/account/two-step/totp/activate/",
        "/account/two-step/webauthn/",
        "/account/two-step/webauthn/add/",
        "/reauthenticate/",
    ],
)
def test_pages_of_the_account_open_once_the_password_was_given_again(visitor: Client, address: str) -> None:
    visitor.post("/login/", {"login": "zhangsan", "password": PASSWORD})
    visitor.post("/reauthenticate/", {"password": PASSWORD})

    page = visitor.get(address)

    assert page.status_code == 200, page.get("Location")
    assert page.content.decode().count("<h1") == 1


def test_a_second_factor_is_asked_for_once_it_is_switched_on(visitor: Client, city: City) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    visitor.post("/login/", {"login": "zhangsan", "password": PASSWORD})
    visitor.post("/reauthenticate/", {"password": PASSWORD})
    page = visitor.get("/account/two-step/totp/activate/").content.decode()
    secret = re.search(r'figures strong">([A-Z2-7\u2009]+)<', page)
    assert secret
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret[1].replace("\u2009", ""), counter))

    activated = visitor.post("/account/two-step/totp/activate/", {"code": code})
    codes = visitor.get("/account/two-step/recovery-codes/")
    visitor.post("/logout/")
    again = visitor.post("/login/", {"login": "zhangsan", "password": PASSWORD})

    assert activated.status_code == 302
    assert codes.status_code == 200
    assert again["Location"].startswith("/account/two-step/authenticate/")
    assert "两步验证" in visitor.get(again["Location"]).content.decode()
    assert visitor.get("/my/")["Location"].startswith("/login/")
