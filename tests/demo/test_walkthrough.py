"""The sample city as a newcomer starts it, the three stories beside web and worker, and what is told of one that is sabotaged."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from foundation.postgres.conftest import forget, run_sql
from tongban.demo.walkthrough.account import Account, PackageAccount
from tongban.demo.walkthrough.browser import Browser, StepFailed
from tongban.demo.walkthrough.stories import STORIES
from tongban.domains.cases.types import Status
from tongban.foundation import postgres

pytestmark = pytest.mark.timeout(900)

ROOT = Path(__file__).resolve().parents[2]
DEMO: list[str | Path] = [sys.executable, ROOT / "script" / "_demo.py"]
TONGBAN: list[str | Path] = [sys.executable, "-m", "tongban.config.cli"]
CLOCK = "business-clock.json"
HANDLED_AT_OPENING = """
SELECT count(*), count(DISTINCT split_part(department, '-', 1)), count(DISTINCT nullif(split_part(department, '-', 2), ''))
FROM cases_case WHERE received_at < timestamptz '2026-03-02 09:00+08'
"""
AT_OPENING = """
SELECT DISTINCT ON (case_id) to_status FROM cases_historyentry
WHERE at < timestamptz '2026-03-02 09:00+08' ORDER BY case_id, at DESC, id DESC
"""
ACTED_AT_OPENING = """
SELECT count(DISTINCT actor_id) FROM cases_historyentry
WHERE actor_kind = 'OFFICER' AND at < timestamptz '2026-03-02 09:00+08'
"""


def environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TONGBAN_TEST_DB")
    }
    return {**kept, "TONGBAN_MODE": "demo", "TONGBAN_HOME": str(home)}


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The city of a home, up; its address."""
    demo = subprocess.Popen(
        [*DEMO, "--port", "8730"], env=environment(home), stderr=subprocess.PIPE, text=True
    )
    assert demo.stderr is not None
    said = ""
    for line in demo.stderr:
        said += line
        if "Ctrl-C ends everything" in line:
            break
    found = re.search(r"Portal +(\S+)/\n", said)
    try:
        assert found is not None, said
        yield found[1]
    finally:
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The database server of a home; the address of the database for maintenance."""
    postgres.start(home)
    try:
        yield postgres.url_of("postgres", "tongban", home)
    finally:
        postgres.stop(home)


def copy_database(url: str, source: str, target: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {target}")
        connection.execute(f"CREATE DATABASE {target} TEMPLATE {source}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the city has been started once, and kept as it opened in the database `opening`."""
    folder = tmp_path_factory.mktemp("示例 city")
    with running(folder):
        pass
    with server(folder) as url:
        copy_database(url, "tongban", "opening")
    yield folder
    forget(folder)


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, Any]:
    done = subprocess.run(
        [*DEMO, "--walkthrough", "--json", "--port", "8730"],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def numbers(home: Path, told: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    with server(home), psycopg.connect(postgres.default_url(home)) as connection:
        yield connection


@pytest.fixture(scope="module")
def opened(home: Path) -> Iterator[str]:
    """The city as it was when it opened, up again."""
    with server(home) as url:
        copy_database(url, "opening", "tongban")
    (home / CLOCK).unlink()
    with running(home) as address:
        yield address


def test_its_one_object_has_the_shape_that_is_promised(told: dict[str, Any]) -> None:
    assert set(told) == {"ok", "steps", "packages"}
    assert told["ok"] is True
    assert {frozenset(step) for step in told["steps"]} == {
        frozenset({"at", "door", "actor", "action", "ok", "detail"})
    }
    assert all(step["ok"] for step in told["steps"])
    assert [step["at"] for step in told["steps"]] == sorted(step["at"] for step in told["steps"])
    assert {step["door"] for step in told["steps"]} == {"portal", "console", "openapi", "plan"}
    assert [one["code"] for one in told["packages"]] == [one.package for one in STORIES]


def test_each_package_keeps_its_promise_and_waives_materials(told: dict[str, Any]) -> None:
    for package in told["packages"]:
        assert set(package) == set(PackageAccount.__dataclass_fields__)
        assert package["materials_not_asked"]
        assert {frozenset(one) for one in package["materials_not_asked"]} == {
            frozenset({"name", "rule", "source"})
        }
        assert {frozenset(one) for one in package["waived"]} == {
            frozenset({"name", "rule", "source", "state", "case"})
        }
        assert 0 < package["elapsed_days"] <= package["promised_days"]
        assert package["fields_prefilled"] > 0
        assert package["fields_asked"] > 0
        assert len(package["licences"]) == len(package["cases"])
    assert [len(package["cases"]) for package in told["packages"]] == [4, 6, 6]
    restaurant, newborn, _ = (package["waived"] for package in told["packages"])
    assert (len(restaurant) >= 5, len(newborn) >= 7) == (True, True)


def test_its_numbers_are_in_the_database(told: dict[str, Any], numbers: psycopg.Connection[Any]) -> None:
    cases = [number for package in told["packages"] for number in package["cases"]]
    licences = [number for package in told["packages"] for number in package["licences"]]

    ended = numbers.execute(
        "SELECT number FROM cases_case WHERE status = 'CLOSED' AND number = ANY(%s)", [cases]
    )
    issued = numbers.execute("SELECT number FROM licences_licence WHERE number = ANY(%s)", [licences])

    assert sorted(row[0] for row in ended.fetchall()) == sorted(cases)
    assert sorted(row[0] for row in issued.fetchall()) == sorted(licences)


def test_the_city_has_lived_before(numbers: psycopg.Connection[Any]) -> None:
    standing = {row[0] for row in numbers.execute(AT_OPENING).fetchall()}
    total, departments, districts = numbers.execute(HANDLED_AT_OPENING).fetchone() or (0, 0, 0)
    (officers,) = numbers.execute(ACTED_AT_OPENING).fetchone() or (0,)

    assert standing == set(Status)
    assert total >= 300
    assert departments >= 20
    assert districts == 16
    assert officers >= 40


def walk(home: Path, address: str, package: str) -> subprocess.Popen[str]:
    command = [*TONGBAN, "demo", "walkthrough", "--url", address, "--json", "--package", package]
    return subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def failed_steps(told: str) -> list[tuple[str, str]]:
    account = json.loads(told)
    assert account["ok"] is False
    return [(step["action"], step["detail"]) for step in account["steps"] if not step["ok"]]


def test_officer_whose_account_is_closed_is_the_step_that_fails(home: Path, opened: str) -> None:
    run_sql(home, "UPDATE identity_account SET is_active = false WHERE username = 'wangmin'")

    walking = walk(home, opened, "OPEN_RESTAURANT")
    told, _ = walking.communicate(timeout=300)
    (action, detail), *compared = failed_steps(told)

    assert walking.returncode == 1
    assert action == "受理"
    assert detail.endswith("SCJG-310115 has nobody who is ACCEPTOR")
    # The tobacco office works in a system of its own, where wangmin has no part.
    assert compared == [
        ("全部办结", "计划 4 个事项，办成 1 个"),
        ("承诺时间", "承诺 10 个工作日，没有全部办成"),
        ("结果", "应发 4 份，签发 1 份"),
    ]


def test_time_that_goes_by_underway_breaks_the_promise_that_the_plan_made(home: Path, opened: str) -> None:
    walking = walk(home, opened, "NEWBORN")
    assert walking.stderr is not None
    for line in walking.stderr:
        if "收件凭证" in line:
            break

    subprocess.run(
        [*TONGBAN, "demo", "clock", "+20d"], env=environment(home), capture_output=True, check=True
    )
    told, said = walking.communicate(timeout=300)
    failed = failed_steps(told)

    assert walking.returncode == 1
    assert "the city did not keep a promise" in said
    assert [action for action, _ in failed] == ["承诺时间"]
    assert re.fullmatch(r"承诺 5 个工作日，实际 1\d 个", failed[0][1])


def test_a_wrong_password_is_a_step_that_failed(transactional_db: None, live_server: Any) -> None:
    browser = Browser(live_server.url)
    with pytest.raises(StepFailed):
        browser.sign_in("zhangsan", "not-the-password")
    browser.close()


def test_a_server_that_is_away_makes_a_report_that_is_not_ok() -> None:
    told: list[str] = []
    account = Account(told.append)

    with pytest.raises(StepFailed):
        account.attempt("portal", "张三", "登录", lambda: Browser("http://127.0.0.1:9").open("/").text)

    assert account.ok is False
    assert account.as_json()["steps"][0]["ok"] is False
    assert "✗" in told[0]


def test_a_worker_that_does_not_come_is_a_step_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongban.demo.walkthrough.account.PATIENCE_S", 0)
    account = Account(lambda _line: None)

    with pytest.raises(StepFailed):
        account.wait_for("工作进程", "投递消息", lambda: False)

    assert account.ok is False


def test_a_broken_promise_is_seen_by_the_check() -> None:
    account = Account(lambda _line: None)

    account.check("承诺时间", "承诺 5 个工作日，实际 6 个", ok=False)

    assert account.ok is False
    assert account.as_json()["ok"] is False
