import json
import signal
import subprocess
import time
from pathlib import Path

import _setup
import pytest

from scripts.conftest import SCRIPT, running_with, started

# Set up in a folder of its own: the second step starts a program that starts another, as npm does, and neither ends by itself.
LAUNCH = """
import sys
from pathlib import Path
sys.path.insert(0, {script!r})
import _setup
_setup.ROOT, _setup.STATE, _setup.SCRIPTS = Path({folder!r}), Path({folder!r}) / "state", Path({folder!r})
product = _setup.ROOT / "product"

def make(log):
    _setup._call(log, "sh", "-c", {command!r}, "packages", _setup.ROOT)
    product.touch()

def make_environment(log):
    with (_setup.ROOT / "environments").open("a") as file:
        file.write("made\\n")

_setup._steps = lambda for_development: [
    _setup.Step("venv", "Environment", [], [], make_environment),
    _setup.Step({step!r}, "Sample", [], [product], make),
]
sys.exit(_setup.main())
"""
ENDLESS = 'touch "$1/begun"; sleep 600 & sleep 600'


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(_setup, "ROOT", tmp_path)
    monkeypatch.setattr(_setup, "STATE", tmp_path / "state")
    (tmp_path / "state").mkdir()
    file = tmp_path / "锁 lock.txt"
    file.write_text("one")
    return file


def make_step(source: Path) -> _setup.Step:
    product = source.with_name("product")
    return _setup.Step(
        "sample", "Sample", [source], [product], lambda _log: product.write_text("made") and None
    )


def test_step_is_due_until_it_ran(source: Path) -> None:
    step = make_step(source)

    before = step.is_current()
    step.run()

    assert (before, step.is_current()) == (False, True)


def test_changed_input_makes_the_step_due(source: Path) -> None:
    make_step(source).run()

    source.write_text("two")

    assert not make_step(source).is_current()


def test_missing_product_makes_the_step_due(source: Path) -> None:
    make_step(source).run()

    source.with_name("product").unlink()

    assert not make_step(source).is_current()


def test_moved_tree_makes_the_step_due(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_step(source).run()
    monkeypatch.setattr(_setup, "ROOT", source.parents[1])

    assert not make_step(source).is_current()


def test_failed_step_shows_the_program_s_output_and_stays_due(source: Path) -> None:
    def fail(log: Path) -> None:
        _setup._call(log, "sh", "-c", "echo no space left; exit 3")

    step = _setup.Step("sample", "Sample", [source], [], fail)

    with pytest.raises(_setup.StepFailed, match=r"no space left\nsh -c .* ended with 3"):
        step.run()

    assert not step.is_current()


def launch(folder: Path, command: str, *arguments: str, step: str = "npm") -> subprocess.Popen[str]:
    code = LAUNCH.format(script=str(SCRIPT), folder=str(folder), command=command, step=step)
    return started(code, *arguments, SAMPLE_SETUP=str(folder))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_it_ends_what_it_runs_and_the_next_start_goes_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "示例 tree"
    folder.mkdir()
    running = launch(folder, ENDLESS)
    wait_for(folder / "begun")

    running.send_signal(number)
    _, said = running.communicate(timeout=30)
    left = running_with(f"SAMPLE_SETUP={folder}")
    again = launch(folder, "true")
    again.communicate(timeout=30)

    assert (running.returncode, left) == (130, [])
    assert "interrupted" in said
    assert again.returncode == 0
    assert (folder / "product").exists()


@pytest.mark.parametrize(
    ("step", "environments"), [("packages", 2), ("packages-development", 2), ("project", 2), ("npm", 1)]
)
def test_after_kill_9_the_next_start_ends_what_was_left_and_trusts_no_half_installed_package(
    tmp_path: Path, step: str, environments: int
) -> None:
    killed = launch(tmp_path, ENDLESS, step=step)
    wait_for(tmp_path / "begun")
    killed.kill()
    killed.communicate(timeout=30)

    again = launch(tmp_path, "true", step=step)
    again.communicate(timeout=30)
    third = launch(tmp_path, "false", step=step)
    third.communicate(timeout=30)

    assert (again.returncode, third.returncode) == (0, 0)
    assert running_with(f"SAMPLE_SETUP={tmp_path}") == []
    assert (tmp_path / "environments").read_text().count("made") == environments


def test_a_second_set_up_at_once_says_that_it_waits_and_disturbs_nothing(tmp_path: Path) -> None:
    first = launch(tmp_path, 'touch "$1/begun"; while [ ! -e "$1/goes on" ]; do sleep 0.05; done')
    wait_for(tmp_path / "begun")
    second = launch(tmp_path, "false")
    assert second.stderr is not None

    said = second.stderr.readline()
    (tmp_path / "goes on").touch()
    first.communicate(timeout=30)
    second.communicate(timeout=30)

    assert said == "Another set-up of this folder is at work; waiting for it to end.\n"
    assert (first.returncode, second.returncode) == (0, 0)


def wait_for(file: Path) -> None:
    waited_until = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < waited_until
        time.sleep(0.02)


def test_it_becomes_the_script_that_is_named_with_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "_next.py").write_text(
        "import json, os, sys; print(json.dumps([os.getpid(), *sys.argv[1:]]))"
    )

    setup = launch(tmp_path, "true", "--only", "run", "--then", "_next.py", "--port", "1", "a b")
    said, _ = setup.communicate(timeout=30)

    assert json.loads(said) == [setup.pid, "--port", "1", "a b"]


def test_failed_step_keeps_the_named_script_from_running(tmp_path: Path) -> None:
    (tmp_path / "_next.py").write_text("print('ran')")

    setup = launch(tmp_path, "exit 3", "--then", "_next.py")
    said, _ = setup.communicate(timeout=30)

    assert (setup.returncode, said) == (1, "")
