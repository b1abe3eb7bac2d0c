"""Run the sample city: database, migrations, sample data, web and worker, until it is told to end."""

import argparse
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import _prepared
from _processes import (
    PYTHON,
    ROOT,
    EndRequested,
    Timed,
    end_marked,
    has_ended,
    heed_endings,
    ignore_endings,
    marked,
    run,
    say,
    start,
)

from tongban.foundation import postgres

TONGBAN: list[str | Path] = [PYTHON, "-m", "tongban.config.cli"]
PREPARE: list[str | Path] = [PYTHON, ROOT / "script" / "_prepare.py"]
OFFICE: list[str | Path] = [PYTHON, "-m", "tongban.demo.department_system"]
REGISTER: list[str | Path] = [PYTHON, "-m", "tongban.demo.registers"]
REGISTERS = ("GA", "SCJG", "MZJ", "YBJ")
FIRST_PORT = 8000
PORTS_TRIED = 50
UP_SECONDS = 60
MARK = "TONGBAN_DEMO_OF"  # in the environment of every child, by which a later start finds what was left
CLOCK = "business-clock.json"
MADE_BY_DEMO = (
    *("files", "static", "log", "tobacco-office", "registers"),
    *("audit-heads.jsonl", CLOCK, _prepared.NAME),
)


class DemoFailed(Exception):
    """The demo cannot go on; the message says why and what to do."""


def main() -> int:
    """Run the demo and return its exit status."""
    options = _options()
    home = postgres.default_home()
    home.mkdir(parents=True, exist_ok=True)
    heed_endings()
    with (home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("A demo of this folder is running already. End it with Ctrl-C where it was started.")
            return 1
        return _run(options, home)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description="Run the sample city on this machine.")
    parser.add_argument("--walkthrough", action="store_true", help="play the whole story over HTTP, then end")
    parser.add_argument(
        "--json", action="store_true", help="with --walkthrough: one JSON object on standard output"
    )
    parser.add_argument("--reset", action="store_true", help="delete the sample city first and begin anew")
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="first port to try")
    options = parser.parse_args()
    if options.json and not options.walkthrough:
        parser.error("--json belongs to --walkthrough")
    return options


def _run(options: argparse.Namespace, home: Path) -> int:
    city = City(home)
    try:
        city.end_leftovers()
        if options.reset:
            city.reset()
        city.start_web(options.port)
        city.start_database()
        city.prepare()
        city.start_work()
        if options.walkthrough:
            return city.play_walkthrough(as_json=options.json)
        city.show_accounts()
        city.wait()
    except DemoFailed as failure:
        say(str(failure))
        return 1
    except postgres.TROUBLES as trouble:
        say(f"The database does not start: {trouble}")
        return 1
    except EndRequested:
        say()
    finally:
        city.end()
    return 0


class City:
    """The processes of one demo and their common environment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "log"
        self.office = home / "tobacco-office"
        self.credentials = self.office / "credentials.json"
        self.has_own_database = "DATABASE_URL" not in os.environ
        # Beside a database elsewhere there is none for the departments: the platform's registers answer for them.
        names = REGISTERS if self.has_own_database else ()
        self.registers = [home / "registers" / f"{name}.json" for name in names]
        self.url = ""
        self.accounts = ""
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {**os.environ, "TONGBAN_MODE": "demo", "TONGBAN_HOME": str(home), MARK: str(home)}
        self.database = os.environ.get("DATABASE_URL") or postgres.default_url(home)

    def end_leftovers(self) -> None:
        """End what a demo left that was killed; the lock says that none is running."""
        left = marked(MARK, str(self.home))
        if left:
            say(f"Ending {len(left)} processes that an earlier demo left.")
            end_marked(MARK, str(self.home))

    def reset(self) -> None:
        """Delete the sample city's data."""
        if not self.has_own_database:
            raise DemoFailed("--reset deletes the demo's own database only, and DATABASE_URL names another.")
        with Timed("Deleting the sample city"):
            postgres.remove(self.home)
            for name in MADE_BY_DEMO:
                path = self.home / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)

    def start_database(self) -> None:
        if self.has_own_database:
            with Timed("Database"):
                postgres.start(self.home)

    def start_web(self, first_port: int) -> None:
        """Start the web server; it loads while the database starts and the sample city is being prepared."""
        self.log.mkdir(exist_ok=True)
        port = _free_port(first_port)
        self.url = f"http://127.0.0.1:{port}"
        self.environment["TONGBAN_PUBLIC_URL"] = self.url
        self._start("web", [*TONGBAN, "serve", "--port", str(port)])

    def prepare(self) -> None:
        """Bring the schema up to date and make the sample city where there is none; nothing when all stands as it should."""
        products = [self.credentials, self.home / CLOCK, *self.registers]
        found = _prepared.accounts_of(self.home, self.database, products)
        if found is not None and all(_is_free(port) for port in _ports(self.registers)):
            self.accounts = found
            return
        log = self.log / "prepare.log"
        folders = {file.parent for file in self.registers}
        command = [*PREPARE, log, self.credentials, *folders]
        child = start(command, environment=self.environment, own_group=True, answers=True)
        self.children["prepare"] = child
        told, _ = child.communicate()
        del self.children["prepare"]
        if child.returncode != 0:
            raise DemoFailed(f"The sample city could not be made. What was done before is in {log}")
        self.accounts = told.decode()
        _prepared.remember(self.home, self.database, self.accounts)

    def start_work(self) -> None:
        """Start the worker and the departments' own systems, and wait until the web server and they are ready."""
        with Timed("Web and worker"):
            for file in self.registers:
                command = [*REGISTER, file, "--clock", self.home / CLOCK]
                self._start(f"register-{file.stem}", command)
            self._start("worker", [*TONGBAN, "worker"])
            self._wait_until_ready(self.url + "/health/ready")
            for port in _ports(self.registers):
                self._wait_until_ready(f"http://127.0.0.1:{port}/health")
            command = [*OFFICE, "--url", self.url, "--credentials", self.credentials]
            self._start("tobacco-office", [*command, "--database", self.office / "office.db"])

    def show_accounts(self) -> None:
        say(f"\nPortal   {self.url}/\nConsole  {self.url}/console/\n")
        say(self.accounts)
        say(f"Logs are in {self.log}. Ctrl-C ends everything.")

    def play_walkthrough(self, *, as_json: bool) -> int:
        options = ["--json"] if as_json else []
        command = [*TONGBAN, "demo", "walkthrough", "--url", self.url, *options]
        return run(command, environment=self.environment)

    def wait(self) -> None:
        """Return never, but raise when a process ends by itself."""
        while True:
            for name, child in self.children.items():
                if has_ended(child):
                    raise DemoFailed(f"{name} has ended with {child.returncode}:\n{self._tail(name)}")
            time.sleep(0.5)

    def end(self) -> None:
        """End every process and the database; a second Ctrl-C does not interrupt this."""
        ignore_endings()
        if self.children:
            say("Ending web and worker …")
        for child in self.children.values():
            child.terminate()
        end_marked(MARK, str(self.home))
        for child in self.children.values():
            child.wait()
        if self.has_own_database and postgres.stop(self.home):
            say("The database has stopped.")

    def _start(self, name: str, command: list[str | Path]) -> None:
        self.children[name] = start(
            command, log=self.log / f"{name}.log", environment=self.environment, own_group=True
        )

    def _wait_until_ready(self, url: str) -> None:
        waited_until = time.monotonic() + UP_SECONDS
        while not _answers(url):
            for name, child in self.children.items():
                if has_ended(child):
                    raise DemoFailed(f"{name} has ended with {child.returncode}:\n{self._tail(name)}")
            if time.monotonic() > waited_until:
                raise DemoFailed(f"{url} has not answered for {UP_SECONDS} s:\n{self._tail('web')}")
            time.sleep(0.05)

    def _tail(self, name: str) -> str:
        lines = (self.log / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])


def _ports(registers: Iterable[Path]) -> list[int]:
    """Where the departments' registers answer; civil affairs are read in their database."""
    told = [json.loads(file.read_text()) for file in registers]
    return [one["port"] for one in told if "read_at" not in one]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port(first: int) -> int:
    for port in range(first, first + PORTS_TRIED):
        if _is_free(port):
            return port
        say(f"Port {port} is taken; trying {port + 1}.")
    raise DemoFailed(f"No port from {first} to {first + PORTS_TRIED - 1} is free; name another by --port.")


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError as answer:
        raise DemoFailed(f"{url} answers with {answer.code}") from answer
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
