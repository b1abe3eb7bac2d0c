import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.postgres.conftest import forget, run_sql
from tongban.config import cli
from tongban.foundation import postgres


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "家 home"
    yield folder
    forget(folder)


def tongban(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "tongban.config.cli", *words],
        env={**environment, "TONGBAN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_database_verbs_from_first_start_to_restored_backup(home: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")

    before = tongban(home, "db", "status")
    tongban(home, "db", "start")
    running = tongban(home, "db", "status")
    created = tongban(home, "db", "psql", "-c", "CREATE TABLE receipt AS SELECT 'A-1' AS number", "-q")
    backed_up = tongban(home, "db", "backup", file)
    run_sql(home, "DELETE FROM receipt")
    restored = tongban(home, "db", "restore", file)
    rows = tongban(home, "db", "psql", "-At", "-c", "SELECT number FROM receipt")
    stopped = tongban(home, "db", "stop")

    assert (before.returncode, running.returncode) == (3, 0)
    assert postgres.default_url(home) in running.stdout
    assert [step.returncode for step in (created, backed_up, restored, stopped)] == [0, 0, 0, 0]
    assert rows.stdout == "A-1\n"
    assert not postgres.status(home).is_running


def test_trouble_is_one_sentence_and_a_status(home: Path, tmp_path: Path) -> None:
    failed = tongban(home, "db", "restore", str(tmp_path / "missing"))

    assert failed.returncode == 1
    assert failed.stderr == f"tongban db restore: {tmp_path / 'missing'} is not a file\n"


def test_a_reader_that_has_had_enough_ends_the_command_without_a_word(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tongban.config.cli", "standards", "validate", "--stdin", "--json"],
        env={**os.environ, "TONGBAN_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()

    _, said = process.communicate(b"uscc\t91350100M000100Y43\n" * 5_000)

    assert (process.returncode, said) == (141, b"")


KNOWN = {"catalogue_import": "tongban.x", "catalogue_check": "tongban.x", "demo_move_clock": "tongban.x"}


class Recorder:
    """Stands in for a management command and notes how it was called."""

    def __init__(self, calls: list[tuple[str, list[str]]], name: str) -> None:
        self.calls, self.name = calls, name

    def run_from_argv(self, words: list[str]) -> None:
        self.calls.append((self.name, words))


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    calls: list[tuple[str, list[str]]] = []
    known = {**KNOWN, "migrate": "django.core", "check": "django.core"}
    monkeypatch.setattr("django.core.management.get_commands", lambda: known)
    monkeypatch.setattr(
        "django.core.management.load_command_class", lambda _application, name: Recorder(calls, name)
    )
    return calls


@pytest.mark.parametrize(
    ("words", "command", "passed_on"),
    [
        ("catalogue import list.json --dry-run", "catalogue_import", ["list.json", "--dry-run"]),
        ("demo move-clock 3", "demo_move_clock", ["3"]),
        ("check --deploy", "check", ["--deploy"]),
        ("migrate cases", "migrate", ["cases"]),
    ],
)
def test_group_and_verb_name_a_management_command(
    words: str,
    command: str,
    passed_on: list[str],
    called: list[tuple[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["tongban", *words.split()])

    status = cli.main()

    ((name, arguments),) = called
    assert (status, name, arguments[2:]) == (0, command, passed_on)
    assert " ".join(arguments) == f"tongban {words}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nonsense", "tongban: there is no command nonsense; tongban --help lists them\n"),
        ("catalogue", "tongban catalogue: name a verb: check, import\n"),
        ("catalogue --json", "tongban catalogue: name a verb: check, import\n"),
        ("catalogue buy", "tongban catalogue: there is no verb buy; choose from check, import\n"),
    ],
)
def test_a_command_that_is_not_there_is_told_from_those_that_are(
    words: str,
    said: str,
    called: list[tuple[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["tongban", *words.split()])

    status = cli.main()

    assert (status, called) == (2, [])
    assert capsys.readouterr().err == said


def test_a_database_that_is_not_there_or_not_migrated_is_one_sentence(home: Path) -> None:
    absent = tongban(home, "audit", "verify")
    postgres.start(home)
    empty = tongban(home, "audit", "verify")

    assert (absent.returncode, empty.returncode) == (1, 1)
    assert absent.stderr.splitlines()[-1] == (
        "tongban audit verify: the database does not answer; start it with: tongban db start"
    )
    assert empty.stderr == (
        "tongban audit verify: the database is not up to date with this release; run: tongban migrate\n"
    )


def test_a_setting_that_cannot_be_used_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGBAN_MODE", "development")

    refused = tongban(home, "check")

    assert refused.returncode == 1
    assert (
        refused.stderr
        == "tongban: TONGBAN_MODE is not usable: Input should be 'demo', 'test' or 'production'\n"
    )


def test_help_lists_groups_with_their_verbs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        cli, "_own_commands", lambda: ["audit_verify", "catalogue_check", "catalogue_import", "worker"]
    )
    monkeypatch.setattr(sys, "argv", ["tongban", "--help"])

    status = cli.main()

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert status == 0
    assert "catalogue check | import" in lines
    assert "audit verify" in lines
    assert "worker" in lines
    assert "db start | stop | status | psql | backup | restore | upgrade" in lines
