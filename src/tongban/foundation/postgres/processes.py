"""Which processes serve a data folder, told from /proc, and how programs of PostgreSQL are run."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tongban.foundation.postgres.location import Location

KILL_AFTER_SECONDS = 5.0


class ProgramFailed(Exception):
    """A program of PostgreSQL ended with an error."""


def clean_environment() -> dict[str, str]:
    """The environment without PGHOST and its like, which would send a program to another server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment["LC_ALL"] = "C.UTF-8"
    return environment


def run_as_server(location: Location, program: Path, *arguments: str) -> None:
    """Run a server program as the account that owns the data folder. Raises ProgramFailed with its output."""
    # A folder that the other account cannot enter would be refused as working directory, hence "/".
    as_root = os.geteuid() == 0
    uid = location.server_uid if as_root else None
    finished = subprocess.run(  # noqa: S603 - no shell, our own programs
        [program, *arguments],
        user=uid,
        group=uid,
        extra_groups=[] if as_root else None,
        cwd="/",
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise ProgramFailed(f"{program.name} ended with {finished.returncode}: {finished.stdout.strip()}")


def run_client(location: Location, program: str, *arguments: str, script: str | None = None) -> str:
    """Run a client program as ourselves and return what it printed. Raises ProgramFailed with its error."""
    finished = subprocess.run(  # noqa: S603 - no shell, our own programs
        [location.binaries / program, *arguments],
        env=clean_environment(),
        input=script or "",
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise ProgramFailed(f"{program} ended with {finished.returncode}: {finished.stderr.strip()}")
    return finished.stdout


def postmaster_of(data_directory: Path) -> int | None:
    """The process that postmaster.pid names, if it is alive and really serves this folder."""
    try:
        pid = int((data_directory / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return pid if _serves(pid, data_directory) else None


def servers_of(data_directory: Path) -> list[int]:
    """Every PostgreSQL process of this folder, also if its postmaster or the folder is gone."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if _serves(pid, data_directory)]


def _serves(pid: int, data_directory: Path) -> bool:
    try:
        working = os.fspath(Path(f"/proc/{pid}/cwd").readlink())
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False
    # A server keeps its data folder as working directory; Linux marks a removed one.
    return (
        name == "postgres"
        and state != "Z"
        and working.removesuffix(" (deleted)") == os.fspath(data_directory)
    )


def end_all(data_directory: Path) -> int:
    """End what still serves this folder: at once, as after a crash, which the write-ahead log allows for."""
    found = servers_of(data_directory)
    waited_until = time.monotonic() + KILL_AFTER_SECONDS
    remaining = found
    for pid in found:
        _signal(pid, signal.SIGQUIT)
    while remaining:
        time.sleep(0.02)
        remaining = servers_of(data_directory)
        if time.monotonic() > waited_until:
            for pid in remaining:
                _signal(pid, signal.SIGKILL)
    return len(found)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
