"""Back up and restore one database, embedded or not, as a single file that any later PostgreSQL reads."""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tongban.foundation.postgres.location import Location, locate
from tongban.foundation.postgres.processes import ProgramFailed, run_client


class DatabaseInUse(Exception):
    """Sessions are open on the database that is to be replaced."""


class BackupUnreadable(Exception):
    """The file is missing or no backup."""


def backup(target: Path, *, url: str, home: Path | None = None) -> Path:
    """Write the database to the file `target`, one consistent moment of it, while it stays in use.

    The file appears whole or not at all and is readable by its owner only.
    Raises ProgramFailed or FileExistsError.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists already; name another file")
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.touch(mode=0o600)
    try:
        run_client(locate(home), "pg_dump", "--format=custom", f"--file={unfinished}", f"--dbname={url}")
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def restore(source: Path, *, url: str, at: datetime, home: Path | None = None) -> str:
    """Put a backup in the place of the database and return the name under which the former one is kept.

    The backup is loaded beside the database and exchanged for it only when whole.
    Raises BackupUnreadable, DatabaseInUse or ProgramFailed; the database is then as it was.
    """
    location = locate(home)
    parts = urlsplit(url)
    database = parts.path.removeprefix("/")
    kept = f"{database}_before_{at:%Y%m%d%H%M%S}"
    loading = f"{database}_restoring"
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    _refuse_unreadable(location, source)
    _refuse_sessions(location, maintenance, database)
    _run_sql(
        location,
        maintenance,
        f'DROP DATABASE IF EXISTS "{loading}"; CREATE DATABASE "{loading}" TEMPLATE template0;',
    )
    loading_url = urlunsplit(parts._replace(path=f"/{loading}"))
    run_client(
        location,
        "pg_restore",
        *(
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            f"--dbname={loading_url}",
            os.fspath(source),
        ),
    )
    _refuse_sessions(location, maintenance, database)
    _run_sql(
        location,
        maintenance,
        f"""BEGIN;
        ALTER DATABASE "{database}" RENAME TO "{kept}";
        ALTER DATABASE "{loading}" RENAME TO "{database}";
        COMMIT;""",
    )
    return kept


def _refuse_unreadable(location: Location, source: Path) -> None:
    if not source.is_file():
        raise BackupUnreadable(f"{source} is not a file")
    try:
        run_client(location, "pg_restore", "--list", os.fspath(source))
    except ProgramFailed as failure:
        raise BackupUnreadable(
            f"{source} is no backup written by `tongban db backup`: {failure}"
        ) from failure


def _refuse_sessions(location: Location, maintenance: str, database: str) -> None:
    # The server's own workers carry no account and leave by themselves when a database is renamed.
    clients = "SELECT datname FROM pg_stat_activity WHERE usesysid IS NOT NULL;"
    databases = _run_sql(location, maintenance, clients).splitlines()
    open_sessions = databases.count(database)
    if open_sessions:
        raise DatabaseInUse(
            f"{open_sessions} sessions are open on {database}: stop web and worker, then restore again"
        )


def _run_sql(location: Location, url: str, script: str) -> str:
    # Read as a file and not by --command, whose single transaction CREATE DATABASE refuses.
    return run_client(location, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-", script=script)
