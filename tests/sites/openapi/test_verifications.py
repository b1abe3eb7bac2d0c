"""The verifier's API and the documents that credentials point to."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from domains.licences.showing import phone_proof
from foundation.credentials.keys import Key
from sites.city import NOW, City
from sites.systems import credentials
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import models, rules, selectors, services
from tongban.domains.licences.services import status_lists
from tongban.domains.licences.types import NewVerifier, Purpose, VerifierKind
from tongban.foundation import clock
from tongban.foundation.credentials import jose, sd_jwt, status_list
from tongban.kernel.actors import PLATFORM
from tongban.sites.openapi import clients

pytestmark = pytest.mark.django_db
NONCE = "402817"


@pytest.fixture
def hotel(city: City) -> NewVerifier:
    status_lists.forget_kept()
    return services.register_verifier(
        name="示例江畔酒店", kind=VerifierKind.HOTEL, address="示例路9号", phone="", actor=PLATFORM, at=NOW
    )


def card_of(city: City) -> str:
    found = selectors.list_for_holders([city.subjects["zhangsan"]])
    return next(one.number for one in found if one.licence_type == "SFZ")


def zhang_san(city: City) -> Any:
    return identity.actor_for(city.accounts["zhangsan"], city.subjects["zhangsan"], at=NOW)


def a_code(city: City, audience: Any, purpose: Purpose = Purpose.AGE_18) -> str:
    return services.show(
        number=card_of(city), purpose=purpose, audience=audience, actor=zhang_san(city), at=NOW
    ).code


def a_presentation(city: City, hotel: NewVerifier, at: Any = NOW) -> str:
    phone = Key("phone")
    number, actor = card_of(city), zhang_san(city)
    given = services.issue_credential(
        number=number, proof=phone_proof(number, phone, actor, NOW), actor=actor, at=NOW
    )
    audience = selectors.audience_uri(selectors.as_audience(hotel.verifier))
    return sd_jwt.present(
        given, [rules.AGE_18], signer=phone, audience=audience, nonce=NONCE, at=at.timestamp()
    )


def ask(made: NewVerifier, body: dict[str, Any], secret: str = "") -> Any:
    token = f"{made.verifier.code}.{secret or made.secret}"
    return Client().post(
        "/api/v1/verifications", body, "application/json", headers={"Authorization": f"Bearer {token}"}
    )


def test_a_code_is_checked_once(city: City, hotel: NewVerifier) -> None:
    code = a_code(city, selectors.as_audience(hotel.verifier))

    first, second = ask(hotel, {"code": code}), ask(hotel, {"code": code})

    told = first.json()
    assert (first.status_code, told["is_good"], told["status"]) == (200, True, "VALID")
    assert told["fields"] == [{"name": "age_over_18", "caption": "是否年满18周岁", "value": "是"}]
    assert (second.status_code, second.json()["code"]) == (409, "CODE_USED")


def test_a_phones_showing_is_checked_with_the_status_of_now(city: City, hotel: NewVerifier) -> None:
    body = {"presentation": a_presentation(city, hotel), "nonce": NONCE}

    assert ask(hotel, body).json()["is_good"] is True
    assert ask(hotel, body).json()["code"] == "CODE_USED"

    other = {"presentation": a_presentation(city, hotel), "nonce": "000000"}
    refused = ask(hotel, other)
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (
        422,
        "CREDENTIAL_REFUSED",
        "NONCE",
    )


def test_a_wrong_secret_or_none_is_refused(city: City, hotel: NewVerifier) -> None:
    code = a_code(city, selectors.as_audience(hotel.verifier))

    assert ask(hotel, {"code": code}, secret="0" * 24).status_code == 401
    assert Client().post("/api/v1/verifications", {"code": code}, "application/json").status_code == 401
    assert models.Showing.objects.filter(used_at__isnull=False).count() == 0


def test_a_code_of_another_place_is_refused(city: City, hotel: NewVerifier) -> None:
    code = a_code(city, selectors.get_audience("GA"), Purpose.SERVICE)

    answer = ask(hotel, {"code": code})

    assert (answer.status_code, answer.json()["code"]) == (422, "OTHER_AUDIENCE")


def test_a_department_system_checks_what_was_shown_to_its_department(city: City, hotel: NewVerifier) -> None:
    made = credentials("SCJG-310115", NOW)
    token = clients.issue_token(str(made.client_id), made.secret, address="192.0.2.1")
    code = a_code(city, selectors.get_audience("SCJG-310115"), Purpose.SERVICE)

    answer = Client().post(
        "/api/v1/verifications",
        {"code": code},
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 200, answer.content
    assert "resident_id" in {one["name"] for one in answer.json()["fields"]}


@pytest.mark.parametrize(
    "body", [{}, {"code": "12345678", "nonce": NONCE}, {"presentation": "a~"}, {"code": "1"}]
)
def test_a_body_without_one_of_the_two_is_refused(
    city: City, hotel: NewVerifier, body: dict[str, Any]
) -> None:
    assert ask(hotel, body).status_code == 422


def test_all_that_it_takes_to_check_offline_is_public(city: City, hotel: NewVerifier) -> None:
    presentation = a_presentation(city, hotel)

    data = Client().get("/api/v1/verification-data").json()

    keys = {(one["issuer"], key["kid"]): jose.key_of(key) for one in data["issuers"] for key in one["keys"]}
    lists = [status_list.read(token, keys=lambda iss, kid: keys[iss, kid]) for token in data["lists"]]
    shown = sd_jwt.verify(
        presentation,
        keys=lambda iss, kid: keys[iss, kid],
        audience=selectors.audience_uri(selectors.as_audience(hotel.verifier)),
        nonce=NONCE,
        at=NOW.timestamp(),
    )
    (listed,) = [one for one in lists if one.uri == shown.status_uri]
    assert status_list.check(shown, listed, at=NOW.timestamp()) == 0
    assert {one["vct"] for one in data["types"]} >= {shown.vct}
    assert "张三" not in str(data)


def test_the_addresses_in_a_credential_answer(city: City, hotel: NewVerifier) -> None:
    token = a_presentation(city, hotel).split("~")[0]
    header, payload = (jose.read_json(part) for part in token.split(".")[:2])

    def path(uri: str) -> str:
        assert uri.startswith(settings.PUBLIC_URL)
        return uri.removeprefix(settings.PUBLIC_URL)

    visitor = Client()
    issuer = visitor.get(f"/.well-known/jwt-vc-issuer{path(payload['iss'])}")
    listed = visitor.get(path(payload["status"]["status_list"]["uri"]))
    kind = visitor.get(path(payload["vct"]))

    assert issuer.json()["issuer"] == payload["iss"]
    assert header["kid"] in {key["kid"] for key in issuer.json()["jwks"]["keys"]}
    assert listed.headers["Content-Type"] == "application/statuslist+jwt"
    assert listed.headers["Cache-Control"] == "public, max-age=45"
    assert kind.json()["name"] == "居民身份证"
    assert all(one.headers["Access-Control-Allow-Origin"] == "*" for one in (issuer, listed, kind))
    with clock.standing_at(NOW + timedelta(seconds=11)):
        again = visitor.get(path(payload["status"]["status_list"]["uri"]))
    assert again.content != listed.content


@pytest.mark.parametrize(
    "address",
    [
        "/.well-known/jwt-vc-issuer/issuers/NOBODY",
        "/status-lists/01a20da3-3a57-7996-8c54-f4cf3b7baf72",
        "/credential-types/NONE",
    ],
)
def test_what_does_not_exist_answers_as_a_problem(city: City, address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_places_that_take_electronic_licences_are_public(city: City, hotel: NewVerifier) -> None:
    (found,) = Client().get("/api/v1/verifiers?q=江畔").json()["items"]

    assert found == {
        "code": hotel.verifier.code,
        "name": "示例江畔酒店",
        "kind": "HOTEL",
        "address": "示例路9号",
    }
