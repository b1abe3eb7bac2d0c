"""The command line `tongban`: `db` manages the database, `serve` is granian, the rest are Django's management commands.

What an operator can mend (a wrong setting, a database that is not there or not migrated) is one sentence and exit status 1; a wrong
command is 2.
"""

import argparse
import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module

from pydantic import ValidationError
from pydantic_settings import SettingsError

from tongban.config import cli_database
from tongban.foundation import postgres, search

APPLICATION = "tongban.config.wsgi:application"
ENDED_BY_SIGPIPE = 128 + signal.SIGPIPE
SETTING_TROUBLES = (SettingsError, postgres.HomeUnknown, postgres.BinariesMissing)


def main() -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    arguments = sys.argv[1:]
    try:
        return _run(arguments)
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0]).upper()
            setting = name if name == "DATABASE_URL" else f"TONGBAN_{name}"
            sys.stderr.write(f"tongban: {setting} is not usable: {one['msg']}\n")
        return 1
    except SETTING_TROUBLES as error:
        sys.stderr.write(f"tongban: {error}\n")
        return 1
    except BrokenPipeError:
        # Whoever read the answer, such as `head`, has had enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ENDED_BY_SIGPIPE


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return _list_commands()
    group, *rest = arguments
    if group == "db":
        return cli_database.main(rest)
    if group in ("serve", "worker") and not {"-h", "--help"} & set(rest) and _refuse_unsafe_start():
        return 1
    if group == "serve":
        return _serve(rest)
    return _manage(group, rest)


@contextmanager
def _loading() -> Iterator[None]:
    """What is loaded stays, so no search for garbage looks through it: not now, not later, not in the processes forked off."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _list_commands() -> int:
    """Say the groups and verbs that are there, read from the installed management commands."""
    verbs: dict[str, list[str]] = {"db": list(cli_database.VERBS), "serve": [], "migrate": [], "check": []}
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
    from django.core.management import get_commands, load_command_class
    from django.db import Error as DatabaseError

    with _loading():
        # Before it, `get_commands` knows Django's own commands only, and remembers that.
        django.setup()
        import_module("tongban.config.checks")  # registers what `check --deploy` says of production
    known = get_commands()
    command, words = group, rest
    if rest and not rest[0].startswith("-"):
        joined = f"{group}_{rest[0].replace('-', '_')}"
        if joined in known:
            command, words = joined, rest[1:]
    if command not in known:
        return _refuse_unknown(group, rest, known)
    name = command if command == group else f"{group} {rest[0]}"
    application = known[command]
    assert isinstance(application, str), "no command is loaded yet"
    loaded = load_command_class(application, command)
    if application.startswith("tongban."):
        loaded.requires_system_checks = ()  # they would load every page; `serve` does, and `check` looks
    try:
        loaded.run_from_argv(["tongban", name, *words])
    except DatabaseError as error:
        sentence = _mendable(error)
        if sentence is None:
            raise
        sys.stderr.write(f"tongban {name}: {sentence}\n")
        return 1
    return 0


def _refuse_unknown(group: str, rest: list[str], known: Iterable[str]) -> int:
    verbs = sorted(
        name.removeprefix(f"{group}_").replace("_", "-") for name in known if name.startswith(f"{group}_")
    )
    if not verbs:
        sys.stderr.write(f"tongban: there is no command {group}; tongban --help lists them\n")
    elif rest and not rest[0].startswith("-"):
        sys.stderr.write(f"tongban {group}: there is no verb {rest[0]}; choose from {', '.join(verbs)}\n")
    else:
        sys.stderr.write(f"tongban {group}: name a verb: {', '.join(verbs)}\n")
    return 2


def _mendable(error: Exception) -> str | None:
    """What to do about the database, or None when the fault is ours."""
    from django.db import OperationalError
    from django.db.utils import ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    if isinstance(error, ProgrammingError) and isinstance(error.__cause__, (UndefinedTable, UndefinedColumn)):
        return "the database is not up to date with this release; run: tongban migrate"
    if isinstance(error, OperationalError) and "DATABASE_URL" in os.environ:
        return "the database that DATABASE_URL names does not answer; see that it runs and can be reached"
    if isinstance(error, OperationalError):
        return "the database does not answer; start it with: tongban db start"
    return None


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
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--threads", type=int, default=2, help="requests a process answers at a time")
    options = parser.parse_args(arguments)
    from granian.constants import Interfaces
    from granian.server import Server

    from tongban.config.environment import environment

    # The processes add up here what they count; whichever of them is asked for metrics answers for all.
    folder = environment().home / "metrics" / str(options.port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.fspath(folder)
    _load_application()
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


def _load_application() -> None:
    """Load it once: the server's processes are forks of this one, and where they are not, each loads it for itself."""
    with _loading():
        import_module("tongban.config.wsgi")
        import_module("tongban.config.urls")
        search.load_dictionaries()


if __name__ == "__main__":
    sys.exit(main())
