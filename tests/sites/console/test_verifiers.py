"""核验方: the data bureau's stewards keep the register, others look."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domains.cases.city import DEPARTMENTS, FIRE_OFFICE, FOOD_OFFICE, RECEIVED_AT
from domains.identity import cast
from sites.console.conftest import Desk
from tongban.domains.directory import services as directory
from tongban.domains.licences import models, selectors
from tongban.kernel.actors import PLATFORM, Role

pytestmark = pytest.mark.django_db
GIVEN = {"name": "示例市博物馆", "kind": "VENUE", "address": "示例广场1号", "phone": ""}
ADDRESS = "/console/data/verifiers/"


@pytest.fixture
def steward(seat: Callable[..., Desk], firm: Any) -> Desk:
    return seat("陆思齐", Role.DATA_STEWARD, office=FIRE_OFFICE)


@pytest.fixture
def bureau(seat: Callable[..., Desk], settings: Any, firm: Any) -> Desk:
    office = replace(DEPARTMENTS[FOOD_OFFICE], code="T-DSJ", name="示例市数据局", uscc=cast.uscc(900))
    directory.save_department(office, actor=PLATFORM, at=RECEIVED_AT)
    settings.DATA_BUREAU = office.code
    return seat("金守正", Role.DATA_STEWARD, office=office.code)


def test_the_bureau_registers_and_hands_the_secret_over_once(bureau: Desk) -> None:
    page = bureau.client.post(ADDRESS, GIVEN).content.decode()
    later = bureau.client.get(ADDRESS).content.decode()

    (made,) = selectors.find_verifiers("博物馆")
    secret = re.search(r"口令</dt><dd>([0-9a-f\s]+)</dd>", page)
    assert secret is not None
    assert selectors.authenticate_verifier(made.code, "".join(secret[1].split())) == made
    assert made.code in later
    assert secret[1] not in later


def test_what_is_missing_is_said(bureau: Desk) -> None:
    page = bureau.client.post(ADDRESS, {**GIVEN, "address": ""})

    assert page.status_code == 422
    assert "请填写持证人能找到的地址" in page.content.decode()
    assert models.Verifier.objects.count() == 0


def test_a_steward_of_a_department_looks_only(bureau: Desk, steward: Desk) -> None:
    bureau.client.post(ADDRESS, GIVEN)
    (made,) = selectors.find_verifiers()

    page = steward.client.get(ADDRESS).content.decode()
    refused = steward.client.post(ADDRESS, {**GIVEN, "name": "另一家"})
    closed = steward.client.post(f"{ADDRESS}{made.code}/", {"act": "close"})

    assert "示例市博物馆" in page
    assert "新的核验方" not in page
    assert (refused.status_code, closed.status_code) == (422, 404)
    assert [one.name for one in selectors.find_verifiers()] == ["示例市博物馆"]


def test_a_new_secret_and_the_end_of_a_registration(bureau: Desk) -> None:
    bureau.client.post(ADDRESS, GIVEN)
    (made,) = selectors.find_verifiers()

    assert "的口令" in bureau.client.post(f"{ADDRESS}{made.code}/", {"act": "renew"}).content.decode()
    assert bureau.client.post(f"{ADDRESS}{made.code}/", {"act": "close"}).status_code == 302

    assert selectors.find_verifiers() == []
