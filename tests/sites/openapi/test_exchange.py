"""A department's system asks another department through the exchange."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domains.cases.city import FOOD_OFFICE, RECEIVED_AT
from domains.identity import cast
from sites.openapi.conftest import System
from tongban.domains.exchange import services
from tongban.domains.exchange.models import ExchangeLog
from tongban.domains.exchange.services import evidence, registry
from tongban.domains.exchange.types import Grant
from tongban.domains.identity import selectors as identity
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM
from tongban.sites.openapi.models import IdempotentAnswer

PURPOSE = "食品经营许可"
FIELDS = ["name", "address"]


class Register:
    """The fire office's register, as our fake."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Mapping[str, object]] = {}
        self.is_down = False

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Mapping[str, object] | None:
        if self.is_down:
            raise services.ProviderDown("closed")
        return self.rows.get(subject_id)


@pytest.fixture
def register(number: str, firm: UUID, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.setattr(registry, "_providers", {})
    made = Register()
    services.register_provider("T-FIRM", made)
    row = {"code": "T-FIRM", "name": "主体信息", "provider": "XFJY-310115", "sharing": "2", "fields": FIELDS}
    services.load_resources([row], actor=PLATFORM, at=RECEIVED_AT)
    made.rows[firm] = {"name": "示例小馆", "address": "示例路10号"}
    return made


@pytest.fixture
def granted(register: Register) -> None:
    began = RECEIVED_AT - timedelta(days=1)
    grant = Grant("T-FIRM", FOOD_OFFICE, ("name",), PURPOSE, began, None)
    services.grant_access(grant, actor=PLATFORM, at=RECEIVED_AT)


def body_for(firm: UUID, number: str, **changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "resource": "T-FIRM",
        "subject_number": identity.get_number(firm),
        "fields": ["name"],
        "purpose": PURPOSE,
        "case": number,
    }
    return {**body, **changes}


def problem(answer: Any) -> tuple[int, str, str | None]:
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    told = answer.json()
    return answer.status_code, told["code"], told.get("refusal")


@pytest.mark.usefixtures("granted")
def test_a_granted_look_for_an_open_case_brings_the_value_and_its_evidence(
    food: System, firm: UUID, number: str
) -> None:
    answer = food.post("/exchange/look-ups", body_for(firm, number, fields=FIELDS))

    told = answer.json()
    assert (answer.status_code, told["values"]) == (200, {"name": "示例小馆"})
    assert "address" in told["message"]
    assert told["source"].endswith("·主体信息")
    log = ExchangeLog.objects.get()
    assert (str(log.pk), log.cause, log.purpose) == (told["exchange_id"], number, PURPOSE)
    assert (log.department, log.actor_kind) == (FOOD_OFFICE, "DEPARTMENT_SYSTEM")


@pytest.mark.usefixtures("granted")
def test_not_found_not_allowed_and_down_are_three_problems(
    food: System, firm: UUID, number: str, register: Register
) -> None:
    register.rows.clear()
    missing = food.post("/exchange/look-ups", body_for(firm, number))
    other_purpose = food.post("/exchange/look-ups", body_for(firm, number, purpose="统计"))
    register.is_down = True
    down = food.post("/exchange/look-ups", body_for(firm, number))

    assert problem(missing) == (404, "RECORD_NOT_FOUND", None)
    assert problem(other_purpose) == (403, "LOOK_UP_NOT_ALLOWED", "OTHER_PURPOSE")
    assert problem(down) == (502, "PROVIDER_DOWN", None)
    kept = {str(pk): outcome for pk, outcome in ExchangeLog.objects.values_list("pk", "outcome")}
    told = [kept[one.json()["exchange_id"]] for one in (missing, other_purpose, down)]
    assert told == ["NOT_FOUND", "NOT_ALLOWED", "UNAVAILABLE"]


@pytest.mark.usefixtures("granted")
def test_without_an_open_case_of_this_department_about_the_subject_nothing_is_looked_up(
    food: System, fire: System, firm: UUID, number: str
) -> None:
    stranger = cast.resident_number(77)
    unknown = food.post("/exchange/look-ups", body_for(firm, number, subject_number=stranger))
    elsewhere = fire.post("/exchange/look-ups", body_for(firm, number))
    reason = {"reason": "不属于本机关职权范围。", "where_to_go": "示例市水务局"}
    assert food.act(number, "refuse-acceptance", revision=1, **reason).status_code == 200
    closed = food.post("/exchange/look-ups", body_for(firm, number))

    answers = [unknown, elsewhere, closed]
    assert [problem(one) for one in answers] == [(403, "LOOK_UP_NOT_ALLOWED", "CAUSE_NOT_LIVE")] * 3
    assert len({one.json()["detail"] for one in answers}) == 1
    assert not ExchangeLog.objects.filter(outcome="FOUND").exists()
    assert Entry.objects.filter(action="LOOK_UP", detail__outcome="NOT_ALLOWED").count() == 3
    assert not Entry.objects.filter(detail__icontains=stranger).exists()


@pytest.mark.usefixtures("granted")
def test_a_key_stands_for_one_request_and_keeps_no_value(food: System, firm: UUID, number: str) -> None:
    key = uuid4().hex
    first = food.post("/exchange/look-ups", body_for(firm, number), key)
    again = food.post("/exchange/look-ups", body_for(firm, number), key)
    other = food.post("/exchange/look-ups", body_for(firm, number, purpose="统计"), key)

    assert [first.json()["values"], again.json()["values"]] == [{"name": "示例小馆"}] * 2
    assert first.json()["exchange_id"] != again.json()["exchange_id"]
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert ExchangeLog.objects.count() == 2
    assert "示例小馆" not in json.dumps(list(IdempotentAnswer.objects.values_list("answer", flat=True)))


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"resource": "NO-SUCH"}, 404),
        ({"fields": ["salary"]}, 422),
        ({"fields": []}, 422),
        ({"subject_number": "1"}, 422),
        ({"system": "OTHER"}, 422),
    ],
)
def test_what_is_wrong_with_a_request_is_said_and_leaves_nothing(
    food: System, firm: UUID, number: str, change: dict[str, object], status: int
) -> None:
    answer = food.post("/exchange/look-ups", body_for(firm, number, **change))

    assert (answer.status_code, ExchangeLog.objects.count()) == (status, 0)


def test_a_grant_that_is_used_up_for_the_minute_says_when_to_come_back(
    food: System, firm: UUID, number: str, register: Register
) -> None:
    began = RECEIVED_AT - timedelta(days=1)
    grant = Grant("T-FIRM", FOOD_OFFICE, ("name",), PURPOSE, began, None, per_minute=1)
    services.grant_access(grant, actor=PLATFORM, at=RECEIVED_AT)

    answers = [food.post("/exchange/look-ups", body_for(firm, number)) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 429]
    assert (answers[1].headers["Retry-After"], answers[1].json()["refusal"]) == ("60", "OVER_RATE")


@pytest.mark.usefixtures("granted")
def test_without_evidence_the_platform_says_that_it_failed_and_hands_nothing_out(
    food: System, firm: UUID, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "keep", lambda exchanged, **_: (evidence.no_evidence(),))

    answer = food.post("/exchange/look-ups", body_for(firm, number))

    assert problem(answer) == (503, "EVIDENCE_IMPOSSIBLE", None)
    assert "示例小馆" not in answer.content.decode()
