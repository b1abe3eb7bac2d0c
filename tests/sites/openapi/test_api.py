"""Pull my cases, push status and result."""

import base64
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from domains.cases.city import (
    FIRE,
    FIRE_OFFICE,
    FOOD,
    FOOD_OFFICE,
    RECEIVED_AT,
    Uploads,
    new_case,
    submission,
)
from domains.eforms.elements import element
from sites.city import open_account
from sites.openapi.conftest import System, connect
from sites.systems import register
from tongban.domains.cases import services
from tongban.domains.cases.models import Case, CheckTask, Correction, HistoryEntry
from tongban.domains.directory import selectors as directory
from tongban.domains.directory import services as directory_services
from tongban.domains.directory.models import Division
from tongban.domains.directory.types import Connection, Level
from tongban.domains.eforms import selectors as eforms
from tongban.domains.exchange import services as exchange
from tongban.domains.identity import services as identity
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import ElementType
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor, Role
from tongban.sites.openapi import clients
from tongban.sites.openapi.models import ApiClient, IdempotentAnswer
from tongban.sites.shared.policies import every_route_has_a_policy

PROBLEM = "application/problem+json"


def test_every_route_of_the_door_has_a_policy() -> None:
    assert every_route_has_a_policy() == []


def test_a_system_leads_a_case_to_its_licence(food: System, number: str) -> None:
    accepted = food.act(number, "accept", revision=1).json()
    marks = [{"point": "e1", "passed": True}, {"point": "e2", "passed": True}]
    ticked = food.act(number, "points", revision=accepted["revision"], marks=marks).json()
    examined = food.act(number, "finish-examination", revision=ticked["revision"]).json()
    fields = {"food_items": "热食类食品制售"}
    granted = food.act(number, "grant", revision=examined["revision"], result_fields=fields).json()

    case = food.get(f"/cases/{number}").json()
    assert [accepted["status"], examined["status"], granted["status"]] == ["ACCEPTED", "EXAMINED", "GRANTED"]
    assert case["decision"]["licences"] == granted["licences"]
    assert len(granted["licences"]) == 1
    assert [point["passed"] for point in case["points"]] == [None, True, True]
    assert HistoryEntry.objects.filter(case__number=number, actor_kind="DEPARTMENT_SYSTEM").count() == 3


def test_a_system_refuses_on_a_failed_point(food: System, number: str) -> None:
    revision = food.act(number, "accept", revision=1).json()["revision"]
    marks = [{"point": "e1", "passed": False, "note": "生熟未分开"}, {"point": "e2", "passed": True}]
    revision = food.act(number, "points", revision=revision, marks=marks).json()["revision"]
    revision = food.act(number, "finish-examination", revision=revision).json()["revision"]

    answer = food.act(
        number, "refuse", revision=revision, failed_points=["e1"], reason="布局不合理。", legal_basis=["b1"]
    )

    assert answer.json()["status"] == "REFUSED"
    assert [paper["kind"] for paper in answer.json()["papers"]] == ["REFUSAL"]


def test_a_system_records_a_check_gives_a_case_back_and_ends_it(food: System, number: str) -> None:
    revision = food.act(number, "accept", revision=1).json()["revision"]
    day = food.get(f"/cases/{number}").json()["accepted_on"]
    check = {"kind": "SITE_CHECK", "began_on": day, "ended_on": day, "finding": "与图一致"}
    alone = food.act(number, "record-procedure", revision=revision, **check, officers="王敏")
    revision = food.act(number, "record-procedure", revision=revision, **check, officers="王敏、刘洋").json()[
        "revision"
    ]
    marks = [{"point": "e1", "passed": True}, {"point": "e2", "passed": True}]
    revision = food.act(number, "points", revision=revision, marks=marks).json()["revision"]
    revision = food.act(number, "finish-examination", revision=revision).json()["revision"]

    back = food.act(number, "return-to-examination", revision=revision, reason="再看一遍布局。").json()
    ended = food.act(number, "terminate", revision=back["revision"], reason="场所已不存在。").json()

    assert (alone.status_code, alone.json()["code"]) == (422, "TWO_OFFICERS_NEEDED")
    assert (back["status"], ended["status"]) == ("ACCEPTED", "TERMINATED")


def test_a_system_corrects_an_error_with_trace(
    food: System, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = element("shop.area_m2", ElementType.INT, label="经营场所面积")
    monkeypatch.setattr(standards, "elements", lambda: {area.code: area})
    slip = {"field": "PREMISES.shop.area_m2", "reason": "录入错误"}

    nonsense = food.act(number, "correct", revision=1, value="约九十", **slip)
    nothing = food.act(number, "correct", revision=1, value=120, **slip)
    done = food.act(number, "correct", "key-00000001", revision=1, value=90, **slip)
    again = food.act(number, "correct", "key-00000001", revision=1, value=90, **slip)

    answer = food.get(f"/cases/{number}").json()["answers"]["PREMISES.shop.area_m2"]
    assert [(one.status_code, one.json()["code"]) for one in (nonsense, nothing)] == [
        (422, "VALUE_REFUSED"),
        (422, "NOTHING_TO_CORRECT"),
    ]
    assert (answer["value"], answer["origin"], answer["source"]) == (90, "CORRECTED", "示例区市场监督管理局")
    assert (done.json()["status"], done.json()) == ("RECEIVED", again.json())
    assert Correction.objects.get().reason == "录入错误"


def test_a_system_hands_over_to_a_colleague_of_its_department(food: System, number: str) -> None:
    wang, zhao = _officer("王敏", FOOD_OFFICE), _officer("赵强", FIRE_OFFICE)

    colleagues = food.get(f"/cases/{number}/officers").json()["items"]
    stranger = food.act(number, "hand-over", revision=1, to=zhao)
    done = food.act(number, "hand-over", revision=1, to=wang).json()
    food.act(number, "refuse-acceptance", revision=done["revision"], reason="示例。", where_to_go="示例。")
    late = food.act(number, "hand-over", revision=done["revision"] + 1, to=wang)

    assert colleagues == [{"id": wang, "name": "王敏", "post": "示例岗"}]
    assert (stranger.status_code, stranger.json()["code"]) == (422, "NOT_A_COLLEAGUE")
    assert food.get(f"/cases/{number}").json()["assignee_name"] == "王敏"
    assert (late.status_code, late.json()["code"]) == (409, "ILLEGAL_TRANSITION")
    assert late.json()["current_status"] == "NOT_ACCEPTED"
    assert "RECEIVED" in late.json()["wanted_status"]


def test_a_system_settles_the_check_of_a_promise(
    food: System, fire: System, firm: UUID, zhang_san: Actor
) -> None:
    given = submission(firm, new_case(FOOD, uses_promise=True))
    number = services.submit(given, actor=zhang_san, at=RECEIVED_AT).cases[0].number
    revision = _granted(food, number)
    (check,) = food.get(f"/cases/{number}").json()["checks"]
    finding = {"check": check["id"], "outcome": "FAILED"}

    wordless = food.act(number, "settle-check", revision=revision, **finding)
    stale = food.act(number, "settle-check", revision=1, **finding, note="没有专间")
    others = fire.act(number, "settle-check", revision=revision, **finding, note="没有专间")
    done = food.act(number, "settle-check", revision=revision, **finding, note="没有专间").json()
    again = food.act(number, "settle-check", revision=done["revision"], **finding, note="没有专间")

    assert (check["kind"], check["outcome"], check["is_overdue"]) == ("PROMISE", "OPEN", False)
    assert [(one.status_code, one.json()["code"]) for one in (wordless, stale, others)] == [
        (422, "FINDING_MISSING"),
        (409, "STALE_DOSSIER"),
        (404, "CASE_NOT_FOUND"),
    ]
    (settled,) = food.get(f"/cases/{number}").json()["checks"]
    assert (settled["outcome"], settled["note"]) == ("FAILED", "没有专间")
    assert (again.status_code, again.json()["code"]) == (409, "CHECK_SETTLED")
    assert (again.json()["current_status"], again.json()["wanted_status"]) == ("FAILED", ["FAILED", "PASSED"])
    assert Entry.objects.filter(action="CASE_CHECK_SETTLED", case_number=number).count() == 1


def test_a_check_of_another_case_is_not_there(food: System, firm: UUID, zhang_san: Actor) -> None:
    given = submission(firm, new_case(FOOD, uses_promise=True), new_case(FIRE))
    one, other = services.submit(given, actor=zhang_san, at=RECEIVED_AT).cases
    _granted(food, one.number)
    (check,) = food.get(f"/cases/{one.number}").json()["checks"]
    fire = connect(FIRE_OFFICE)

    answer = fire.act(other.number, "settle-check", revision=1, check=check["id"], outcome="PASSED")

    assert answer.status_code == 404
    assert CheckTask.objects.get().outcome == "OPEN"


def test_a_supplement_is_asked_for_once(food: System, number: str) -> None:
    item = {"target": "MT-m1:APPLICANT", "label": "布局图", "problem": "不清晰", "remedy": "重新上传"}

    answer = food.act(number, "request-supplement", revision=1, items=[item])

    assert answer.json()["status"] == "SUPPLEMENTING"
    assert food.get(f"/cases/{number}").json()["supplement"] == [item]


def test_a_case_shows_form_and_leaves_an_audit_entry(food: System, number: str) -> None:
    case = food.get(f"/cases/{number}").json()

    assert case["answers"]["PREMISES.shop.area_m2"]["value"] == 120
    assert case["answers"]["ENTERPRISE.entity.name"]["origin"] == "PREFILLED"
    assert case["legal_basis"] == [{"id": "b1", "law": "中华人民共和国食品安全法", "article": "第三十五条"}]
    assert "ACCEPT" in case["allowed_actions"]
    assert (
        Entry.objects.filter(action="DOSSIER_OPENED", department=FOOD_OFFICE, case_number=number).count() == 1
    )


def test_pages_show_each_case_once(food: System, firm: UUID, zhang_san: Actor) -> None:
    for index in range(5):
        given = submission(firm, new_case(FOOD), key=f"key-{index}")
        services.submit(given, actor=zhang_san, at=RECEIVED_AT)

    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = food.get("/cases", limit=2, cursor=cursor).json()
        assert len(page["items"]) <= 2
        found += [row["number"] for row in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(found) == sorted(Case.objects.values_list("number", flat=True))
    assert len(found) == 5


def test_a_broken_cursor_is_said_to_be_one(food: System) -> None:
    answer = food.get("/cases", cursor="nonsense")

    assert (answer.status_code, answer.json()["code"]) == (422, "BAD_CURSOR")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("accept", {"revision": 1}),
        ("points", {"revision": 1, "marks": [{"point": "e1", "passed": True}]}),
        ("finish-examination", {"revision": 1}),
        ("grant", {"revision": 1}),
        ("refuse", {"revision": 1, "failed_points": ["e1"], "reason": "示例", "legal_basis": ["b1"]}),
        ("serve", {"revision": 1, "method": "ELECTRONIC", "proof": "示例"}),
        ("resume", {"revision": 1}),
        ("correct", {"revision": 1, "field": "PREMISES.shop.area_m2", "value": 90, "reason": "示例"}),
        ("hand-over", {"revision": 1, "to": "01a20da3-3a57-7996-8c54-f4cf3b7baf72"}),
        (
            "settle-check",
            {"revision": 1, "check": "01a20da3-3a57-7996-8c54-f4cf3b7baf72", "outcome": "PASSED"},
        ),
    ],
)
def test_another_departments_case_is_not_there(
    fire: System, number: str, verb: str, body: dict[str, object]
) -> None:
    answer = fire.act(number, verb, **body)
    nowhere = fire.act("91350100M000100Y4399999", verb, **body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
    assert answer.content == nowhere.content
    assert Case.objects.get(number=number).revision == 1


def test_another_departments_case_cannot_be_read_or_listed(fire: System, number: str) -> None:
    assert fire.get(f"/cases/{number}").status_code == 404
    assert fire.get(f"/cases/{number}/officers").status_code == 404
    assert number not in fire.get("/cases").content.decode()


@pytest.mark.parametrize(
    ("verb", "body", "wanted"),
    [
        ("finish-examination", {}, ["EXAMINED"]),
        ("grant", {}, ["GRANTED"]),
        ("resume", {}, ["ACCEPTED"]),
        ("serve", {"method": "ELECTRONIC", "proof": "示例"}, ["SERVED"]),
    ],
)
def test_an_illegal_move_names_both_states(
    food: System, number: str, verb: str, body: dict[str, object], wanted: list[str]
) -> None:
    answer = food.act(number, verb, revision=1, **body)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "ILLEGAL_TRANSITION")
    assert (problem["current_status"], problem["wanted_status"]) == ("RECEIVED", wanted)
    assert Case.objects.get(number=number).revision == 1
    assert not IdempotentAnswer.objects.exists()


def test_a_stale_revision_is_refused(food: System, number: str) -> None:
    food.act(number, "accept", revision=1)

    answer = food.act(number, "finish-examination", revision=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "STALE_DOSSIER")


def test_the_same_key_and_body_act_once(food: System, number: str) -> None:
    first = food.act(number, "accept", "key-00000001", revision=1)
    second = food.act(number, "accept", "key-00000001", revision=1)

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert HistoryEntry.objects.filter(case__number=number, action="ACCEPT").count() == 1


def test_the_same_key_with_another_body_is_refused(food: System, number: str) -> None:
    food.act(number, "accept", "key-00000001", revision=1)

    answer = food.act(number, "accept", "key-00000001", revision=2)

    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


def test_keys_of_two_departments_do_not_meet(food: System, fire: System, number: str) -> None:
    food.act(number, "accept", "key-00000001", revision=1)

    answer = fire.act(number, "accept", "key-00000001", revision=1)

    assert answer.status_code == 404


def test_an_act_without_a_key_is_refused(food: System, number: str) -> None:
    answer = food.http.post(
        f"/api/v1/cases/{number}/accept",
        {"revision": 1},
        "application/json",
        headers={"Authorization": f"Bearer {food.token}"},
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header/Idempotency-Key")


def test_attachments_come_as_they_were_handed_in(
    food: System,
    fire: System,
    firm: UUID,
    zhang_san: Actor,
    uploads: Uploads,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = uploads.add("m1")
    content = eforms.FileContent(uploads.kept[upload], b"%PDF-1.7")
    monkeypatch.setattr(eforms, "open_attachment", lambda _id: content)
    given = submission(firm, new_case(FOOD, attachments=(upload,)))
    number = services.submit(given, actor=zhang_san, at=RECEIVED_AT).cases[0].number

    answer = food.get(f"/cases/{number}/attachments/{upload}")

    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="m1.pdf"'
    assert fire.get(f"/cases/{number}/attachments/{upload}").status_code == 404


def test_tokens_are_given_for_basic_and_form_credentials(food: System) -> None:
    basic = base64.b64encode(f"{food.client_id}:{food.secret}".encode()).decode()
    grant = {"grant_type": "client_credentials"}

    one = food.http.post("/api/v1/token", grant, headers={"Authorization": f"Basic {basic}"})
    other = food.http.post(
        "/api/v1/token", {**grant, "client_id": str(food.client_id), "client_secret": food.secret}
    )

    assert (one.status_code, other.status_code) == (200, 200)
    food.token = other.json()["access_token"]
    assert food.get("/cases").status_code == 200


@pytest.mark.parametrize("change", ["secret", "unknown", "off"])
def test_wrong_credentials_get_no_token(food: System, change: str) -> None:
    fields = {"client_id": str(food.client_id), "client_secret": food.secret}
    if change == "secret":
        fields["client_secret"] = food.secret[::-1]
    if change == "unknown":
        fields["client_id"] = "nobody"
    if change == "off":
        ApiClient.objects.update(is_active=False)

    answer = food.http.post("/api/v1/token", {"grant_type": "client_credentials", **fields})

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_CLIENT")


def test_guessed_secrets_close_the_guessers_address_and_not_the_departments(food: System) -> None:
    def ask(secret: str, address: str) -> int:
        fields = {"grant_type": "client_credentials", "client_id": str(food.client_id)}
        posted = {**fields, "client_secret": secret}
        return int(food.http.post("/api/v1/token", posted, REMOTE_ADDR=address).status_code)

    guesses = [ask(f"guess-{number}", "198.51.100.7") for number in range(6)]

    assert guesses == [401, 401, 401, 401, 401, 429]
    assert ask(food.secret, "198.51.100.7") == 429
    assert ask(food.secret, "192.0.2.1") == 200


@pytest.mark.parametrize("token", ["", "forged", "a:b:c"])
def test_without_a_good_token_nothing_is_answered(food: System, number: str, token: str) -> None:
    food.token = token or food.token[:-1]

    answer = food.get(f"/cases/{number}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_client_switched_off_loses_its_tokens(food: System) -> None:
    ApiClient.objects.update(is_active=False)

    assert food.get("/cases").status_code == 401


def test_too_many_requests_are_told_when_to_come_back(food: System) -> None:
    ApiClient.objects.update(requests_per_minute=0)

    answer = food.get("/cases")

    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def test_wrong_addresses_and_methods_are_problems_too(food: System) -> None:
    nowhere = Client().get("/api/v1/nothing")
    wrong = food.http.delete("/api/v1/cases", headers={"Authorization": f"Bearer {food.token}"})

    assert (nowhere.status_code, nowhere.headers["Content-Type"]) == (404, PROBLEM)
    assert (wrong.status_code, wrong.headers["Content-Type"], wrong.headers["Allow"]) == (405, PROBLEM, "GET")


def test_a_city_departments_system_works_for_its_offices(number: str) -> None:
    Division.objects.create(code="3101", name="示例市", level=Level.CITY, pinyin="shilishi", is_local=True)
    office = directory.get_department(FOOD_OFFICE)
    guide = replace(office, code="SCJG", uscc="91350211M000100Y46", division="3101", level=Level.CITY)
    for one in (guide, replace(office, guided_by="SCJG", connection=Connection.OWN_SYSTEM)):
        directory_services.save_department(one, actor=PLATFORM, at=RECEIVED_AT)

    system = connect("SCJG")

    assert [row["number"] for row in system.get("/cases").json()["items"]] == [number]
    assert system.act(number, "accept", revision=1).status_code == 200


def _granted(food: System, number: str) -> int:
    """Led to its licence; the revision then."""
    revision = food.act(number, "accept", revision=1).json()["revision"]
    marks = [{"point": "e1", "passed": True}, {"point": "e2", "passed": True}]
    revision = food.act(number, "points", revision=revision, marks=marks).json()["revision"]
    revision = food.act(number, "finish-examination", revision=revision).json()["revision"]
    fields = {"food_items": "热食类食品制售"}
    return int(food.act(number, "grant", revision=revision, result_fields=fields).json()["revision"])


def _officer(name: str, office: str) -> str:
    """An account with a post in the office; its id as it goes over the wire."""
    account = open_account(f"api-{uuid4().hex[:8]}", name, None)
    identity.appoint_officer(
        account_id=account,
        department=office,
        post="示例岗",
        roles=[Role.EXAMINER],
        actor=PLATFORM,
        at=RECEIVED_AT,
    )
    return str(account)


def test_the_command_prints_the_secret_once(firm: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    system = register(FIRE_OFFICE, RECEIVED_AT)
    call_command("api_client_create", system)

    lines = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    client = ApiClient.objects.get()
    assert (lines["client"], client.system, client.department) == (str(client.id), system, FIRE_OFFICE)
    assert lines["secret"] not in client.secret_sha256


def test_a_system_that_is_not_in_the_register_gets_no_credentials(firm: UUID) -> None:
    with pytest.raises(CommandError, match="there is no system NOWHERE in the register"):
        call_command("api_client_create", "NOWHERE")

    assert not ApiClient.objects.exists()


def test_a_system_that_is_no_longer_in_use_gets_no_token_and_no_new_credentials(firm: UUID) -> None:
    system = register(FIRE_OFFICE, RECEIVED_AT)
    made = clients.create_client(system=system, at=RECEIVED_AT)
    assert clients.issue_token(str(made.client_id), made.secret, address="192.0.2.1")
    exchange.stop_system(system, departments=None, actor=PLATFORM, at=RECEIVED_AT)

    with pytest.raises(clients.InvalidClient):
        clients.issue_token(str(made.client_id), made.secret, address="192.0.2.1")
    with pytest.raises(CommandError, match="no longer in use"):
        call_command("api_client_create", system)

    assert ApiClient.objects.count() == 1
