import sys

import _check
import pytest


def test_every_check_runs_and_one_failure_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [sys.executable, "-c", "import sys; print('line 3 is wrong'); sys.exit(1)"]
    monkeypatch.setattr(_check, "CHECKS", [("first", bad), ("second", [sys.executable, "-c", ""])])

    status = _check.main()

    said = capsys.readouterr()
    assert status == 1
    assert "first … FAILED" in said.err
    assert "line 3 is wrong" in said.err
    assert "second … ok" in said.err
    assert "1 of 2 checks passed" in said.err
    assert said.out == ""


def test_no_failure_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_check, "CHECKS", [("only", [sys.executable, "-c", ""])])

    assert _check.main() == 0
