"""Run the tests: start the embedded database if needed, provide the browser and the token, then pytest."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import _browser
import _softhsm
from _processes import PYTHON, ROOT, run, say

from tongban.foundation import postgres

MOST_PROCESSES = 4
"""With more of them, the longest file alone would decide how long it takes."""
WAITING = 1
"""A process more than there are cores: a browser, a server or a job is often waited for."""


def main() -> int:
    """Run pytest on the arguments and return its exit status."""
    began = time.monotonic()
    arguments = [_from_root(argument) for argument in sys.argv[1:]]
    missing = list(_missing_programs(arguments))
    for sentence in missing:
        say(sentence)
    if missing and os.environ.get("CI"):
        return 1
    environment = {**os.environ, "TONGBAN_MODE": "test", "TONGBAN_HOME": str(postgres.default_home())}
    # The tests start a hundred programs of ours, each of which would compile all modules anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if environment.get("TONGBAN_VECTORS"):
        environment["TONGBAN_VECTORS"] = str(Path(environment["TONGBAN_VECTORS"]).resolve())
    with _database():
        say(f"Set up in {time.monotonic() - began:.1f} s; the tests' own time is on the last line.")
        return run([PYTHON, "-m", "pytest", *_side_by_side(arguments), *arguments], environment=environment)


@contextmanager
def _database() -> Iterator[None]:
    """The embedded server runs meanwhile; of several tests at once that had to start it, the last one stops it."""
    if "DATABASE_URL" in os.environ:
        yield
        return
    home = postgres.default_home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "tests.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        was_running = postgres.status().is_running
        started = postgres.start()
        if not was_running:
            lock.truncate(0)
            lock.write(str(started.pid))
            lock.flush()
        try:
            yield
        finally:
            _stop_if_last(lock)


def _stop_if_last(lock: TextIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    lock.seek(0)
    if lock.read() == str(postgres.status().pid):
        postgres.stop()


def _from_root(argument: str) -> str:
    """A path as pytest wants it, which runs in the root whatever folder the person is in."""
    path, separator, rest = argument.partition("::")
    if argument.startswith("-") or not Path(path).exists():
        return argument
    return f"{Path(path).resolve()}{separator}{rest}"


def _side_by_side(arguments: list[str]) -> list[str]:
    """Options for a process more than cores, each with a database of its own and whole files in their order; for all tests only."""
    processes = min((os.cpu_count() or 1) + WAITING, MOST_PROCESSES)
    if any(not argument.startswith("-") or argument.startswith("-n") for argument in arguments):
        return []
    return [f"-n{processes}", "--dist=loadfile", "--no-loadscope-reorder"]


def _missing_programs(arguments: list[str]) -> Iterator[str]:
    """Provide what the named tests need beside Python; what could not be had, as the command to type."""
    named = [Path(argument.partition("::")[0]) for argument in arguments if not argument.startswith("-")]
    folders = [path for path in named if path.exists()] or [ROOT / "tests"]
    if any(_has_mark(path, "browser") for path in folders):
        try:
            _browser.provide()
        except _browser.BrowserMissing as missing:
            yield str(missing)
    if any(_has_mark(path, "token") for path in folders):
        try:
            _softhsm.provide()
        except _softhsm.SoftHsmMissing as missing:
            yield str(missing)


def _has_mark(path: Path, mark: str) -> bool:
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    return any(f"mark.{mark}" in file.read_text() for file in files)


if __name__ == "__main__":
    sys.exit(main())
