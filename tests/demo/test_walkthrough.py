"""The sample city as a newcomer starts it: one command in a fresh folder, then the three stories beside web and worker."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from foundation.postgres.conftest import forget
from tongban.demo.walkthrough.account import Account, PackageAccount
from tongban.demo.walkthrough.browser import Browser, StepFailed
from tongban.demo.walkthrough.stories import STORIES
from tongban.foundation import postgres

ROOT = Path(__file__).resolve().parents[2]
AT_OPENING = """
SELECT DISTINCT ON (case_id) to_status FROM cases_historyentry
WHERE at < timestamptz '2026-03-02 09:00+08' ORDER BY case_id, at DESC, id DESC
"""


def run_demo(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TONGBAN_TEST_DB")
    }
    return subprocess.run(
        [sys.executable, ROOT / "script" / "_demo.py", "--walkthrough", "--json", "--port", "8730"],
        env={**environment, "TONGBAN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("示例 city")
    yield folder
    forget(folder)


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, Any]:
    done = run_demo(home)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def numbers(home: Path, told: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    postgres.start(home)
    with psycopg.connect(postgres.default_url(home)) as connection:
        yield connection
    postgres.stop(home)


@pytest.mark.timeout(900)
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


@pytest.mark.timeout(900)
def test_each_package_keeps_its_promise_and_waives_materials(told: dict[str, Any]) -> None:
    for package in told["packages"]:
        assert set(package) == set(PackageAccount.__dataclass_fields__)
        assert package["materials_not_asked"]
        assert {frozenset(one) for one in package["materials_not_asked"]} == {
            frozenset({"name", "rule", "source"})
        }
        assert 0 < package["elapsed_days"] <= package["promised_days"]
        assert package["fields_prefilled"] > 0
        assert package["fields_asked"] > 0
        assert len(package["licences"]) == len(package["cases"])
    assert [len(package["cases"]) for package in told["packages"]] == [4, 6, 6]


@pytest.mark.timeout(900)
def test_its_numbers_are_in_the_database(told: dict[str, Any], numbers: psycopg.Connection[Any]) -> None:
    cases = [number for package in told["packages"] for number in package["cases"]]
    licences = [number for package in told["packages"] for number in package["licences"]]

    ended = numbers.execute(
        "SELECT number FROM cases_case WHERE status = 'CLOSED' AND number = ANY(%s)", [cases]
    )
    issued = numbers.execute("SELECT number FROM licences_licence WHERE number = ANY(%s)", [licences])

    assert sorted(row[0] for row in ended.fetchall()) == sorted(cases)
    assert sorted(row[0] for row in issued.fetchall()) == sorted(licences)


@pytest.mark.timeout(900)
def test_the_city_has_lived_before(numbers: psycopg.Connection[Any]) -> None:
    standing = [row[0] for row in numbers.execute(AT_OPENING).fetchall()]
    found = set(standing)

    assert len(standing) == 304
    assert found >= {"RECEIVED", "SUPPLEMENTING", "ACCEPTED", "SUSPENDED", "EXAMINED", "GRANTED", "REFUSED"}
    assert found >= {"NOT_ACCEPTED", "WITHDRAWN", "TERMINATED", "CLOSED"}


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
