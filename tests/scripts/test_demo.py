import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from foundation.postgres.conftest import forget, run_sql
from scripts.conftest import SCRIPT, running_with, started
from tongban.foundation import postgres
from tongban.foundation.postgres.processes import servers_of

STAND_IN = Path(__file__).with_name("stand_in.py")
LAUNCH = """
import sys
sys.path.insert(0, {script!r})
import _demo
_demo.TONGBAN = [sys.executable, {stand_in!r}]
_demo.PREPARE = [sys.executable, {stand_in!r}, "prepare"]
_demo.OFFICE = [sys.executable, {stand_in!r}, "office"]
_demo.REGISTER = [sys.executable, {stand_in!r}, "register"]
sys.exit(_demo.main())
"""


@pytest.fixture
def home(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[Path]:
    folder = tmp_path / "示例 city"
    begin(folder)
    yield folder
    forget(folder)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(home: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    code = LAUNCH.format(script=str(SCRIPT), stand_in=str(STAND_IN))
    return started(code, *arguments, TONGBAN_HOME=str(home), **environment)


def read_until(demo: subprocess.Popen[str], wording: str) -> str:
    assert demo.stderr is not None
    said = ""
    for line in demo.stderr:
        said += line
        if wording in line:
            return said
    raise AssertionError(f"ended without saying {wording!r}:\n{said}")


def address_in(said: str) -> str:
    found = re.search(r"Portal +(\S+)/\n", said)
    assert found is not None
    return found[1]


def marked(home: Path) -> list[str]:
    return running_with(f"TONGBAN_DEMO_OF={home}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_runs_until_told_to_end_and_then_nothing_is_left(
    home: Path, port: int, number: signal.Signals
) -> None:
    demo = launch(home, "--port", str(port))
    said = read_until(demo, "Ctrl-C ends everything")
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode()

    demo.send_signal(number)
    out, _ = demo.communicate(timeout=30)

    assert address_in(said) == page == f"http://127.0.0.1:{port}"
    assert "张三 zhangsan" in said
    assert (demo.returncode, out) == (0, "")
    assert marked(home) == []
    assert servers_of(postgres.locate(home).data_directory) == []


def test_ends_everything_when_nobody_listens_any_more(home: Path, port: int) -> None:
    demo = launch(home, "--port", str(port))
    read_until(demo, "Ctrl-C ends everything")
    assert demo.stderr is not None
    demo.stderr.close()

    demo.send_signal(signal.SIGINT)
    demo.wait(timeout=30)

    assert marked(home) == []
    assert servers_of(postgres.locate(home).data_directory) == []


def test_taken_port_is_said_and_the_next_one_taken(home: Path, port: int) -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", port))
        occupied.listen()
        demo = launch(home, "--port", str(port))
        said = read_until(demo, "Ctrl-C ends everything")
        demo.terminate()
        demo.communicate(timeout=30)

    assert f"Port {port} is taken; trying {port + 1}." in said
    assert address_in(said) == f"http://127.0.0.1:{port + 1}"


def test_kill_9_leaves_nothing_that_blocks_the_next_start(home: Path, port: int) -> None:
    demo = launch(home, "--port", str(port))
    read_until(demo, "Ctrl-C ends everything")
    run_sql(home, "CREATE TABLE receipt (number text)")
    run_sql(home, "INSERT INTO receipt VALUES ('A-1')")
    demo.kill()
    demo.communicate(timeout=30)

    again = launch(home, "--port", str(port))
    began = time.monotonic()
    said = read_until(again, "Ctrl-C ends everything")
    rows = run_sql(home, "SELECT number FROM receipt")
    again.terminate()
    again.communicate(timeout=30)

    assert address_in(said) == f"http://127.0.0.1:{port}"
    assert rows == [("A-1",)]
    assert time.monotonic() - began < 30
    assert marked(home) == []


def test_kill_9_while_the_city_is_being_made_lets_the_next_start_make_it(home: Path, port: int) -> None:
    demo = launch(home, "--port", str(port), SEED_TAKES_LONG="yes")
    waited_until = time.monotonic() + 30
    while not any(b"prepare" in words for words in command_lines(marked(home))):
        assert time.monotonic() < waited_until
        time.sleep(0.05)
    demo.kill()
    demo.communicate(timeout=30)

    said, times_prepared = start_and_end(home, port)

    assert times_prepared == 1
    assert address_in(said) == f"http://127.0.0.1:{port}"
    assert marked(home) == []


def command_lines(pids: list[str]) -> list[list[bytes]]:
    found = []
    for pid in pids:
        with suppress(OSError):  # it has ended meanwhile
            found.append(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))
    return found


def start_and_end(home: Path, port: int) -> tuple[str, int]:
    """What a start said, and how often the city of this home has been prepared by now."""
    demo = launch(home, "--port", str(port))
    said = read_until(demo, "Ctrl-C ends everything")
    demo.terminate()
    demo.communicate(timeout=30)
    return said, (home / "log" / "times-prepared").read_text().count("once")


def test_second_start_prepares_nothing_and_names_the_accounts(home: Path, port: int) -> None:
    start_and_end(home, port)

    said, times_prepared = start_and_end(home, port)

    assert "张三 zhangsan" in said
    assert times_prepared == 1


def test_the_script_itself_loads_no_django() -> None:
    code = f"import sys; sys.path.insert(0, {str(SCRIPT)!r}); import _demo; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_start_after_a_restore_prepares_again(home: Path, port: int, tmp_path: Path) -> None:
    start_and_end(home, port)
    postgres.start(home)
    url, file = postgres.default_url(home), tmp_path / "city.dump"
    postgres.backup(file, url=url, home=home)
    postgres.restore(file, url=url, at=datetime.now(UTC), home=home)
    postgres.stop(home)

    _, times_prepared = start_and_end(home, port)

    assert times_prepared == 2


def test_start_after_other_migrations_were_applied_prepares_again(home: Path, port: int) -> None:
    start_and_end(home, port)
    postgres.start(home)
    run_sql(home, "INSERT INTO django_migrations VALUES ('cases', '0002_later')")
    postgres.stop(home)

    _, times_prepared = start_and_end(home, port)

    assert times_prepared == 2


def test_start_without_the_department_s_credentials_prepares_again(home: Path, port: int) -> None:
    start_and_end(home, port)
    (home / "tobacco-office" / "credentials.json").unlink()

    _, times_prepared = start_and_end(home, port)

    assert times_prepared == 2


def test_a_department_s_register_whose_port_was_taken_meanwhile_gets_another(home: Path, port: int) -> None:
    start_and_end(home, port)
    before = json.loads((home / "registers" / "GA.json").read_text())["port"]
    with socket.socket() as occupied:
        # What was served there a moment ago may not have faded yet.
        occupied.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        occupied.bind(("127.0.0.1", before))
        occupied.listen()

        _, times_prepared = start_and_end(home, port)

    assert times_prepared == 2
    assert json.loads((home / "registers" / "GA.json").read_text())["port"] != before


def test_second_demo_of_a_home_is_refused_and_the_first_goes_on(home: Path, port: int) -> None:
    first = launch(home, "--port", str(port))
    read_until(first, "Ctrl-C ends everything")

    second = launch(home, "--port", str(port))
    _, said = second.communicate(timeout=30)

    assert second.returncode == 1
    assert "running already" in said
    assert first.poll() is None
    first.terminate()
    first.communicate(timeout=30)


def test_reset_begins_anew(home: Path, port: int) -> None:
    postgres.start(home)
    run_sql(home, "CREATE TABLE receipt (number text)")
    (home / "files").mkdir()
    (home / "business-clock.json").write_text("of the former city")

    demo = launch(home, "--reset", "--port", str(port))
    read_until(demo, "Ctrl-C ends everything")
    found = run_sql(home, "SELECT to_regclass('receipt')")
    demo.terminate()
    demo.communicate(timeout=30)

    assert found == [(None,)]
    assert not (home / "files").exists()
    assert (home / "business-clock.json").read_text() == "{}"


def test_reset_refuses_a_database_that_is_not_its_own(home: Path) -> None:
    demo = launch(home, "--reset", DATABASE_URL="postgresql://other.example/tongban")

    _, said = demo.communicate(timeout=30)

    assert demo.returncode == 1
    assert "DATABASE_URL names another" in said


def test_walkthrough_hands_on_its_object_and_its_status(home: Path, port: int) -> None:
    demo = launch(home, "--walkthrough", "--json", "--port", str(port))

    out, _ = demo.communicate(timeout=60)

    assert (demo.returncode, out) == (4, '{"ok": false}\n')
    assert marked(home) == []


def test_failed_command_shows_what_it_printed_and_everything_ends(home: Path) -> None:
    demo = launch(home, SEED_FAILS="yes")

    _, said = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert "the seed file is damaged\nThe sample city could not be made." in said
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.default_url(home))


def test_dead_worker_ends_the_demo_with_its_log(home: Path, port: int) -> None:
    demo = launch(home, "--port", str(port))
    read_until(demo, "Ctrl-C ends everything")
    workers = [pid for pid in marked(home) if b"worker" in command_lines([pid])[0]]

    for pid in workers:
        os.kill(int(pid), signal.SIGKILL)
    _, said = demo.communicate(timeout=30)

    assert len(workers) == 1
    assert demo.returncode == 1
    assert "worker has ended with -9" in said


def test_told_to_end_while_the_city_is_being_made_it_ends_everything(home: Path, port: int) -> None:
    demo = launch(home, "--port", str(port), SEED_TAKES_LONG="yes")
    log = home / "log" / "web.log"
    began = time.monotonic()
    while not log.exists() and time.monotonic() - began < 30:
        time.sleep(0.05)

    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)

    assert demo.returncode == 0
    assert marked(home) == []
    assert servers_of(postgres.locate(home).data_directory) == []
