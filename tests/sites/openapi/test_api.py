"""Pull my cases, push status and result."""

import base64
from dataclasses import replace
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from domains.cases.city import FIRE_OFFICE, FOOD, FOOD_OFFICE, RECEIVED_AT, Uploads, new_case, submission
from sites.openapi.conftest import System, connect
from tongban.domains.cases import services
from tongban.domains.cases.models import Case, HistoryEntry
from tongban.domains.directory import selectors as directory
from tongban.domains.directory import services as directory_services
from tongban.domains.directory.models import Division
from tongban.domains.directory.types import Connection, Level
from tongban.domains.eforms import selectors as eforms
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM, Actor
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


def test_the_command_prints_the_secret_once(firm: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("api_client_create", FIRE_OFFICE)

    lines = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    client = ApiClient.objects.get()
    assert lines["client"] == str(client.id)
    assert lines["secret"] not in client.secret_sha256
    with pytest.raises(CommandError, match="there is no department NOWHERE"):
        call_command("api_client_create", "NOWHERE")
