import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from foundation.postgres.conftest import run_sql
from tongban.foundation import postgres
from tongban.foundation.postgres.processes import servers_of

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
SOURCE = Path(postgres.__file__).parents[3]
PACKAGES = Path(psycopg.__file__).parents[1]


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def wait_until_gone(data_directory: Path) -> None:
    waited_until = time.monotonic() + 10
    while servers_of(data_directory):
        assert time.monotonic() < waited_until
        time.sleep(0.02)


def test_first_start_makes_a_database_that_keeps_what_it_acknowledges(new_home: Path) -> None:
    started = postgres.start(new_home)

    assert started.is_running
    settings = run_sql(
        new_home,
        "SELECT current_user, current_setting('fsync'), current_setting('synchronous_commit'),"
        " current_setting('data_checksums'), current_setting('server_encoding'),"
        " current_setting('listen_addresses')",
    )
    assert settings == [("tongban", "on", "on", "on", "UTF8", "")]


def test_url_is_known_before_the_server_runs(home: Path) -> None:
    before = postgres.default_url(home)

    started = postgres.start(home)

    assert started.url == before == postgres.default_url(home)


def test_socket_path_fits_however_long_the_home_is(new_home: Path) -> None:
    socket = postgres.locate(new_home).socket_directory / ".s.PGSQL.5432"

    assert len(os.fsencode(new_home)) > 107
    assert len(os.fsencode(socket)) <= 107


def test_start_again_keeps_the_running_server(home: Path) -> None:
    first = postgres.start(home)

    second = postgres.start(home)

    assert second.pid == first.pid


def test_stop_ends_the_server_with_clients_connected(home: Path) -> None:
    postgres.start(home)
    client = psycopg.connect(postgres.default_url(home))

    stopped = postgres.stop(home)

    assert stopped
    assert not postgres.status(home).is_running
    assert servers_of(postgres.locate(home).data_directory) == []
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")


def test_stop_without_a_server_says_so(home: Path) -> None:
    assert not postgres.stop(home)


def test_acknowledged_row_is_found_after_killing_every_process(home: Path) -> None:
    postgres.start(home)
    run_sql(home, "CREATE TABLE receipt (number text PRIMARY KEY)")
    run_sql(home, "INSERT INTO receipt VALUES ('A-1')")

    kill(servers_of(postgres.locate(home).data_directory))
    postgres.start(home)

    assert run_sql(home, "SELECT number FROM receipt") == [("A-1",)]


def test_start_right_after_only_the_postmaster_was_killed(home: Path) -> None:
    started = postgres.start(home)
    run_sql(home, "CREATE TABLE receipt (number text PRIMARY KEY)")
    assert started.pid is not None
    os.kill(started.pid, signal.SIGKILL)

    again = postgres.start(home)

    assert again.pid != started.pid
    assert run_sql(home, "SELECT count(*) FROM receipt") == [(0,)]


def test_lock_file_naming_a_number_now_used_by_another_program_does_not_block(home: Path) -> None:
    postgres.start(home)
    data = postgres.locate(home).data_directory
    lock_lines = (data / "postmaster.pid").read_text().splitlines()
    kill(servers_of(data))
    wait_until_gone(data)
    uid = postgres.locate(home).server_uid
    with subprocess.Popen(["sleep", "60"], user=uid if os.geteuid() == 0 else None) as other:
        (data / "postmaster.pid").write_text("\n".join([str(other.pid), *lock_lines[1:]]))
        socket_lock = postgres.locate(home).socket_directory / ".s.PGSQL.5432.lock"
        socket_lock.write_text(f"{other.pid}\n")

        started = postgres.start(home)

        assert started.is_running
        assert other.poll() is None
        other.kill()


def test_server_of_a_removed_data_folder_is_replaced(home: Path) -> None:
    first = postgres.start(home)
    data = postgres.locate(home).data_directory
    data.rename(data.with_name("trash"))
    subprocess.run(["rm", "-rf", data.with_name("trash")], check=True)

    second = postgres.start(home)

    assert second.pid != first.pid
    assert run_sql(home, "SELECT 1") == [(1,)]


def test_two_homes_side_by_side_do_not_meet(home: Path, other_home: Path) -> None:
    first, second = postgres.start(home), postgres.start(other_home)
    run_sql(home, "CREATE TABLE only_here ()")

    assert first.url != second.url
    assert first.data_directory != second.data_directory
    assert run_sql(other_home, "SELECT to_regclass('only_here')") == [(None,)]


def test_interrupted_first_start_leaves_no_half_data_folder(new_home: Path) -> None:
    data = postgres.locate(new_home).data_directory
    half = data.with_name("postgres.new1234")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    started = postgres.start(new_home)

    assert started.is_running
    assert not half.exists()


def test_start_killed_while_its_data_folder_is_being_made_disturbs_the_next_in_nothing(
    new_home: Path,
) -> None:
    data = postgres.locate(new_home).data_directory
    starting = subprocess.Popen([sys.executable, "-c", start_of(new_home)])
    waited_until = time.monotonic() + 30
    while not list(data.parent.glob("postgres.new*/PG_VERSION")):
        assert time.monotonic() < waited_until
        time.sleep(0.01)
    starting.kill()
    starting.wait()

    started = postgres.start(new_home)

    assert started.is_running
    assert run_sql(new_home, "SELECT current_setting('data_checksums')") == [("on",)]


def start_of(home: Path) -> str:
    return (
        "from pathlib import Path; from tongban.foundation import postgres;"
        f"print(postgres.start(Path({str(home)!r})).pid)"
    )


def test_data_folder_of_an_older_version_is_refused_unchanged(home: Path) -> None:
    postgres.start(home)
    postgres.stop(home)
    version_file = postgres.locate(home).data_directory / "PG_VERSION"
    version_file.write_text("15\n")

    with pytest.raises(postgres.OlderDataFolder, match="written by PostgreSQL 15, installed is 18"):
        postgres.start(home)

    assert version_file.read_text() == "15\n"
    assert not postgres.status(home).is_running


def test_socket_folder_of_someone_else_is_refused(home: Path, tmp_path: Path) -> None:
    sockets = postgres.locate(home).socket_directory
    sockets.symlink_to(tmp_path)

    try:
        with pytest.raises(postgres.ForeignFolder):
            postgres.start(home)
    finally:
        sockets.unlink()


def test_start_that_fails_shows_the_log(home: Path) -> None:
    postgres.start(home)
    postgres.stop(home)
    with (postgres.locate(home).data_directory / "postgresql.auto.conf").open("a") as file:
        file.write("shared_preload_libraries = 'no_such_library'\n")

    with pytest.raises(postgres.ServerWontStart, match="no_such_library"):
        postgres.start(home)


def test_starts_at_the_same_moment_agree_on_one_server(new_home: Path) -> None:
    command = [sys.executable, "-c", start_of(new_home)]
    racing = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    answers = {process.communicate(timeout=60)[0].strip() for process in racing}

    assert answers == {str(postgres.status(new_home).pid)}


@needs_root
def test_root_runs_the_server_as_an_account_without_rights(open_home: Path) -> None:
    started = postgres.start(open_home)

    assert Path(f"/proc/{started.pid}").stat().st_uid == NOBODY
    assert started.data_directory == open_home / "postgres"
    assert started.data_directory.stat().st_uid == NOBODY


@needs_root
def test_home_closed_to_others_keeps_its_data_beside_the_system_s(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "var"

    try:
        started = postgres.start(home)

        assert started.data_directory == postgres.locate(home).outside / "postgres"
        assert closed.stat().st_mode & 0o777 == 0o700
        assert run_sql(home, "SELECT 1") == [(1,)]
    finally:
        postgres.stop(home)
        subprocess.run(["rm", "-rf", postgres.locate(home).outside], check=True)


@needs_root
def test_other_accounts_cannot_connect(open_home: Path) -> None:
    postgres.start(open_home)
    sockets = postgres.locate(open_home).socket_directory

    listing = subprocess.run(
        ["/usr/bin/ls", sockets], user=1, group=1, extra_groups=[], capture_output=True, check=False
    )

    assert listing.returncode != 0
    assert b"Permission denied" in listing.stderr


def run_as(uid: int, code: str) -> subprocess.CompletedProcess[str]:
    """Code run by the system's Python, which every account reaches, under another account."""
    interpreter = shutil.which("python3", path="/usr/bin:/bin:/usr/local/bin")
    assert interpreter is not None
    return subprocess.run(
        [interpreter, "-c", code],
        user=uid,
        group=uid,
        extra_groups=[],
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{SOURCE}:{PACKAGES}",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@needs_root
def test_ordinary_account_runs_its_own_server(open_home: Path) -> None:
    os.chown(open_home, NOBODY, NOBODY)
    code = (
        "from pathlib import Path; import psycopg; from tongban.foundation import postgres;"
        f"home = Path({str(open_home)!r}); started = postgres.start(home);"
        "row = psycopg.connect(started.url).execute('SELECT current_user').fetchone();"
        "print(row[0], started.data_directory == home / 'postgres',"
        "postgres.stop(home), postgres.status(home).is_running)"
    )

    finished = run_as(NOBODY, code)

    assert finished.stderr == ""
    assert finished.stdout.split() == ["tongban", "True", "True", "False"]


@needs_root
def test_account_without_a_name_is_told_what_to_do(open_home: Path) -> None:
    unnamed = 54_321
    os.chown(open_home, unnamed, unnamed)
    code = (
        "from pathlib import Path; from tongban.foundation import postgres\n"
        f"try: postgres.start(Path({str(open_home)!r}))\n"
        "except postgres.TROUBLES as trouble: print(trouble)"
    )

    finished = run_as(unnamed, code)

    assert finished.stderr == ""
    assert "the account with the number 54321 has no name in /etc/passwd" in finished.stdout
    assert "Add a line such as tongban:x:54321:54321::/:/bin/sh" in finished.stdout
    assert not (open_home / "postgres").exists()
