"""亮证 and the verifier's kit as pages: what the holder sees before she shows, and what the other side learns."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from sites.city import NOW, City
from sites.conftest import sign_in
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import models, selectors, services
from tongban.domains.licences.types import LicenceStatus, NewVerifier, VerifierKind
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db


def registered(name: str = "示例江畔酒店", kind: VerifierKind = VerifierKind.HOTEL) -> NewVerifier:
    return services.register_verifier(
        name=name, kind=kind, address="示例路9号", phone="", actor=PLATFORM, at=NOW
    )


def desk(made: NewVerifier) -> Client:
    """The browser of a phone at the verifier's desk."""
    browser = Client()
    answer = browser.post("/verify/device/", {"verifier": made.verifier.code, "secret": made.secret})
    assert answer.headers["Location"] == "/verify/"
    return browser


def card_of(city: City, key: str = "zhangsan", kind: str = "SFZ") -> str:
    return next(
        one.number for one in selectors.list_for_holders([city.subjects[key]]) if one.licence_type == kind
    )


def shown(holder: Client, number: str, made: NewVerifier, purpose: str = "AGE_18") -> str:
    page = holder.post(f"/my/licences/{number}/present/", {"to": made.verifier.code, "for": purpose})
    assert page.status_code == 200, page.content.decode()
    found = re.search(r"data-digits>([\d\s]+)<", page.content.decode())
    assert found is not None
    return "".join(found.group(1).split())


@pytest.fixture
def holder(city: City) -> Client:
    return sign_in(city, "zhangsan")


def test_the_holder_sees_what_will_be_shown_before_she_shows_it(city: City, holder: Client) -> None:
    made = registered()
    number = card_of(city)

    page = holder.get(f"/my/licences/{number}/present/?to={made.verifier.code}").content.decode()

    assert "亮证给示例江畔酒店" in page
    assert "对方看到：证照名称、颁发机关、是否有效、是否年满18周岁" in page
    assert "公民身份号码" in page  # of the purpose 入住登记
    assert models.Showing.objects.count() == 0


def test_a_code_is_checked_once_and_tells_the_age_alone(city: City, holder: Client) -> None:
    made = registered()
    code = shown(holder, card_of(city), made)
    hotel = desk(made)

    page = hotel.post("/verify/", {"code": code})
    again = hotel.post("/verify/", {"code": code})

    text = page.content.decode()
    assert page.status_code == 200
    assert "证照有效" in text
    assert "是否年满18周岁</dt><dd>是</dd>" in text
    assert "与纸质证照具有同等法律效力" in text
    person = identity.get_subject(city.subjects["zhangsan"])
    assert person.name not in text.replace("示例", "")
    assert identity.get_number(person.id) not in text
    assert again.status_code == 422
    assert "这个码已经用过一次" in again.content.decode()


def test_an_old_code_and_one_of_another_place_are_refused_in_words(city: City, holder: Client) -> None:
    hotel, bank = registered(), registered("示例银行", VerifierKind.BANK)
    code = shown(holder, card_of(city), hotel)

    elsewhere = desk(bank).post("/verify/", {"code": code})
    with clock.standing_at(NOW + timedelta(seconds=61)):
        late = desk(hotel).post("/verify/", {"code": code})

    assert (elsewhere.status_code, late.status_code) == (422, 422)
    assert "这个码不是亮给您的" in elsewhere.content.decode()
    assert "示例江畔酒店" not in elsewhere.content.decode()
    assert "这个码已经失效" in late.content.decode()
    assert models.Showing.objects.filter(used_at__isnull=False).count() == 0


def test_the_page_of_the_qr_code_asks_before_it_uses_the_code(city: City, holder: Client) -> None:
    made = registered()
    code = shown(holder, card_of(city), made)

    page = desk(made).get(f"/verify/?code={code}")

    assert f'value="{code}"' in page.content.decode()
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    assert models.Showing.objects.filter(used_at__isnull=False).count() == 0


def test_anybodys_phone_is_asked_whose_it_is_and_keeps_the_code(city: City, visitor: Client) -> None:
    made = registered()

    led = visitor.get("/verify/?code=12345678")
    wrong = visitor.post(
        "/verify/device/", {"verifier": made.verifier.code, "secret": "x", "code": "12345678"}
    )
    right = visitor.post(
        "/verify/device/", {"verifier": made.verifier.code.lower(), "secret": made.secret, "code": "12345678"}
    )

    assert led.headers["Location"] == "/verify/device/?code=12345678"
    assert wrong.status_code == 422
    assert made.verifier.code in wrong.content.decode()  # what was typed is kept
    assert right.headers["Location"] == "/verify/?code=12345678"


def test_a_phone_set_up_with_an_old_secret_is_nobodys(city: City) -> None:
    made = registered()
    browser = desk(made)
    services.renew_secret(made.verifier.code, actor=PLATFORM, at=NOW)

    assert browser.get("/verify/").headers["Location"] == "/verify/device/"


def test_an_empty_code_is_asked_for_again(city: City) -> None:
    page = desk(registered()).post("/verify/", {"code": " "})

    assert page.status_code == 422
    assert "请输入对方屏幕上的 8 位数字" in page.content.decode()


def test_without_a_purpose_nothing_is_shown(city: City, holder: Client) -> None:
    made = registered()

    page = holder.post(f"/my/licences/{card_of(city)}/present/", {"to": made.verifier.code, "for": "ALL"})

    assert page.status_code == 422
    assert "请选择亮证的目的" in page.content.decode()
    assert models.Showing.objects.count() == 0


def test_a_licence_that_does_not_hold_says_so_instead(city: City, holder: Client) -> None:
    number = card_of(city)
    models.Licence.objects.filter(number=number).update(status=LicenceStatus.SUSPENDED)

    page = holder.get(f"/my/licences/{number}/present/")

    assert page.status_code == 409
    assert "不能亮证" in page.content.decode()


def test_the_firms_licence_is_shown_whosever_name_she_acts_in(city: City, holder: Client) -> None:
    made = registered()
    number = card_of(city, "xiaoguan", "YYZZ")

    code = shown(holder, number, made, "VALIDITY")

    assert "营业执照" in desk(made).post("/verify/", {"code": code}).content.decode()


def test_departments_are_found_by_name_too(city: City, holder: Client) -> None:
    page = holder.get(f"/my/licences/{card_of(city)}/present/?q=公安").content.decode()

    assert "部门及其窗口" in page
    assert "?to=GA" in page


def test_a_place_nobody_registered_is_said_not_to_be_found(city: City, holder: Client) -> None:
    page = holder.get(f"/my/licences/{card_of(city)}/present/?to=V999999")

    assert page.status_code == 422
    assert "没有找到这家核验方" in page.content.decode()


def test_a_representative_registers_her_firm_and_sees_the_secret_once(city: City, zhang_san: Client) -> None:
    given = {"name": "示例小馆前台", "kind": "SHOP", "address": "示例路88号", "phone": ""}

    page = zhang_san.post("/my/verifiers/", given).content.decode()
    later = zhang_san.get("/my/verifiers/").content.decode()

    verifier = selectors.list_verifiers_of(city.subjects["xiaoguan"])[0]
    secret = re.search(r"口令</dt><dd>([0-9a-f\s]+)</dd>", page)
    assert secret is not None
    assert selectors.authenticate_verifier(verifier.code, "".join(secret.group(1).split())) == verifier
    assert secret.group(1) not in later
    assert "示例小馆前台" in Client().get("/verifiers/?q=小馆").content.decode()


def test_a_person_is_told_to_act_for_a_firm_first(city: City, holder: Client) -> None:
    before = models.Verifier.objects.count()

    page = holder.post("/my/verifiers/", {"name": "我", "kind": "SHOP", "address": "路", "phone": ""})

    assert page.status_code == 422
    assert models.Verifier.objects.count() == before


def test_what_is_missing_in_a_registration_is_said_and_the_rest_kept(city: City, zhang_san: Client) -> None:
    page = zhang_san.post("/my/verifiers/", {"name": "示例小馆前台", "kind": "", "address": "", "phone": ""})

    assert page.status_code == 422
    assert "示例小馆前台" in page.content.decode()
    assert "请填写持证人能找到的地址" in page.content.decode()
    assert models.Verifier.objects.count() == 0


def test_a_registration_is_renewed_and_closed_by_its_firm_alone(
    city: City, zhang_san: Client, li_si: Client
) -> None:
    zhang_san.post("/my/verifiers/", {"name": "示例小馆前台", "kind": "SHOP", "address": "路", "phone": ""})
    code = selectors.list_verifiers_of(city.subjects["xiaoguan"])[0].code
    address = reverse("portal:change_verifier", args=[code])

    assert li_si.post(address, {"act": "close"}).status_code == 404
    assert "新的口令" in zhang_san.post(address, {"act": "renew"}).content.decode()
    assert zhang_san.post(address, {"act": "close"}).status_code == 302

    assert Client().get(f"/verifiers/{code}/").status_code == 404


def test_the_poster_leads_a_holder_straight_to_her_licences(
    city: City, holder: Client, visitor: Client
) -> None:
    made = registered()
    address = f"/verifiers/{made.verifier.code}/"

    assert f"/present/?to={made.verifier.code}" in holder.get(address).content.decode()
    assert f"/login/?next={address}" in visitor.get(address).content.decode()


def test_a_lost_phone_is_void_by_one_button(city: City, holder: Client) -> None:
    number = card_of(city)
    _put_in_a_phone(city, number)
    assert "这张证照现在存在 1 部手机里" in holder.get(f"/my/licences/{number}/present/").content.decode()

    answer = holder.post(f"/my/licences/{number}/phone/withdraw/")

    assert answer.status_code == 302
    assert selectors.count_credentials(number, at=NOW) == 0


def test_a_phone_without_proof_gets_nothing(city: City, holder: Client) -> None:
    answer = holder.post(f"/my/licences/{card_of(city)}/phone/", {"proof": "a.b.c"})

    assert answer.status_code == 422
    assert models.Credential.objects.count() == 0


def test_verifiers_cost_the_same_queries_whatever_their_number(
    city: City, holder: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        registered(f"示例酒店{number}")

    with django_assert_max_num_queries(2):
        Client().get("/verifiers/")
    with django_assert_max_num_queries(16):
        holder.get(f"/my/licences/{card_of(city)}/present/")


@pytest.mark.parametrize("door", ["show", "verify"])
def test_the_worker_keeps_its_own_page_only(city: City, visitor: Client, door: str) -> None:
    answer = visitor.get(f"/{door}/worker.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert f'const START = "/{door}/"' in answer.content.decode()


def _put_in_a_phone(city: City, number: str) -> None:
    from domains.licences.showing import phone_proof
    from foundation.credentials.keys import Key

    account: UUID = city.accounts["zhangsan"]
    actor = identity.actor_for(account, city.subjects["zhangsan"], at=NOW)
    proof = phone_proof(number, Key("phone"), actor, NOW)
    services.issue_credential(number=number, proof=proof, actor=actor, at=NOW)
