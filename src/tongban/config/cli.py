"""The command line `tongban`: `db` runs without Django, `serve` is granian, the rest are Django's."""

import argparse
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from tongban.foundation import postgres

DATABASE_VERBS = ("start", "stop", "status", "psql", "backup", "restore", "upgrade")
APPLICATION = "tongban.config.wsgi:application"


def main() -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return _list_commands()
    group, *rest = arguments
    if group == "db":
        return _database(rest)
    if group in ("serve", "worker") and not {"-h", "--help"} & set(rest) and _refuse_unsafe_start():
        return 1
    if group == "serve":
        return _serve(rest)
    return _manage(group, rest)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _list_commands() -> int:
    """Say the groups and verbs that are there, read from the installed management commands."""
    verbs: dict[str, list[str]] = {"db": list(DATABASE_VERBS), "serve": [], "migrate": [], "check": []}
    for command in sorted(_own_commands()):
        group, _, verb = command.partition("_")
        verbs.setdefault(group, [])
        if verb:
            verbs[group].append(verb.replace("_", "-"))
    _say("usage: tongban GROUP [VERB] …     (tongban GROUP VERB --help explains one)\n")
    for group in sorted(verbs):
        _say(f"  {group:<14}{' | '.join(verbs[group])}".rstrip())
    return 0


def _own_commands() -> list[str]:
    import django
    from django.core.management import get_commands

    django.setup()
    return [name for name, application in get_commands().items() if str(application).startswith("tongban.")]


def _manage(group: str, rest: list[str]) -> int:
    """`catalogue import FILE` is the command `catalogue_import FILE`; `migrate` is `migrate`."""
    import django
    from django.core.management import execute_from_command_line, get_commands

    # Before it, `get_commands` knows Django's own commands only, and remembers that.
    django.setup()
    command, words = group, rest
    if rest and not rest[0].startswith("-"):
        joined = f"{group}_{rest[0].replace('-', '_')}"
        if joined in get_commands():
            command, words = joined, rest[1:]
    execute_from_command_line(["tongban", command, *words])
    return 0


def _refuse_unsafe_start() -> bool:
    """In production, name every reason why starting would be unsafe; True when there is one."""
    import django

    from tongban.config import checks
    from tongban.config.environment import environment

    if environment().mode != "production":
        return False
    django.setup()
    reasons = checks.reasons()
    for reason in reasons:
        sys.stderr.write(f"start refused: {reason}\n")
    return bool(reasons)


def _serve(arguments: list[str]) -> int:
    """Serve the web application; every process answers on the same address."""
    parser = argparse.ArgumentParser(prog="tongban serve", description="serve the web application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--threads", type=int, default=4, help="requests a process answers at a time")
    options = parser.parse_args(arguments)
    from granian.constants import Interfaces
    from granian.server import Server

    from tongban.config.environment import environment

    # The processes add up here what they count; whichever of them is asked for metrics answers for all.
    folder = environment().home / "metrics" / str(options.port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.fspath(folder)
    Server(
        APPLICATION,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        respawn_failed_workers=True,
        websockets=False,
    ).serve()
    return 0


def _database(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="tongban db", description="the embedded PostgreSQL of this installation"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("start", help="start it, creating it the first time")
    verbs.add_parser("stop", help="stop it")
    verbs.add_parser("status", help="say whether it runs; exit status 3 when it does not")
    verbs.add_parser("psql", help="open its prompt; what follows is passed on")
    verbs.add_parser("backup", help="write the database to FILE").add_argument("file", type=Path)
    verbs.add_parser("restore", help="exchange the database for FILE").add_argument("file", type=Path)
    upgrade = verbs.add_parser("upgrade", help="convert a data folder of an older PostgreSQL")
    upgrade.add_argument("--old-binaries", type=Path, required=True, help="folder of that version's programs")
    # What follows psql is its own, options included, so argparse must not sort it.
    is_psql = arguments[:1] == ["psql"]
    options = parser.parse_args(arguments[:1] if is_psql else arguments)
    try:
        return _run_database(options, arguments[1:])
    except (*postgres.TROUBLES, OSError) as trouble:
        sys.stderr.write(f"tongban db {options.verb}: {trouble}\n")
        return 1


def _run_database(options: argparse.Namespace, words: list[str]) -> int:
    url = os.environ.get("DATABASE_URL") or postgres.default_url()
    match options.verb:
        case "start":
            _say(f"PostgreSQL runs: {postgres.start().url}")
        case "stop":
            _say("PostgreSQL stopped" if postgres.stop() else "PostgreSQL was not running")
        case "status":
            found = postgres.status()
            _say(f"PostgreSQL {'runs' if found.is_running else 'does not run'}: {found.data_directory}")
            _say(found.url)
            return 0 if found.is_running else 3
        case "psql":
            program = postgres.locate().binaries / "psql"
            os.execv(program, [os.fspath(program), "-d", url, *words])  # noqa: S606
        case "backup":
            _say(f"written: {postgres.backup(options.file, url=url)}")
        case "restore":
            kept = postgres.restore(options.file, url=url, at=datetime.now(UTC))
            _say(f"restored from {options.file}; the former database is kept as {kept}")
        case "upgrade":
            _say(f"upgraded; the old data folder is kept as {postgres.upgrade(options.old_binaries)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
