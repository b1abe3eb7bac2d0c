import _softhsm
import pytest


def test_missing_softhsm_names_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_softhsm, "find", lambda: None)
    monkeypatch.setattr(_softhsm.os, "geteuid", lambda: 1000)

    with pytest.raises(_softhsm.SoftHsmMissing, match="sudo apt-get install softhsm2"):
        _softhsm.provide()


def test_root_installs_softhsm(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    answers = iter([None, "/usr/bin/softhsm2-util"])
    monkeypatch.setattr(_softhsm, "find", lambda: next(answers))
    monkeypatch.setattr(_softhsm.os, "geteuid", lambda: 0)
    monkeypatch.setattr(_softhsm.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(_softhsm, "run", lambda command: commands.append(command) or 0)

    assert _softhsm.provide() == "/usr/bin/softhsm2-util"

    assert [command[-1] for command in commands] == ["-q", "softhsm2"]
