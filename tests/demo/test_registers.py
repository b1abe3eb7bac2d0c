"""Four departments' own systems, as processes with databases of their own: what they answer, and what goes wrong with them."""

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from django.db import connection

from demo.registers import Departments, ask, departments, request, running_departments, values
from domains.identity import cast
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.events import AnotherPersonAnswered
from tongban.domains.exchange.services import asking, gates
from tongban.domains.exchange.types import FindingKind, LookupRequest, LookupResult, Outcome
from tongban.domains.registers.services.providers import PROVIDERS
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import PLATFORM

__all__ = ["departments", "running_departments"]
pytestmark = [pytest.mark.django_db, pytest.mark.faults]
LIMIT_S = 3.0
"""The ways' time limit."""
SLACK_S = 1.0
"""What a busy machine may add."""
RESOURCES = {"GA": "RK-PERSON", "SCJG": "FR-ENTITY", "MZJ": "RK-MARRIAGE", "YBJ": "RK-INSURANCE"}


def asked_of(code: str) -> LookupRequest:
    return request(RESOURCES[code], "xiaoguan" if code == "SCJG" else "linxiao")


def ask_one(code: str) -> LookupResult:
    return ask(asked_of(code))[0]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was published."""
    events: list[Any] = []
    monkeypatch.setattr(outbox, "publish", lambda event, *, queue: events.append((queue, event)))
    return events


def test_they_answer_what_the_platforms_own_registers_hold(departments: Departments) -> None:
    requests = [
        *(request(resource, "linxiao") for resource in ("RK-PERSON", "RK-MARRIAGE", "RK-INSURANCE")),
        request("RK-MARRIAGE", "zhangsan"),
        request("RK-INSURANCE", "wudi"),
        *(request("FR-ENTITY", key) for key in ("xiaoguan", "kafei", "shangmao")),
    ]

    answers = ask(*requests)

    for asked, answer in zip(requests, answers, strict=True):
        ours = PROVIDERS[asked.resource].fetch(subject_id=asked.subject_id, fields=asked.fields)
        assert ours is not None
        assert answer.outcome is Outcome.FOUND
        assert values(answer) == {name: value for name, value in ours.items() if value is not None}
    assert answers[0].values["name"].source == "示例市GA局·人口基本信息"


@pytest.mark.parametrize("code", RESOURCES)
def test_not_found_not_allowed_and_down_are_three_answers(departments: Departments, code: str) -> None:
    stranger = cast.person("陌生人", 77, "moshengren").subject
    unknown = cast.small_restaurant() if code == "SCJG" else stranger
    asked = asked_of(code)

    missing = ask(LookupRequest(asked.resource, unknown.id, asked.fields, asked.purpose, asked.cause))[0]
    departments.fault(code, "refuse")
    refused = ask(asked)[0]
    departments.fault(code, "down")
    down = ask(asked)[0]

    answers = [missing, refused, down]
    assert [one.outcome for one in answers] == [Outcome.NOT_FOUND, Outcome.NOT_ALLOWED, Outcome.UNAVAILABLE]
    assert len({one.message for one in answers}) == 3
    assert models.Finding.objects.count() == 0


@pytest.mark.parametrize("kind", ["garbage", "huge"])
@pytest.mark.parametrize("code", RESOURCES)
def test_garbage_is_not_used_and_its_provider_is_told_once(
    departments: Departments, told: list[Any], code: str, kind: str
) -> None:
    departments.fault(code, kind)

    answers = [ask_one(code), ask_one(code)]

    assert [(one.outcome, one.values) for one in answers] == [(Outcome.UNAVAILABLE, {})] * 2
    (finding,) = selectors.list_findings([code])
    assert (finding.kind, finding.resource) == (FindingKind.GARBAGE, RESOURCES[code])
    assert finding.due_on.isoformat() == "2026-03-09"  # five working days after a Monday
    assert told == []


@pytest.mark.parametrize("code", RESOURCES)
def test_another_persons_record_is_refused_and_raises_an_alarm(
    departments: Departments, told: list[Any], code: str
) -> None:
    departments.fault(code, "other")
    asked = asked_of(code)

    (answer,) = ask(asked)

    assert (answer.outcome, answer.values) == (Outcome.UNAVAILABLE, {})
    assert "不是当事人的记录" in answer.message
    (finding,) = selectors.list_findings([code])
    log = models.ExchangeLog.objects.get()
    assert (finding.kind, str(log.pk) in finding.text) == (FindingKind.OTHER_SUBJECT, True)
    ((queue, event),) = told
    assert (queue, type(event), event.subject_id) == (code, AnotherPersonAnswered, asked.subject_id)
    assert (event.exchange_id, event.provider) == (log.pk, code)


def test_one_of_four_hangs_and_the_others_answer_in_their_own_time(departments: Departments) -> None:
    departments.fault("GA", "hang")
    requests = [asked_of(code) for code in RESOURCES]
    began = time.monotonic()

    hung, *others = ask(*requests)
    took = time.monotonic() - began
    began = time.monotonic()
    again = ask(*requests[1:])

    assert hung.outcome is Outcome.UNAVAILABLE
    assert [one.outcome for one in others] == [Outcome.FOUND] * 3
    assert took < LIMIT_S + SLACK_S
    assert [one.outcome for one in again] == [Outcome.FOUND] * 3
    assert time.monotonic() - began < SLACK_S


def test_who_asks_a_hung_provider_holds_no_transaction(
    departments: Departments, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = []
    outside = len(connection.savepoint_ids)
    wait = asking._wait

    def look_and_wait(*given: Any) -> Any:
        depths.append(len(connection.savepoint_ids) - outside)
        return wait(*given)

    monkeypatch.setattr(asking, "_wait", look_and_wait)
    ask(*(asked_of(code) for code in RESOURCES))

    assert depths == [0] * 4


def test_a_late_answer_is_dropped_and_its_provider_has_logged_it(departments: Departments) -> None:
    before = len(departments.log("GA"))
    departments.fault("GA", "slow")
    began = time.monotonic()

    late = ask_one("GA")

    assert late.outcome is Outcome.UNAVAILABLE
    assert time.monotonic() - began < LIMIT_S + SLACK_S
    assert [line["outcome"] for line in departments.log("GA")[before:]] == ["FOUND"]
    departments.fault("GA", "")
    assert ask_one("GA").outcome is Outcome.FOUND


def test_a_killed_register_is_down_until_it_comes_back(
    departments: Departments, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setitem(gates._gates, "SCJG", gates.Gate(now=lambda: clock[0]))
    departments.kill("SCJG")

    outcomes = [ask_one("SCJG").outcome for _ in range(gates.FAILURES)]
    departments.start("SCJG")
    departments.wait("SCJG")
    while_closed = ask_one("SCJG").outcome
    clock[0] += gates.CLOSED_S + 1
    after = [ask_one("SCJG").outcome for _ in range(2)]

    assert outcomes == [Outcome.UNAVAILABLE] * gates.FAILURES
    assert while_closed is Outcome.UNAVAILABLE
    assert after == [Outcome.FOUND, Outcome.FOUND]


def test_both_sides_keep_the_same_of_every_exchange(departments: Departments) -> None:
    before = {code: len(departments.log(code)) for code in RESOURCES}

    ask(*(asked_of(code) for code in RESOURCES))

    for code, resource in RESOURCES.items():
        (line,) = departments.log(code)[before[code] :]
        ours = models.ExchangeLog.objects.get(resource_id=resource)
        assert line["exchange_id"] == str(ours.pk)
        assert (line["client"], line["resource"], line["outcome"]) == ("PLATFORM", resource, "FOUND")
        assert datetime.fromisoformat(line["at"]) == cast.NOW
        assert line["request_hash"] == bytes(ours.request_hash).hex()
        assert line["response_hash"] == bytes(ours.response_hash).hex()
        assert ours.is_logged_there
    reference = models.ExchangeLog.objects.get(resource_id="RK-PERSON").provider_reference
    assert reference.isdecimal()


def test_a_stranger_and_a_forged_request_are_not_answered(departments: Departments) -> None:
    port = departments.told("GA")["port"]
    before = len(departments.log("GA"))

    answer = httpx.get(f"http://127.0.0.1:{port}/api/v2/persons/310115189407211067")

    assert answer.status_code == 401
    assert len(departments.log("GA")) == before


def test_a_refused_credential_is_not_allowed(departments: Departments) -> None:
    way = selectors.get_way("FR-ENTITY")
    assert way is not None
    services.set_way(replace(way, credential="wrong"), actor=PLATFORM, at=cast.NOW)

    assert ask_one("SCJG").outcome is Outcome.NOT_ALLOWED
