"""Child processes that never outlive the script that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None)


def say(text: str = "", end: str = "\n") -> None:
    """Tell the person at the terminal; standard output is kept for results."""
    sys.stderr.write(text + end)
    sys.stderr.flush()


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(
    command: list[str | Path],
    *,
    log: Path | None = None,
    environment: dict[str, str] | None = None,
    own_group: bool = False,
    answers: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a child that gets SIGTERM when this script dies, even by kill -9; its output goes to the log.

    What one that answers writes on its standard output is for the caller to read.
    """
    output = log.open("wb") if log else None
    try:
        return subprocess.Popen(  # noqa: S603 - the scripts' own programs
            command,
            cwd=ROOT,
            env=environment or dict(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if answers else output,
            stderr=subprocess.STDOUT if output else None,
            preexec_fn=_end_with_parent,  # safe: these scripts have one thread
            start_new_session=own_group,
        )
    finally:
        if output:
            output.close()


def run(
    command: list[str | Path], *, log: Path | None = None, environment: dict[str, str] | None = None
) -> int:
    """Run a child to its end and return its exit status."""
    child = start(command, log=log, environment=environment)
    try:
        return child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise


class Timed:
    """Says what is being done and, when it is done, how long it took."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __enter__(self) -> None:
        self.began = time.monotonic()
        say(f"{self.title} … ", end="")

    def __exit__(self, kind: object, *_: object) -> None:
        say("failed" if kind else f"{time.monotonic() - self.began:.1f} s")
