"""The four departments' registers as processes, for tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domains.identity import cast
from tongban.demo import seeding
from tongban.demo.registers import making, store
from tongban.domains.exchange import services as exchange
from tongban.domains.exchange.services import gates, registry
from tongban.domains.exchange.types import LookupRequest, LookupResult
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import Subject, SubjectKind
from tongban.foundation import postgres
from tongban.kernel.actors import PLATFORM

RESOURCES: dict[str, Any] = {
    one["code"]: {
        **{name: one[name] for name in ("code", "name", "provider", "sharing")},
        "fields": [field["name"] for field in one["fields"]],
    }
    for one in seeding.read("resources")
    if one["code"] in ("FR-ENTITY", "RK-INSURANCE", "RK-MARRIAGE", "RK-PERSON")
}
"""Without the elements and systems that the catalogue describes them by."""
NUMBERS = {
    one["key"]: one["number"] for kind in ("persons", "entities") for one in seeding.read("people")[kind]
}


@dataclass
class Departments:
    """Files, databases and processes of the four."""

    folder: Path
    prefix: str
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def told(self, code: str) -> Any:
        return json.loads((self.folder / f"{code}.json").read_text())

    def start(self, code: str) -> None:
        command = [sys.executable, "-m", "tongban.demo.registers", str(self.folder / f"{code}.json")]
        command += ["--clock", str(self.folder / "clock.json")]
        self.processes[code] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def wait(self, code: str) -> None:
        output = self.processes[code].stdout
        assert output is not None
        assert output.readline().startswith(code)

    def kill(self, code: str) -> None:
        process = self.processes.pop(code)
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    def fault(self, code: str, kind: str) -> None:
        store.set_fault(self.told(code)["database"], kind)

    def log(self, code: str) -> list[Any]:
        return [json.loads(line) for line in store.log_lines(self.told(code)["database"])]


@pytest.fixture(scope="session")
def running_departments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Departments]:
    folder = tmp_path_factory.mktemp("registers")
    departments = Departments(folder, f"test_{os.getpid()}_")
    location = postgres.locate()
    making.create_databases(people=seeding.read("people"), location=location, prefix=departments.prefix)
    yield departments
    for code in list(departments.processes):
        departments.kill(code)
    making.remove(location, departments.prefix)


@pytest.fixture
def departments(db: None, running_departments: Departments, monkeypatch: pytest.MonkeyPatch) -> Departments:
    """All four running and well, and the platform asks them."""
    monkeypatch.setattr(registry, "_cause_checks", [])
    running = running_departments
    cast.load_city()
    for number, code in enumerate(making.DEPARTMENTS, start=1):
        cast.department(code, number)
    exchange.load_resources(list(RESOURCES.values()), actor=PLATFORM, at=cast.NOW)
    (running.folder / "clock.json").write_text(json.dumps({"now": cast.NOW.isoformat()}))
    making.write_files(running.folder, location=postgres.locate(), prefix=running.prefix, at=cast.NOW)
    making.point_ways(running.folder, at=cast.NOW)
    stopped = [code for code in making.DEPARTMENTS if code not in running.processes]
    for code in stopped:
        running.start(code)
    for code in stopped:
        running.wait(code)
    for code in making.DEPARTMENTS:
        running.fault(code, "")
    write_cast()
    gates.open_all()
    return running


def write_cast() -> None:
    """The sample people and firms with their relations, as the platform's own registers hold them."""
    people = {name: [] for name in seeding.read("people")}
    people |= {name: seeding.read("people")[name] for name in ("persons", "entities", "relations")}
    seeding.write_people(people, cast.NOW)


def subject(number: str) -> Subject:
    kind = SubjectKind.PERSON if number.isdecimal() or number.endswith("X") else SubjectKind.ENTITY
    found = identity.find_subject(kind, number)
    assert found is not None
    return found


def request(resource: str, key: str) -> LookupRequest:
    return LookupRequest(
        resource, subject(NUMBERS[key]).id, tuple(RESOURCES[resource]["fields"]), "NEWBORN", "draft-1"
    )


def ask(*requests: LookupRequest) -> tuple[LookupResult, ...]:
    return exchange.look_up_many(requests, actor=PLATFORM, at=cast.NOW)


def values(result: LookupResult) -> dict[str, object]:
    return {name: value.value for name, value in result.values.items()}
