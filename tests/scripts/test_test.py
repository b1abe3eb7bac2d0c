from pathlib import Path

import _browser
import _test
import pytest

from tongban.foundation import postgres

MARKED = "@pytest.mark." + "browser\ndef test_page(): ...\n"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that would have run, with a browser missing and a database that need not be started."""
    called: list[list[str]] = []

    def refuse() -> str:
        raise _browser.BrowserMissing("Chromium is missing. Install it with: …")

    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere.example/tongban")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(_browser, "provide", refuse)
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


def test_all_tests_run_in_a_process_a_core_and_a_few_in_one(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_money.py").write_text("def test_sum(): ...\n")
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    call(monkeypatch, "-q")
    call(monkeypatch, "-q", str(tmp_path))
    call(monkeypatch, "-n0")

    assert commands[0][3:] == ["-n2", "--dist=loadfile", "--no-loadscope-reorder", "-q"]
    assert commands[1][3:] == ["-q", str(tmp_path)]
    assert commands[2][3:] == ["-n0"]
