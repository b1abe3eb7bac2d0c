"""A whole installation of its own, web, worker and database as real processes, each of which can be killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from tongban.foundation import postgres
from tongban.foundation.postgres.processes import servers_of

TESTS = Path(__file__).resolve().parents[1]
PATIENCE_S = 120
UNSET = ("DATABASE_URL", "TONGBAN_TEST_DB")


def until(is_so: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends, f"{what} did not happen within {PATIENCE_S} s"
        time.sleep(0.1)


class Installation:
    """Lives under `home`; whoever made it calls `end`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.environment = {name: value for name, value in os.environ.items() if name not in UNSET} | {
            "TONGBAN_HOME": os.fspath(home),
            "TONGBAN_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
            "PYTHONPATH": os.pathsep.join(map(os.fspath, (TESTS.parent / "src", TESTS, TESTS.parent))),
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start_database(self) -> None:
        postgres.start(self.home)

    def start_web(self) -> None:
        self.web = self._start("serve", "--port", str(self.port), "--workers", "2")
        until(lambda: self.get("/health/live")[0] == 200, "the web server's answer")

    def start_worker(self) -> None:
        self.worker = self._start("worker")

    def kill_web(self) -> None:
        assert self.web is not None
        _kill_group(self.web)

    def kill_worker(self) -> None:
        assert self.worker is not None
        _kill_group(self.worker)

    def kill_database(self) -> None:
        data = postgres.locate(self.home).data_directory
        for pid in servers_of(data):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until(lambda: not servers_of(data), "the server's end")

    def end(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                _kill_group(process)
        postgres.stop(self.home)
        location = postgres.locate(self.home)
        for outside in (location.outside, location.socket_directory):
            shutil.rmtree(outside, ignore_errors=True)

    def run(self, *command: str) -> str:
        """Run a program of the installation to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *command], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
        return done.stdout

    def prepare(self, drafts: int) -> None:
        """Build the small city and the drafts, then stop the database; what a client needs is `prepared`."""
        self.start_database()
        printed = self.run(os.fspath(TESTS / "faults" / "prepared.py"), str(drafts))
        postgres.stop(self.home)
        self._prepared.write_text(printed)

    def is_prepared(self) -> bool:
        return self._prepared.exists()

    @property
    def prepared(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._prepared.read_text())
        return found

    def copy_to(self, home: Path) -> "Installation":
        """Another one of the same content, while this one is stopped."""
        copy = Installation(home)
        # With owners: root's server runs under another account, and its data may lie outside the home.
        _copy(self.home, home)
        if postgres.locate(self.home).outside.exists():
            _copy(postgres.locate(self.home).outside, postgres.locate(home).outside)
        return copy

    @property
    def _prepared(self) -> Path:
        return self.home / "prepared.json"

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(postgres.default_url(self.home)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def count(self, rows: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {rows}")[0][0])

    def get(self, path: str, cookie: str = "") -> tuple[int, str]:
        """Status and body; status 0 when nobody answered."""
        status, _location, body = self.send("GET", path, cookie)
        return status, body

    def send(self, method: str, path: str, cookie: str = "", body: str = "") -> tuple[int, str, str]:
        """Status, location and body of one browser's request; status 0 when nobody answered."""
        origin = f"http://127.0.0.1:{self.port}"
        headers = {"Cookie": cookie, "Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        except (OSError, HTTPException):
            return 0, "", ""
        finally:
            connection.close()

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        log = self.home / f"{words[0]}.log"
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "tongban.config.cli", *words],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )


def _copy(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", target], check=True)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_S)
