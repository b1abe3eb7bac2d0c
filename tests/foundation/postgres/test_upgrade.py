import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from foundation.postgres.conftest import run_sql
from tongban.foundation import postgres
from tongban.foundation.postgres import server


def test_roles_databases_and_rows_come_along_and_the_old_folder_is_kept(home: Path) -> None:
    postgres.start(home)
    run_sql(home, "CREATE TABLE receipt (number text PRIMARY KEY, name text)")
    run_sql(home, "INSERT INTO receipt VALUES ('A-1', '示例小馆')")
    server.run_superuser_script(postgres.locate(home), "CREATE ROLE department LOGIN;")
    server.run_superuser_script(postgres.locate(home), "CREATE DATABASE department OWNER department;")
    with psycopg.connect(postgres.url_of("department", "department", home)) as connection:
        connection.execute("CREATE TABLE reply (number text)")
        connection.execute("INSERT INTO reply VALUES ('A-1')")
    # Dump and restore run the same whatever wrote the folder; the wheel carries one version of the programs.
    old_binaries = postgres.locate(home).server_binaries

    kept = postgres.upgrade(old_binaries, home=home)

    assert run_sql(home, "SELECT number, name FROM receipt") == [("A-1", "示例小馆")]
    with psycopg.connect(postgres.url_of("department", "department", home)) as connection:
        assert connection.execute("SELECT number FROM reply").fetchall() == [("A-1",)]
    assert kept.name == "postgres.version18"
    assert (kept / "PG_VERSION").read_text() == "18\n"
    assert postgres.status(home).data_directory == kept.with_name("postgres")


def older_programs() -> list[Path]:
    """Programs of other versions of PostgreSQL on this machine, where Debian puts them."""
    return sorted(path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists())


@pytest.mark.parametrize(
    "programs",
    older_programs()
    or [pytest.param(None, marks=pytest.mark.skip(reason="no older PostgreSQL: apt-get install postgresql"))],
    ids=lambda path: path.parent.name if path else "none",
)
def test_a_folder_written_by_an_older_postgresql_is_refused_then_converted(
    new_home: Path, programs: Path
) -> None:
    location = postgres.locate(new_home)
    data, version = location.data_directory, programs.parent.name
    data.mkdir(parents=True, mode=0o700)
    as_root = os.geteuid() == 0
    if as_root:
        os.chown(data, location.server_uid, location.server_uid)
    server_account = {"user": location.server_uid, "group": location.server_uid, "extra_groups": []}
    options = ["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--data-checksums"]
    subprocess.run(
        [programs / "initdb", *options, "-D", data],
        cwd="/",
        check=True,
        capture_output=True,
        **(server_account if as_root else {}),
    )
    server.remove_stale_locks(location)
    server.configure(location)
    server.launch(location, programs)
    made = "CREATE ROLE tongban LOGIN CREATEDB; CREATE DATABASE tongban OWNER tongban;"
    server.run_superuser_script(location, made.replace("; ", ";\n"))
    # As the superuser, since PostgreSQL before 16 knows no map for all roles.
    row = "SET ROLE tongban; CREATE TABLE receipt AS SELECT 'A-1'::text AS number, '示例小馆'::text AS name;"
    server.run_superuser_script(location, row, "tongban")
    postgres.stop(new_home)

    with pytest.raises(postgres.OlderDataFolder, match=f"written by PostgreSQL {version}, installed is 18"):
        postgres.start(new_home)
    kept = postgres.upgrade(programs, home=new_home)

    assert run_sql(new_home, "SELECT number, name FROM receipt") == [("A-1", "示例小馆")]
    assert run_sql(new_home, "SELECT current_setting('server_version_num')::int / 10000") == [(18,)]
    assert (kept / "PG_VERSION").read_text() == f"{version}\n"


def test_failed_upgrade_puts_the_old_folder_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.start(home)
    run_sql(home, "CREATE TABLE receipt ()")
    inode = postgres.locate(home).data_directory.stat().st_ino

    def fail(*_: object) -> None:
        raise postgres.ProgramFailed("disk full")

    monkeypatch.setattr("tongban.foundation.postgres.conversion._load_everything", fail)
    with pytest.raises(postgres.ProgramFailed, match="disk full"):
        postgres.upgrade(postgres.locate(home).server_binaries, home=home)

    assert postgres.locate(home).data_directory.stat().st_ino == inode
    postgres.start(home)
    assert run_sql(home, "SELECT to_regclass('receipt')::text") == [("receipt",)]


def test_nothing_to_upgrade_is_said(new_home: Path) -> None:
    with pytest.raises(postgres.NothingToUpgrade):
        postgres.upgrade(Path("/usr/bin"), home=new_home)
