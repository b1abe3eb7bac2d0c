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


def test_nothing_to_upgrade_is_said(home: Path) -> None:
    with pytest.raises(postgres.NothingToUpgrade):
        postgres.upgrade(Path("/usr/bin"), home=home)
