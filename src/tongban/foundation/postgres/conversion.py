"""Bring a data folder of an older major version of PostgreSQL to the installed one by dump and restore."""

import os
import shutil
import tempfile
from pathlib import Path

from tongban.foundation.postgres.location import DATABASE, ROLE, SUPERUSER, Location, locate, url_of
from tongban.foundation.postgres.processes import run_client
from tongban.foundation.postgres.server import (
    configure,
    launch,
    locked,
    remove_stale_locks,
    run_superuser_script,
    start_stopped,
    stop_running,
)

_DATABASES = """\
SELECT datname || chr(9) || pg_get_userbyid(datdba) FROM pg_database
 WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname;
"""
_MADE_AT_START = {f"CREATE ROLE {SUPERUSER};", f"CREATE ROLE {ROLE};"}


class NothingToUpgrade(Exception):
    """The home has no data folder yet."""


def upgrade(old_binaries: Path, *, home: Path | None = None) -> Path:
    """Convert the home's data folder and return where the old one is kept until someone deletes it.

    `old_binaries` holds the programs of the version that wrote the folder, say /usr/lib/postgresql/15/bin.
    Roles, databases and their contents come along; the server runs afterwards.
    Raises NothingToUpgrade, or ProgramFailed or ServerWontStart with the old folder back in its place.
    """
    location = locate(home)
    data = location.data_directory
    if not (data / "PG_VERSION").exists():
        raise NothingToUpgrade(f"{data} does not exist; tongban db start creates it")
    with locked(location), tempfile.TemporaryDirectory(dir=data.parent, prefix="upgrade.") as folder:
        version = (data / "PG_VERSION").read_text().strip()
        stop_running(location)
        owners = _dump_everything(location, old_binaries, Path(folder))
        kept = _free_name(data.with_name(f"{data.name}.version{version}"))
        data.rename(kept)
        try:
            start_stopped(location)
            _load_everything(location, owners, Path(folder))
        except BaseException:
            stop_running(location)
            shutil.rmtree(data, ignore_errors=True)
            kept.rename(data)
            raise
    return kept


def _dump_everything(location: Location, old_binaries: Path, folder: Path) -> dict[str, str]:
    """Write roles and databases to files and return each database with its owner; the old server ends."""
    remove_stale_locks(location)
    configure(location)
    launch(location, old_binaries)
    try:
        server = url_of("postgres", SUPERUSER, location.home)
        run_client(
            location, "pg_dumpall", "--globals-only", f"--file={folder / 'roles.sql'}", f"--dbname={server}"
        )
        owners: dict[str, str] = {}
        for line in run_superuser_script(location, _DATABASES).splitlines():
            database, owner = line.split("\t")
            owners[database] = owner
            source = url_of(database, SUPERUSER, location.home)
            run_client(
                location, "pg_dump", "--format=custom", f"--file={folder / database}", f"--dbname={source}"
            )
    finally:
        stop_running(location)
    return owners


def _load_everything(location: Location, owners: dict[str, str], folder: Path) -> None:
    roles = (folder / "roles.sql").read_text().splitlines()
    missing = [line for line in roles if line not in _MADE_AT_START]
    run_superuser_script(location, "\n".join(missing))
    if DATABASE in owners:  # made empty at the start
        run_superuser_script(location, f"DROP DATABASE {DATABASE};")
    for database, owner in owners.items():
        run_superuser_script(location, f'CREATE DATABASE "{database}" OWNER "{owner}" TEMPLATE template0;')
        run_client(
            location,
            "pg_restore",
            "--exit-on-error",
            f"--dbname={url_of(database, SUPERUSER, location.home)}",
            os.fspath(folder / database),
        )


def _free_name(wanted: Path) -> Path:
    candidate = wanted
    number = 2
    while candidate.exists():
        candidate = wanted.with_name(f"{wanted.name}.{number}")
        number += 1
    return candidate
