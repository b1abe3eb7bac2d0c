"""`tongban db …`: the embedded PostgreSQL of this installation, and backups of any installation."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tongban.foundation import postgres

VERBS = ("start", "stop", "status", "psql", "backup", "restore", "upgrade")
NOT_RUNNING = 3
"""Exit status of `status`, as of service managers (LSB)."""


def main(arguments: list[str]) -> int:
    """Run one verb and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="tongban db",
        description="The embedded PostgreSQL of this installation. With DATABASE_URL set, psql, backup and"
        " restore work on the database that it names.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("start", help="start it, creating it the first time")
    verbs.add_parser("stop", help="stop it")
    verbs.add_parser("status", help=f"say whether it runs; exit status {NOT_RUNNING} when it does not")
    verbs.add_parser("psql", help="open its prompt; what follows is passed on")
    backup = verbs.add_parser("backup", help="write database and stored files, without the keys, to FILE")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = verbs.add_parser("restore", help="exchange the database for FILE and add its stored files")
    restore.add_argument("file", type=Path, metavar="FILE")
    upgrade = verbs.add_parser("upgrade", help="convert a data folder of an older PostgreSQL")
    upgrade.add_argument(
        "--old-binaries",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="programs of that version, e.g. /usr/lib/postgresql/15/bin",
    )
    # What follows psql is its own, options included, so argparse must not sort it.
    is_psql = arguments[:1] == ["psql"]
    options = parser.parse_args(arguments[:1] if is_psql else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    try:
        return _run(options, arguments[1:])
    except (*postgres.TROUBLES, OSError) as trouble:
        sys.stderr.write(f"tongban db {options.verb}: {trouble}\n")
        return 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _run(options: argparse.Namespace, words: list[str]) -> int:
    match options.verb:
        case "start":
            _say(f"PostgreSQL runs: {postgres.start().url}")
        case "stop":
            _say("PostgreSQL stopped" if postgres.stop() else "PostgreSQL was not running")
        case "status":
            found = postgres.status()
            _say(f"PostgreSQL {'runs' if found.is_running else 'does not run'}: {found.data_directory}")
            _say(found.url)
            return 0 if found.is_running else NOT_RUNNING
        case "psql":
            program = postgres.locate().binaries / "psql"
            os.execv(program, [os.fspath(program), "-d", _url(), *words])  # noqa: S606
        case "backup":
            return _backup(options.file)
        case "restore":
            return _restore(options.file)
        case "upgrade":
            _say(f"upgraded; the old data folder is kept as {postgres.upgrade(options.old_binaries)}")
    return 0


def _backup(target: Path) -> int:
    from tongban.config import archive

    with _running():
        files = archive.backup(target, url=_url(), at=datetime.now(UTC))
    _say(f"written: {target}, with the database and {files} stored files")
    _say(f"The keys are not in it; keep them elsewhere: {', '.join(archive.key_names())}")
    return 0


def _restore(source: Path) -> int:
    import django

    from tongban.config import archive

    django.setup()  # the migrations that this release knows belong to its apps
    try:
        with _running():
            done = archive.restore(source, url=_url(), at=datetime.now(UTC))
    except (archive.KeysMissing, archive.BackupIsNewer) as trouble:
        sys.stderr.write(f"tongban db restore: {trouble}\n")
        return 1
    _say(f"restored from {source}; {done.files_added} stored files added")
    _say(f"The former database is kept as {done.former_database}")
    _say("Now run: tongban migrate && tongban audit verify")
    return 0


def _url() -> str:
    return os.environ.get("DATABASE_URL") or postgres.default_url()


@contextmanager
def _running() -> Iterator[None]:
    """Start the embedded server for the time of the work where it is the one in use and does not run."""
    if "DATABASE_URL" in os.environ or postgres.status().is_running:
        yield
        return
    postgres.start()
    try:
        yield
    finally:
        postgres.stop()
