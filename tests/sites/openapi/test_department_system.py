"""A department works in its own system, a separate process with its own database, and the applicant cannot tell."""

import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domains.cases.city import ANSWERS, FOOD, FOOD_OFFICE, RECEIVED_AT, new_case, submission, typed
from sites.systems import credentials
from tongban.demo.department_system import office, receiving
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import Case
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor
from tongban.sites.openapi import clients, webhooks
from tongban.sites.openapi.models import WebhookEvent

WAIT_S = 30


@dataclass
class Department:
    """The process, which can be ended and started again on the same database and port."""

    url: str
    database: Path
    credentials: clients.NewClient
    port: int
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self) -> None:
        command = [sys.executable, "-m", "tongban.demo.department_system", "--url", self.url]
        given = {"client": str(self.credentials.client_id), "secret": self.credentials.secret}
        credentials = self.database.with_name("credentials.json")
        credentials.write_text(json.dumps(given))
        command += ["--credentials", str(credentials)]
        command += ["--database", str(self.database), "--port", str(self.port)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("receiving at http://127.0.0.1:")

    def stop(self) -> int:
        process = self.processes.pop()
        process.terminate()
        status = process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
        return status

    def rows(self, query: str) -> list[Any]:
        with sqlite3.connect(self.database) as database:
            return database.execute(query).fetchall()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def department(transactional_db: None, firm: UUID, live_server: Any, tmp_path: Path) -> Iterator[Department]:
    made = credentials(FOOD_OFFICE, RECEIVED_AT)
    running = Department(live_server.url, tmp_path / "office.sqlite3", made, free_port())
    yield running
    while running.processes:
        running.stop()


def wait_until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < ends_at
        outbox.deliver_due()
        time.sleep(0.05)


def test_it_decides_by_itself_and_catches_up_after_a_pause(
    department: Department, firm: UUID, zhang_san: Actor
) -> None:
    def submit(key: str, distance: int) -> str:
        answers = {**ANSWERS, "PREMISES.tobacco.school_distance_m": typed(distance)}
        given = submission(firm, new_case(FOOD, answers=answers), key=key)
        return services.submit(given, actor=zhang_san, at=RECEIVED_AT).cases[0].number

    def is_closed(number: str) -> bool:
        return Case.objects.get(number=number).status == "CLOSED"

    department.start()
    first = submit("key-1", 150)
    wait_until(lambda: is_closed(first))
    assert department.stop() == 0
    second = submit("key-2", 150)
    for _ in range(5):
        outbox.deliver_due()
    assert Case.objects.get(number=second).status == "RECEIVED"
    department.start()
    wait_until(lambda: is_closed(second))

    timeline = selectors.get_timeline_of_case(second, actor=zhang_san)
    assert len(timeline.cases[0].licences) == 1
    wait_until(lambda: department.rows("SELECT status FROM work") == [("CLOSED",), ("CLOSED",)])
    assert WebhookEvent.objects.filter(body__subject=second, body__type="tongban.case.granted").count() == 1


def dossier(status: str, distance: object, passed: bool | None = None) -> dict[str, Any]:
    points = [
        {"code": "p1", "text": "申请表填写完整", "passed": passed, "note": ""},
        {"code": "p3", "text": "距中小学出入口不少于当地规定距离", "passed": passed, "note": "太近。"},
    ]
    answers = {"PREMISES.tobacco.school_distance_m": {"value": distance}}
    return {"status": status, "points": points, "answers": answers, "legal_basis": [{"id": "b1"}]}


@pytest.mark.parametrize(("distance", "passed"), [(100, True), ("99.5", False), (None, True)])
def test_the_office_judges_the_distance_to_schools(distance: object, passed: bool) -> None:
    step = office.next_step(dossier("ACCEPTED", distance))

    assert step is not None
    marks: Any = step.body["marks"]
    assert [mark["passed"] for mark in marks] == [True, passed]


def test_the_office_refuses_on_what_failed() -> None:
    step = office.next_step(dossier("EXAMINED", 50, passed=False))

    assert step is not None
    assert (step.verb, step.body["failed_points"], step.body["legal_basis"]) == (
        "refuse",
        ["p1", "p3"],
        ["b1"],
    )


@pytest.mark.parametrize("change", ["none", "body", "secret", "old", "unsigned"])
def test_only_what_the_platform_signed_is_received(change: str) -> None:
    secret = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
    event_id = UUID(int=1)
    headers = dict(
        webhooks.signature_headers(b"{}", event_id=event_id, sent_at=1_000, secrets_in_use=[secret])
    )
    body = b"{ }" if change == "body" else b"{}"
    if change == "unsigned":
        del headers["webhook-signature"]
    known = "whsec_QkJCQkJCQkJCQkJC" if change == "secret" else secret

    genuine = receiving.is_genuine(headers, body, secret=known, now=1_000 + (301 if change == "old" else 0))

    assert genuine is (change == "none")
