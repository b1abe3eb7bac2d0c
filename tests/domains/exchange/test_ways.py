"""Ways to providers: what is refused when one is set, how answers read, when a gate closes, what a badly behaved service can do."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from domains.identity import cast
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.rules import ways as rules
from tongban.domains.exchange.services import gates, http_way, registry
from tongban.domains.exchange.types import LookupRequest, LookupResult, Outcome, Way, WayKind
from tongban.foundation.audit.models import Entry
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import SignatureRefused
from tongban.kernel.actors import PLATFORM

ANSWER = {
    "number": "/sfzh",
    "record": "/data",
    "fields": {
        "name": {"at": "/xm"},
        "sex": {"at": "/xb", "words": {"男": "1", "女": "2"}},
        "born": {"at": "/csrq", "kind": "DATE8"},
        "capital": {"at": "/zczb", "kind": "WAN_YUAN"},
    },
}
RECORD = {"type": "object", "required": ["sfzh"], "properties": {"sfzh": {"type": "string"}}}
DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {"title": "示例", "version": "1"},
    "components": {"schemas": {"Record": RECORD}},
    "paths": {
        "/people/{id}": {
            "get": {
                "operationId": "getOne",
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["data"],
                                    "properties": {
                                        "data": {
                                            "anyOf": [
                                                {"$ref": "#/components/schemas/Record"},
                                                {"type": "null"},
                                            ]
                                        }
                                    },
                                }
                            }
                        },
                    },
                },
            },
            "post": {
                "operationId": "ask",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["id"],
                                "properties": {"id": {"type": "string"}},
                                "additionalProperties": False,
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {}}}}},
            },
        }
    },
}
WAY = Way(
    resource="T-PERSON",
    kind=WayKind.HTTP,
    address="http://127.0.0.1:9",
    mapping={"operation": "getOne", "request": {"path": {"id": "$number"}}, "answer": ANSWER},
    description=DESCRIPTION,
    timeout_ms=400,
)
FIELDS = ("name", "sex", "born", "capital")
ME = "310101189001010019"


def with_answer(**changes: Any) -> Way:
    return replace(WAY, mapping={**WAY.mapping, "answer": {**ANSWER, **changes}})


def test_an_answer_reads_in_our_words() -> None:
    record = {"sfzh": ME.lower(), "xm": "张三", "xb": "男", "csrq": "18900101", "zczb": "10.5"}

    outcome, values = rules.read_answer({"data": record}, WAY, ME)

    assert outcome is Outcome.FOUND
    assert values == {"name": "张三", "sex": "1", "born": "1890-01-01", "capital": 10_500_000}


@pytest.mark.parametrize(
    "change",
    [
        {"xb": "M"},
        {"csrq": "1890-01-01"},
        {"csrq": "18901301"},
        {"zczb": "much"},
        {"sfzh": None},
        {"sfzh": 7},
    ],
)
def test_a_value_that_is_not_what_was_described_is_garbage(change: dict[str, object]) -> None:
    record = {"sfzh": ME, "xm": "张三", "xb": "男", "csrq": "18900101", "zczb": "10"} | change

    with pytest.raises(rules.Garbage) as refused:
        rules.read_answer({"data": record}, WAY, ME)

    assert ME not in str(refused.value)


def test_every_record_of_a_list_must_be_the_subjects() -> None:
    mine, others = {"sfzh": ME, "xm": "张三"}, {"sfzh": "310101189001010027", "xm": "李四"}

    assert rules.read_answer({"data": [mine, mine]}, WAY, ME)[1]["name"] == "张三"
    assert rules.read_answer({"data": []}, WAY, ME)[0] is Outcome.NOT_FOUND
    for records in ([others], [mine, others], others):
        with pytest.raises(rules.AnotherPerson):
            rules.read_answer({"data": records}, WAY, ME)


def test_a_verdict_says_found_not_found_or_refused_and_nothing_else() -> None:
    way = with_answer(verdict={"at": "/code", "found": ["0"], "not_found": ["1"], "refused": ["9"]})

    assert rules.read_answer({"code": 1, "data": None}, way, ME)[0] is Outcome.NOT_FOUND
    assert rules.read_answer({"code": "9"}, way, ME)[0] is Outcome.NOT_ALLOWED
    for document in ({"code": 0, "data": None}, {"code": 5}, {}, []):
        with pytest.raises(rules.Garbage):
            rules.read_answer(document, way, ME)


def test_xml_reads_as_its_schema_describes_it() -> None:
    row = {"type": "object", "properties": {"id": {"type": "string"}}}
    rows = {"type": "object", "properties": {"row": {"type": "array", "items": row}}}
    schema = {"properties": {"r": {"properties": {"code": {"type": "string"}, "rows": rows}}}}

    read = http_way.from_xml(b"<r><code>0</code><rows><row><id>a &amp; b</id></row></rows></r>", schema)

    assert read == {"r": {"code": "0", "rows": {"row": [{"id": "a & b"}]}}}
    assert http_way.from_xml(b"<r><code/><rows/></r>", schema) == {"r": {"code": "", "rows": {"row": []}}}
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r><code>&b;</code></r>'
    for document in (bomb, bomb.decode().encode("utf-16"), b"<r>", b"\xff\xfe"):
        with pytest.raises((ValueError, SyntaxError)):
            http_way.from_xml(document, schema)


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        (replace(WAY, description={}), "not OpenAPI 3"),
        (replace(WAY, mapping={}), "mapping"),
        (replace(WAY, mapping={**WAY.mapping, "operation": "other"}), "no operation other"),
        (with_answer(fields={"salary": {"at": "/gz"}}), "has no salary"),
        (with_answer(fields={"name": {"at": "/xm", "kind": "MAGIC"}}), "mapping"),
        (
            replace(WAY, mapping={**WAY.mapping, "operation": "ask", "request": {"body": {"no": "$number"}}}),
            "request",
        ),
        (replace(WAY, mapping={**WAY.mapping, "operation": "ask", "request": {}}), "request"),
        (
            replace(WAY, kind=WayKind.POSTGRES, address="postgresql:///x", mapping={"answer": ANSWER}),
            "mapping",
        ),
        (
            replace(
                WAY,
                kind=WayKind.POSTGRES,
                address="postgresql:///x",
                mapping={"view": "v; DROP TABLE x", "number": "n", "answer": ANSWER},
            ),
            "mapping",
        ),
        (
            replace(
                WAY,
                kind=WayKind.POSTGRES,
                address="postgresql:///x",
                mapping={"function": "f", "view": "v", "answer": ANSWER},
            ),
            "mapping",
        ),
    ],
)
def test_a_way_that_cannot_work_is_refused(way: Way, fault: str) -> None:
    assert fault in rules.way_fault(way, FIELDS)


def test_a_way_that_works_has_no_fault() -> None:
    assert rules.way_fault(WAY, FIELDS) == ""
    asked = {**WAY.mapping, "operation": "ask", "request": {"body": {"id": "$number"}}}
    assert rules.way_fault(replace(WAY, mapping=asked), FIELDS) == ""
    viewed = {"view": "share.v_person", "number": "sfzh", "answer": ANSWER}
    assert (
        rules.way_fault(
            replace(WAY, kind=WayKind.POSTGRES, address="postgresql:///x", mapping=viewed), FIELDS
        )
        == ""
    )


def test_a_gate_lets_in_so_many_at_a_time() -> None:
    gate = gates.Gate()
    with ThreadPoolExecutor(20) as threads:
        entered = list(threads.map(lambda _: gate.enter(3), range(20)))

    assert sum(entered) == 3
    gate.leave(has_answered=True)
    assert (gate.enter(3), gate.enter(3)) == (True, False)


def test_a_gate_closes_after_failures_in_a_row_and_one_tries_again() -> None:
    clock = [0.0]
    gate = gates.Gate(now=lambda: clock[0])

    def call(*, answers: bool) -> bool:
        entered = gate.enter(8)
        if entered:
            gate.leave(has_answered=answers)
        return entered

    assert [call(answers=False) for _ in range(gates.FAILURES - 1)] == [True] * (gates.FAILURES - 1)
    assert call(answers=True)
    assert [call(answers=False) for _ in range(gates.FAILURES + 1)] == [True] * gates.FAILURES + [False]
    clock[0] = gates.CLOSED_S
    assert (gate.enter(8), gate.enter(8)) == (True, False)
    gate.leave(has_answered=False)
    assert not call(answers=True)
    clock[0] += gates.CLOSED_S
    assert [call(answers=True) for _ in range(3)] == [True] * 3


@dataclass
class Service:
    """A department's service of our own, for bad manners no real one would be asked for."""

    behave: Callable[[BaseHTTPRequestHandler], None] = lambda _handler: None
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def service(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(registry, "_cause_checks", [])
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(
                {"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}
            )
            found.behave(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.port = server.server_port
    gates.open_all()
    cast.load_city()
    cast.department("GA")
    row = {"code": "T-PERSON", "name": "人口信息", "provider": "GA", "sharing": "1", "fields": list(FIELDS)}
    services.load_resources([row], actor=PLATFORM, at=cast.NOW)
    services.set_way(replace(WAY, address=f"http://127.0.0.1:{found.port}/v1"), actor=PLATFORM, at=cast.NOW)
    yield found
    server.shutdown()
    server.server_close()


def answer(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, media: str = "application/json"
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", media)
    handler.send_header("Content-Length", str(len(body)))
    if status == 302:
        handler.send_header("Location", "http://127.0.0.1:9/elsewhere")
    handler.end_headers()
    handler.wfile.write(body)


def ask() -> LookupResult:
    zhang = cast.zhang_san()
    request = LookupRequest("T-PERSON", zhang.subject.id, ("name",), "出生", "draft-1")
    return services.look_up(request, actor=PLATFORM, at=cast.NOW)


def mine() -> bytes:
    return f'{{"data": {{"sfzh": "{cast.resident_number(1)}", "xm": "张三"}}}}'.encode()


def test_a_request_says_who_asks_what_for_and_is_signed_by_the_platform(service: Service) -> None:
    service.behave = lambda handler: answer(handler, 200, mine())

    found = ask()

    assert {name: value.value for name, value in found.values.items()} == {"name": "张三"}
    (asked,) = service.asked
    assert asked["path"] == f"/v1/people/{cast.resident_number(1)}"
    assert asked["host"] == f"127.0.0.1:{service.port}"
    assert (asked["x-exchange-client"], asked["x-exchange-cause"]) == ("PLATFORM", "draft-1")
    assert asked["x-exchange-purpose"] == "%E5%87%BA%E7%94%9F"
    empty = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    assert asked["content-digest"] == f"sha-256=:{empty}:"
    known = {**asked, "@method": "GET", "@request-target": asked["path"]}
    parameters = asked["signature-input"].removeprefix("platform=")
    lines = [f'"{name}": {known[name]}' for name in http_way._SIGNED]
    base = "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
    signature = base64.b64decode(asked["signature"].removeprefix("platform=:").removesuffix(":"))
    key_id = parameters.partition('keyid="')[2].partition('"')[0]
    signing.verify(base, signature, key_id=key_id, at=cast.NOW)
    with pytest.raises(SignatureRefused):
        signing.verify(base.replace(b"draft-1", b"draft-2"), signature, key_id=key_id, at=cast.NOW)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte at a time, each soon enough, all of them never."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


@pytest.mark.parametrize(
    "behave",
    [
        drip,
        lambda handler: answer(handler, 302, b"{}"),
        lambda handler: answer(handler, 500, b"{}"),
        lambda handler: answer(handler, 429, b"{}"),
        lambda handler: answer(handler, 204, b""),
        lambda handler: answer(handler, 404, b"<html>"),
        lambda handler: answer(handler, 200, mine(), "text/html"),
        lambda handler: answer(handler, 200, b"[" * 100_000),
        lambda handler: answer(handler, 200, b'{"data": {"xm": "\xff"}}'),
    ],
    ids=["drip", "redirect", "error", "too many", "empty", "undescribed", "other media", "deep", "not utf-8"],
)
def test_bad_manners_are_an_answer_within_the_limit(service: Service, behave: Any) -> None:
    service.behave = behave
    began = time.monotonic()

    found = ask()

    assert (found.outcome, found.values) == (Outcome.UNAVAILABLE, {})
    assert time.monotonic() - began < 2.0
    assert len(service.asked) == 1
    assert models.ExchangeLog.objects.get().outcome == "UNAVAILABLE"


def test_only_a_way_that_is_safe_to_retry_asks_twice(service: Service) -> None:
    def hang_up_once(handler: BaseHTTPRequestHandler) -> None:
        if len(service.asked) % 2 == 1:
            handler.connection.close()
            return
        answer(handler, 200, mine())

    service.behave = hang_up_once
    way = selectors.get_way("T-PERSON")
    assert way is not None

    assert ask().outcome is Outcome.UNAVAILABLE
    service.asked.clear()
    services.set_way(replace(way, is_safe_to_retry=True), actor=PLATFORM, at=cast.NOW)
    zhang = LookupRequest(
        "T-PERSON", models.ExchangeLog.objects.get().subject_id, ("name",), "出生", "draft-1"
    )
    assert services.look_up(zhang, actor=PLATFORM, at=cast.NOW).outcome is Outcome.FOUND
    assert len(service.asked) == 2


def test_a_way_takes_effect_and_ends_at_once(service: Service) -> None:
    service.behave = lambda handler: answer(handler, 200, mine())
    zhang = cast.zhang_san()
    request = LookupRequest("T-PERSON", zhang.subject.id, ("name",), "出生", "draft-1")
    assert services.look_up(request, actor=PLATFORM, at=cast.NOW).outcome is Outcome.FOUND

    services.drop_way("T-PERSON", actor=PLATFORM, at=cast.NOW)

    assert services.look_up(request, actor=PLATFORM, at=cast.NOW).outcome is Outcome.NOT_FOUND
    assert len(service.asked) == 1


def test_a_secret_is_sealed_and_in_no_audit_entry(service: Service) -> None:
    way = replace(WAY, credential_header="X-Api-Key", credential="do-not-show")

    services.set_way(way, actor=PLATFORM, at=cast.NOW)

    kept = models.Way.objects.filter(credential__contains="do-not-show")
    assert not kept.exists()
    assert selectors.get_way("T-PERSON") == way
    assert "do-not-show" not in repr(list(Entry.objects.values_list("detail", flat=True)))


def test_a_faulty_way_changes_nothing(service: Service) -> None:
    before = selectors.get_way("T-PERSON")

    with pytest.raises(services.FaultyWay, match="has no salary"):
        services.set_way(with_answer(fields={"salary": {"at": "/gz"}}), actor=PLATFORM, at=cast.NOW)
    with pytest.raises(services.FaultyWay, match="address"):
        services.set_way(replace(WAY, address="ftp://127.0.0.1/"), actor=PLATFORM, at=cast.NOW)

    assert selectors.get_way("T-PERSON") == before
    assert Entry.objects.filter(action="SET_WAY").count() == 1


def test_in_production_a_way_leads_to_no_internal_address(service: Service, settings: Any) -> None:
    service.behave = lambda handler: answer(handler, 200, mine())
    signing.signer_for("PLATFORM", at=cast.NOW)
    settings.IS_PRODUCTION = True

    assert ask().outcome is Outcome.UNAVAILABLE
    assert service.asked == []


def test_an_operator_sets_a_way_from_a_file_and_its_secret_from_the_environment(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("resource", "kind", "address", "mapping", "description")
    file = tmp_path / "way.json"
    file.write_text(json.dumps({name: getattr(WAY, name) for name in names}))
    monkeypatch.setenv("TONGBAN_WAY_CREDENTIAL", "from-outside")

    call_command("resources_way", str(file))
    way = selectors.get_way("T-PERSON")
    call_command("resources_way", local="T-PERSON")

    assert way == replace(WAY, timeout_ms=3_000, credential="from-outside")
    assert selectors.get_way("T-PERSON") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "line 1"), ('{"credential": "x"}', "credential"), ('{"kind": "FTP"}', "FTP"), ("{}", "kind")],
)
def test_a_file_that_does_not_read_changes_nothing(
    service: Service, tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "way.json"
    file.write_text(text)

    with pytest.raises(CommandError, match=words):
        call_command("resources_way", str(file))

    assert selectors.get_way("T-PERSON") is not None
