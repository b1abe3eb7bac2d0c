"""Child processes that never outlive the script that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
END_SECONDS = 10
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None)


class EndRequested(Exception):
    """Ctrl-C, a closed terminal or SIGTERM."""


def say(text: str = "", end: str = "\n") -> None:
    """Tell the person at the terminal; standard output is kept for results.

    A terminal that was closed, or a `tee` that the same Ctrl-C has ended, must not keep a script from tidying up.
    """
    with suppress(OSError):
        sys.stderr.write(text + end)
        sys.stderr.flush()


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


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
    # Python swallows what a signal raises while it forks; so a request to end waits until the child is there.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
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
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


def run(
    command: list[str | Path],
    *,
    log: Path | None = None,
    environment: dict[str, str] | None = None,
    own_group: bool = False,
) -> int:
    """Run a child to its end and return its exit status; of a group of its own nobody is left, however this ends."""
    child = start(command, log=log, environment=environment, own_group=own_group)
    try:
        return child.wait()
    finally:
        if own_group:
            end_group(child)
        elif not has_ended(child):
            child.terminate()
            child.wait()


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether a child has ended.

    A request to end waits meanwhile: raised inside `poll` it could leave the lock taken that the child is waited for under.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        return child.poll() is not None
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


def heed_endings() -> None:
    """From now on a request to end raises EndRequested where this script stands; what comes after the first is ignored."""
    for number in ENDINGS:
        signal.signal(number, _request_end)


def ignore_endings() -> None:
    """From now on nothing interrupts the tidying up."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def _request_end(_number: int, _frame: FrameType | None) -> None:
    ignore_endings()
    raise EndRequested


def end_group(leader: subprocess.Popen[bytes]) -> None:
    """End a child that has a group of its own, and all that it started in it."""
    _signal_group(leader, signal.SIGTERM)
    ends = time.monotonic() + END_SECONDS
    while _signal_group(leader, 0):
        has_ended(leader)  # until it is collected, a child that has ended counts as one of the group
        if time.monotonic() > ends:
            _signal_group(leader, signal.SIGKILL)
            break
        time.sleep(0.05)
    leader.wait()


def _signal_group(leader: subprocess.Popen[bytes], number: int) -> bool:
    """Whether anyone of the group was there to be told."""
    try:
        os.killpg(leader.pid, number)
    except ProcessLookupError:
        return False
    return True


def marked(name: str, value: str) -> list[int]:
    """The processes that have this variable in their environment: what a killed script left is found by it."""
    mark = os.fsencode(f"{name}={value}")
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            has_mark = mark in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if has_mark:
            found.append(int(entry.name))
    return found


def end_marked(name: str, value: str) -> None:
    """End them, and return when none is left."""
    for pid in marked(name, value):
        _signal(pid, signal.SIGTERM)
    ends = time.monotonic() + END_SECONDS
    while remaining := marked(name, value):
        if time.monotonic() > ends:
            for pid in remaining:
                _signal(pid, signal.SIGKILL)
        time.sleep(0.05)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


class Timed:
    """Says what is being done and, when it is done, how long it took."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __enter__(self) -> None:
        self.began = time.monotonic()
        say(f"{self.title} … ", end="")

    def __exit__(self, kind: object, *_: object) -> None:
        say("failed" if kind else f"{time.monotonic() - self.began:.1f} s")
