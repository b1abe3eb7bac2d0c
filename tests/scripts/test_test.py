import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import _browser
import _softhsm
import _test
import pytest

from foundation.postgres.conftest import forget
from scripts.conftest import SCRIPT, started
from tongban.foundation import postgres

# In the place of pytest: runs until a file is there, and says whether the database still answers.
LAUNCH = """
import sys, time
from pathlib import Path
sys.path.insert(0, {script!r})
import _test
from tongban.foundation import postgres

def run(command, environment):
    Path({begun!r}).touch()
    while not Path({end!r}).exists():
        time.sleep(0.02)
    return 0 if postgres.status().is_running else 9

_test.run = run
_test._missing_programs = lambda arguments: ()
sys.exit(_test.main())
"""
MARKED = "@pytest.mark." + "browser\ndef test_page(): ...\n"
WITH_TOKEN = "@pytest.mark." + "token\ndef test_signs(): ...\n"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that would have run, with a browser missing and a database that need not be started."""
    called: list[list[str]] = []

    def refuse() -> str:
        raise _browser.BrowserMissing("Chromium is missing. Install it with: …")

    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere.example/tongban")
    monkeypatch.delenv("CI", raising=False)

    def refuse_token() -> str:
        raise _softhsm.SoftHsmMissing("SoftHSM2 is missing. Install it with: …")

    monkeypatch.setattr(_browser, "provide", refuse)
    monkeypatch.setattr(_softhsm, "provide", refuse_token)
    monkeypatch.setattr(postgres, "start", lambda: pytest.fail("started a database that is not used"))
    monkeypatch.setattr(
        _test, "run", lambda command, **_: called.append([str(word) for word in command]) or 0
    )
    return called


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["script/test", *arguments])
    return _test.main()


def test_missing_browser_fails_in_continuous_integration_before_any_test(
    commands: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "test_pages.py").write_text(MARKED)
    monkeypatch.setenv("CI", "true")

    status = call(monkeypatch, str(tmp_path))

    assert status == 1
    assert "Chromium is missing. Install it with" in capsys.readouterr().err
    assert commands == []


def test_missing_softhsm_fails_in_continuous_integration_and_is_said_elsewhere(
    commands: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "test_tokens.py").write_text(WITH_TOKEN)

    elsewhere = call(monkeypatch, str(tmp_path))
    said = capsys.readouterr().err
    monkeypatch.setenv("CI", "true")

    assert (elsewhere, call(monkeypatch, str(tmp_path)), len(commands)) == (0, 1, 1)
    assert "SoftHSM2 is missing" in said
    assert "Chromium" not in said


def test_missing_browser_is_said_elsewhere_and_the_tests_run(
    commands: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "test_pages.py").write_text(MARKED)

    status = call(monkeypatch, str(tmp_path))

    assert status == 0
    assert "Chromium is missing" in capsys.readouterr().err
    assert len(commands) == 1


def test_paths_without_browser_tests_need_no_browser(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_money.py").write_text("def test_sum(): ...\n")
    monkeypatch.setenv("CI", "true")
    monkeypatch.chdir(tmp_path)

    status = call(monkeypatch, "test_money.py::test_sum", "-q")

    assert status == 0
    assert commands[0][-2:] == [f"{tmp_path.resolve()}/test_money.py::test_sum", "-q"]


def test_all_tests_run_in_a_process_more_than_cores_and_a_few_in_one(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_money.py").write_text("def test_sum(): ...\n")
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    call(monkeypatch, "-q")
    call(monkeypatch, "-q", str(tmp_path))
    call(monkeypatch, "-n0")

    assert commands[0][3:] == ["-n3", "--dist=loadfile", "--no-loadscope-reorder", "-q"]
    assert commands[1][3:] == ["-q", str(tmp_path)]
    assert commands[2][3:] == ["-n0"]


def test_relative_folder_of_vectors_is_that_of_the_person_s_own_folder(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setattr(_test, "run", lambda _command, environment: given.append(environment) or 0)
    monkeypatch.setenv("TONGBAN_VECTORS", "my vectors")
    monkeypatch.chdir(tmp_path)

    call(monkeypatch, "-n0")

    assert given[0]["TONGBAN_VECTORS"] == f"{tmp_path.resolve()}/my vectors"


def test_programs_that_tests_start_find_the_modules_compiled(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []
    monkeypatch.setattr(_test, "run", lambda _command, environment: given.append(environment) or 0)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    call(monkeypatch, "-n0")

    assert "PYTHONDONTWRITEBYTECODE" not in given[0]


@pytest.fixture
def home(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[Path]:
    folder = tmp_path / "home"
    begin(folder)
    yield folder
    forget(folder)


class Run:
    """One `script/test` of a home, under way until it is told to end."""

    def __init__(self, home: Path, name: str) -> None:
        self.begun, self.end = home.with_name(f"{name} begun"), home.with_name(f"{name} end")
        code = LAUNCH.format(script=str(SCRIPT), begun=str(self.begun), end=str(self.end))
        self.process: subprocess.Popen[str] = started(code, TONGBAN_HOME=str(home))
        waited_until = time.monotonic() + 60
        while not self.begun.exists():
            assert self.process.poll() is None
            assert time.monotonic() < waited_until
            time.sleep(0.02)

    def finish(self) -> int:
        self.end.touch()
        self.process.communicate(timeout=60)
        return self.process.returncode


def test_of_two_runs_at_once_the_last_one_stops_the_server_that_the_first_started(home: Path) -> None:
    first, second = Run(home, "first"), Run(home, "second")

    first_ended = first.finish()
    still_running = postgres.status(home).is_running
    second_ended = second.finish()

    assert (first_ended, still_running, second_ended) == (0, True, 0)
    assert not postgres.status(home).is_running


def test_a_server_that_ran_before_goes_on(home: Path) -> None:
    postgres.start(home)

    assert Run(home, "only").finish() == 0

    assert postgres.status(home).is_running


def test_after_kill_9_the_next_run_stops_the_server_that_was_left(home: Path) -> None:
    killed = Run(home, "killed")
    killed.process.kill()
    killed.process.communicate()

    assert Run(home, "next").finish() == 0

    assert not postgres.status(home).is_running
