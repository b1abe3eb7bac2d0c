"""授权用证 over the API: data, or one of three refusals."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from domains.cases.city import FOOD, FOOD_OFFICE, RECEIVED_AT
from sites.openapi.conftest import System
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as people
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import selectors, services
from tongban.domains.licences.types import IssueRequest, Licence, LicenceType
from tongban.kernel.actors import PLATFORM, Actor, ActorKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(firm: UUID) -> LicenceType:
    return min(selectors.licence_types().values(), key=lambda one: one.code)


@pytest.fixture
def licence(firm: UUID, kind: LicenceType) -> Licence:
    fields = dict.fromkeys(kind.fields, "示例")
    return services.issue(
        IssueRequest(kind.code, firm, "示例小馆", FOOD_OFFICE, None, RECEIVED_AT.date(), 5, fields),
        actor=PLATFORM,
        at=RECEIVED_AT,
    )


@pytest.fixture
def named(kind: LicenceType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The food office's item names the licence type in its material list."""
    first, *others = FOOD.substance.materials
    materials = (replace(first, licence_type=kind.code), *others)
    guide = replace(FOOD, substance=replace(FOOD.substance, materials=materials))
    monkeypatch.setattr(catalogue, "get_guide_by_versions", lambda _one, _other: guide)


def use(system: System, firm: UUID, kind: LicenceType, **changes: Any) -> Any:
    body = {
        "holder_number": identity.get_number(firm),
        "licence_type": kind.code,
        "purpose": "食品经营许可审查",
        **changes,
    }
    return system.post("/licence-uses", body)


def test_for_its_case_an_office_gets_the_fields_it_asks_for_and_leaves_a_use(
    food: System, firm: UUID, kind: LicenceType, licence: Licence, named: None, number: str
) -> None:
    response = use(food, firm, kind, case=number, fields=[kind.fields[0]])

    assert response.status_code == 200
    body = response.json()
    assert (body["number"], body["fields"]) == (licence.number, {kind.fields[0]: "示例"})
    [found] = selectors.list_uses_of(licence.number)
    assert (found.department, found.case_number, found.purpose) == (FOOD_OFFICE, number, "食品经营许可审查")


def test_the_three_refusals_are_three_answers(
    food: System, fire: System, firm: UUID, kind: LicenceType, named: None, number: str
) -> None:
    nothing_held = use(food, firm, kind, case=number)
    another_office = use(fire, firm, kind, case=number)
    nobody = use(food, firm, kind, case=number, holder_number="11010519491231002X")

    assert (nothing_held.status_code, nothing_held.json()["code"]) == (404, "LICENCE_NOT_FOUND")
    assert (another_office.status_code, another_office.json()["code"]) == (403, "LICENCE_USE_NOT_ALLOWED")
    assert (nobody.status_code, nobody.json()["code"]) == (403, "LICENCE_USE_NOT_ALLOWED")


def test_beyond_its_list_it_needs_consent_which_the_holder_gives_and_takes_back(
    food: System, fire: System, firm: UUID, kind: LicenceType, licence: Licence, number: str
) -> None:
    person = people.register_person(name="张三", number="310115188605121017", actor=PLATFORM, at=RECEIVED_AT)
    people.grant_mandate(
        kind=MandateKind.LEGAL_REPRESENTATIVE,
        principal=firm,
        agent=person.id,
        basis="营业执照",
        actor=PLATFORM,
        at=RECEIVED_AT,
    )
    owner = Actor(ActorKind.CITIZEN, None, "张三", subject_id=person.id, acting_for=firm)
    missing = use(food, firm, kind, case=number)
    asked = food.post(
        "/licence-consents",
        {
            "holder_number": identity.get_number(firm),
            "purpose": "食品经营许可审查",
            "scope": {kind.code: [kind.fields[0]]},
            "once": False,
            "until": "2026-04-01",
        },
    )
    consent = UUID(asked.json()["id"])
    services.give_consent(consent, actor=owner, at=RECEIVED_AT)
    given = use(food, firm, kind, case=number)
    status = food.get(f"/licence-consents/{consent}")
    elsewhere = fire.get(f"/licence-consents/{consent}")
    services.withdraw_consent(consent, actor=owner, at=RECEIVED_AT)
    withdrawn = use(food, firm, kind, case=number)

    assert (missing.status_code, missing.json()["code"]) == (403, "LICENCE_CONSENT_MISSING")
    assert asked.status_code == 200
    assert (given.status_code, given.json()["fields"]) == (200, {kind.fields[0]: "示例"})
    assert status.json()["status"] == "GIVEN"
    assert elsewhere.status_code == 404
    assert withdrawn.json()["code"] == "LICENCE_CONSENT_MISSING"


def test_without_a_purpose_the_request_is_refused(food: System, firm: UUID, kind: LicenceType) -> None:
    assert use(food, firm, kind, purpose="").status_code == 422


def check(system: System, content: bytes) -> Any:
    return system.http.post(
        "/api/v1/licence-files/check", content, "application/octet-stream", headers=system._headers()
    )


def test_a_system_learns_what_a_file_is(food: System, licence: Licence) -> None:
    made = services.sign_file(licence.number, actor=PLATFORM, at=RECEIVED_AT)

    answer = check(food, made.pdf)

    assert answer.status_code == 200
    said = answer.json()
    assert (said["signer"], said["is_stamped"]) == (FOOD_OFFICE, True)
    assert said["licence"]["number"] == licence.number
    assert check(food, made.signed_data).json()["algorithm"] == "SM2"


def test_a_file_not_to_be_relied_on_is_a_problem_with_its_reason(food: System, licence: Licence) -> None:
    pdf = services.sign_file(licence.number, actor=PLATFORM, at=RECEIVED_AT).pdf

    assert check(food, pdf[:-50] + b"\x00" + pdf[-49:]).json()["code"] == "LICENCE_FILE_ALTERED"
    assert check(food, pdf + b" ").json()["code"] == "LICENCE_FILE_APPENDED"
    assert check(food, b"").json()["code"] == "LICENCE_FILE_NOT_A_FILE"
    assert check(food, b"%PDF-" + b"x" * 21_000_000).json()["code"] == "LICENCE_FILE_TOO_LARGE"
