import _browser
import pytest


def test_missing_browser_names_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_browser, "find", lambda: None)
    monkeypatch.setattr(_browser.os, "geteuid", lambda: 1000)

    with pytest.raises(_browser.BrowserMissing, match="sudo apt-get install chromium"):
        _browser.provide()


def test_root_installs_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    answers = iter([None, None, "/usr/bin/chromium"])
    monkeypatch.setattr(_browser, "find", lambda: next(answers))
    monkeypatch.setattr(_browser.os, "geteuid", lambda: 0)
    monkeypatch.setattr(_browser.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(_browser, "run", lambda command: commands.append(command) or 0)

    assert _browser.provide() == "/usr/bin/chromium"

    assert all(command[:2] == ["apt-get", "install"] for command in commands[1:])
    assert [command[-1] for command in commands[1:]] == ["chromium-headless-shell", "chromium"]
