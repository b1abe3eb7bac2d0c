"""Start and stop the embedded PostgreSQL of a home.

The server answers on a socket in a folder of mode 0700 and on no network address; PostgreSQL asks the kernel
who is calling (peer), so there is no password to keep.
"""

import fcntl
import os
import pwd
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tongban.foundation.postgres.location import (
    DATABASE,
    ROLE,
    SUPERUSER,
    Location,
    default_url,
    locate,
    url_of,
)
from tongban.foundation.postgres.processes import (
    ProgramFailed,
    end_all,
    postmaster_of,
    run_as_server,
    run_client,
)

START_SECONDS = 120  # replaying the log after a crash in the middle of a bulk load
STOP_SECONDS = 60
LOG_KEPT_BYTES = 20_000_000
_UNFINISHED = "postgres.new"

_INCLUDE = "include_if_exists = 'tongban.conf'\n"
_SETTINGS = """\
# Written at every start; put your own settings into postgresql.auto.conf by ALTER SYSTEM.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = 5432
max_connections = 200
shared_buffers = 256MB
fsync = on
full_page_writes = on
synchronous_commit = on
wal_compression = on
max_wal_size = 2GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
"""
_NAMES = f"\\set role {ROLE}\n\\set database {DATABASE}\n"
_CREATE = r"""
SELECT format('CREATE ROLE %I LOGIN CREATEDB', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role')\gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')\gexec
"""


class ServerWontStart(Exception):
    """The server did not come up; the message carries the end of its log."""


class AccountUnnamed(Exception):
    """The account has a number but no name, as in a container started under a number of its own."""


class OlderDataFolder(Exception):
    """The data folder was written by another major version of PostgreSQL."""


class ForeignFolder(Exception):
    """A folder we must own belongs to another account."""


@dataclass(frozen=True)
class Status:
    """What is known about a home's server."""

    is_running: bool
    pid: int | None
    data_directory: Path
    url: str


def status(home: Path | None = None) -> Status:
    """Whether the server of the home runs, as which process, on which folder."""
    location = locate(home)
    pid = postmaster_of(location.data_directory)
    return Status(
        is_running=pid is not None,
        pid=pid,
        data_directory=location.data_directory,
        url=default_url(location.home),
    )


def start(home: Path | None = None) -> Status:
    """Make the server of the home run and answer; creates the data folder the first time, safe to call again.

    Raises AccountUnnamed, OlderDataFolder, ForeignFolder or ServerWontStart.
    """
    location = locate(home)
    with locked(location):
        if not _answers(location):
            start_stopped(location)
    return status(location.home)


def stop(home: Path | None = None) -> bool:
    """End the server of the home, clients and all; tells whether there was one."""
    location = locate(home)
    if not location.data_directory.exists():
        return end_all(location.data_directory) > 0
    with locked(location):
        return stop_running(location)


def remove(home: Path | None = None) -> None:
    """Stop the home's server and delete its data for good."""
    stop(home)
    location = locate(home)
    shutil.rmtree(location.data_directory, ignore_errors=True)
    shutil.rmtree(location.socket_directory, ignore_errors=True)


def stop_running(location: Location) -> bool:
    """Stop, for a caller that holds the lock."""
    pid = postmaster_of(location.data_directory)
    if pid is None:
        return end_all(location.data_directory) > 0
    os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown
    waited_until = time.monotonic() + STOP_SECONDS
    while postmaster_of(location.data_directory) == pid:
        if time.monotonic() > waited_until:
            end_all(location.data_directory)
        time.sleep(0.02)
    _remove_empty(location.socket_directory)
    return True


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # sockets of a killed server are cleared at the next start
        folder.rmdir()


def start_stopped(location: Location) -> None:
    """Start, for a caller that holds the lock and knows that no postmaster runs."""
    data = location.data_directory
    _refuse_unnamed(location)
    _refuse_foreign(location)
    end_all(data)
    for half in data.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(half, ignore_errors=True)
    if not (data / "PG_VERSION").exists():
        _initialise(location)
    _refuse_other_version(location)
    remove_stale_locks(location)
    configure(location)
    launch(location, location.server_binaries)
    run_superuser_script(location, _NAMES + _CREATE)


def launch(location: Location, binaries: Path) -> None:
    """Start a PostgreSQL on a configured data folder and wait for its answer. Raises ServerWontStart."""
    data = location.data_directory
    log = data / "server.log"
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        log.replace(data / "server.log.1")
    try:
        run_as_server(
            location,
            binaries / "pg_ctl",
            *("start", "--silent", "--wait", f"--timeout={START_SECONDS}"),
            *("--pgdata", os.fspath(data), "--log", os.fspath(log)),
        )
    except ProgramFailed as failure:
        raise ServerWontStart(f"{failure}\n{_tail(log)}") from failure


def run_superuser_script(location: Location, script: str, database: str = "postgres") -> str:
    """Run SQL as the superuser on a running server; stops at the first error. Raises ProgramFailed."""
    url = url_of(database, SUPERUSER, location.home)
    return run_client(location, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-", script=script)


@contextmanager
def locked(location: Location) -> Iterator[None]:
    """Hold the home against another start, stop or upgrade at the same moment."""
    location.home.mkdir(parents=True, exist_ok=True)
    with (location.home / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed_version(location: Location) -> str:
    """The major version of the installed binaries."""
    return run_client(location, "postgres", "--version").split()[-1].partition(".")[0]


def _initialise(location: Location) -> None:
    """Make a data folder beside its place and move it there whole; a killed attempt leaves no half one.

    Each attempt has a folder of its own, because the initdb of a killed one may still be writing into its.
    """
    data = location.data_directory
    if data.parent == location.outside:
        location.outside.mkdir(mode=0o711, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=data.parent))
    if os.geteuid() == 0:
        os.chown(fresh, location.server_uid, location.server_uid)
    run_as_server(
        location,
        location.server_binaries / "initdb",
        *("--username", SUPERUSER, "--auth-local=peer", "--auth-host=reject", "--data-checksums"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
        *("--pgdata", os.fspath(fresh)),
    )
    if data.exists():
        data.rmdir()  # empty, or it is not ours to replace
    fresh.rename(data)


def configure(location: Location) -> None:
    """Write what the server needs to know; at every start, because the home may have moved."""
    data = location.data_directory
    main = data / "postgresql.conf"
    if _INCLUDE not in main.read_text():
        with main.open("a") as file:
            file.write(_INCLUDE)
    accounts = {_account_name(uid) for uid in (0, os.geteuid(), location.server_uid)}
    _write(location, data / "tongban.conf", _SETTINGS.format(sockets=location.socket_directory))
    _write(location, data / "pg_hba.conf", "local all all peer map=tongban\n")
    _write(location, data / "pg_ident.conf", _who_may_enter(accounts))


def _who_may_enter(accounts: set[str]) -> str:
    # "all" means every role from PostgreSQL 16 on; an older one is met during an upgrade only, as superuser.
    lines = [f'tongban "{name}" {role}\n' for name in sorted(accounts) for role in ("all", SUPERUSER)]
    return "".join(lines)


def _account_name(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name


def _write(location: Location, file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(file, location.server_uid, location.server_uid)


def remove_stale_locks(location: Location) -> None:
    """Clear what a killed server left; its number may be another program's by now, which would block."""
    sockets = location.socket_directory
    try:
        sockets.mkdir(mode=0o700)
    except FileExistsError:
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), location.server_uid):
            raise ForeignFolder(
                f"{sockets} belongs to account {found.st_uid}; have it removed, then start again"
            ) from None
    if os.geteuid() == 0:
        os.chown(sockets, location.server_uid, location.server_uid)
    sockets.chmod(0o700)
    (location.data_directory / "postmaster.pid").unlink(missing_ok=True)
    for left in sockets.glob(".s.PGSQL.*"):
        left.unlink()


def _refuse_unnamed(location: Location) -> None:
    # initdb asks for the name of the account it runs as, and peer authentication for that of the one who calls.
    for uid in {os.geteuid(), location.server_uid}:
        try:
            _account_name(uid)
        except KeyError:
            raise AccountUnnamed(
                f"the account with the number {uid} has no name in /etc/passwd, and PostgreSQL runs only under a named one. "
                f"Add a line such as tongban:x:{uid}:{os.getegid()}::/:/bin/sh to /etc/passwd (in a container: to the image, "
                "or mount such a file), or run under an account that has a name, or set DATABASE_URL to a database elsewhere"
            ) from None


def _refuse_foreign(location: Location) -> None:
    data = location.data_directory
    if data.exists() and data.stat().st_uid != location.server_uid:
        raise ForeignFolder(
            f"{data} belongs to account {data.stat().st_uid}: start as that account or as root, "
            "or set TONGBAN_HOME to another folder"
        )


def _refuse_other_socket(location: Location) -> None:
    try:
        lines = (location.data_directory / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return  # it has just ended
    answers_in = lines[4] if len(lines) > 4 else ""
    if answers_in and answers_in != os.fspath(location.socket_directory):
        raise ServerWontStart(
            f"the server of {location.home} was started by another account and answers in {answers_in}; "
            "stop it first: tongban db stop"
        )


def _refuse_other_version(location: Location) -> None:
    written_by = (location.data_directory / "PG_VERSION").read_text().strip()
    ours = installed_version(location)
    if written_by != ours:
        raise OlderDataFolder(
            f"{location.data_directory} was written by PostgreSQL {written_by}, installed is {ours}. "
            f"Nothing was changed. Convert it with: tongban db upgrade --old-binaries FOLDER "
            f"(where the programs of version {written_by} are; the old data is kept beside the new)"
        )


def _answers(location: Location) -> bool:
    """Whether a server runs and answers; one that starts is waited for, one that ends is let end."""
    waited_until = time.monotonic() + START_SECONDS
    while postmaster_of(location.data_directory) is not None:
        _refuse_other_socket(location)
        try:
            run_client(location, "pg_isready", "-q", "-d", url_of("postgres", SUPERUSER, location.home))
        except ProgramFailed:
            if time.monotonic() > waited_until:
                raise ServerWontStart(_tail(location.data_directory / "server.log")) from None
            time.sleep(0.05)
        else:
            return True
    return False


def _tail(log: Path) -> str:
    if not log.exists():
        return "the server wrote no log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
