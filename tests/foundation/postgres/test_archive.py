import stat
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from foundation.postgres.conftest import run_sql
from tongban.foundation import postgres

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def filled_home(home: Path) -> Path:
    postgres.start(home)
    run_sql(home, "CREATE EXTENSION pg_trgm")
    run_sql(home, "CREATE TABLE receipt (number text PRIMARY KEY, name text)")
    run_sql(home, "INSERT INTO receipt VALUES ('A-1', '示例小馆'), ('A-2', '张三')")
    return home


def test_restore_brings_back_the_rows_of_the_backup(filled_home: Path, tmp_path: Path) -> None:
    url = postgres.default_url(filled_home)
    file = postgres.backup(tmp_path / "备份 1.dump", url=url, home=filled_home)
    run_sql(filled_home, "DELETE FROM receipt WHERE number = 'A-1'")
    run_sql(filled_home, "INSERT INTO receipt VALUES ('A-3', '李四')")

    kept = postgres.restore(file, url=url, at=AT, home=filled_home)

    assert run_sql(filled_home, "SELECT number, name FROM receipt ORDER BY 1") == [
        ("A-1", "示例小馆"),
        ("A-2", "张三"),
    ]
    assert run_sql(filled_home, "SELECT similarity('a', 'a')") == [(1.0,)]
    assert kept == "tongban_before_20260302010000"
    with psycopg.connect(postgres.url_of(kept, "tongban", filled_home)) as former:
        assert former.execute("SELECT number FROM receipt ORDER BY 1").fetchall() == [("A-2",), ("A-3",)]


def test_backup_is_for_its_owner_only_and_overwrites_nothing(filled_home: Path, tmp_path: Path) -> None:
    url = postgres.default_url(filled_home)
    file = postgres.backup(tmp_path / "one.dump", url=url, home=filled_home)
    before = file.read_bytes()

    with pytest.raises(FileExistsError):
        postgres.backup(file, url=url, home=filled_home)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == before


def test_failed_backup_leaves_no_file(filled_home: Path, tmp_path: Path) -> None:
    missing = postgres.url_of("no_such_database", "tongban", filled_home)

    with pytest.raises(postgres.ProgramFailed, match="no_such_database"):
        postgres.backup(tmp_path / "one.dump", url=missing, home=filled_home)

    assert list(tmp_path.glob("*.dump*")) == []


@pytest.mark.parametrize("content", [b"", b"not a backup"])
def test_damaged_file_is_refused_and_nothing_changes(
    filled_home: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "damaged.dump"
    file.write_bytes(content)

    with pytest.raises(postgres.BackupUnreadable):
        postgres.restore(file, url=postgres.default_url(filled_home), at=AT, home=filled_home)

    assert run_sql(filled_home, "SELECT count(*) FROM receipt") == [(2,)]


def test_cut_backup_is_refused_and_nothing_changes(filled_home: Path, tmp_path: Path) -> None:
    url = postgres.default_url(filled_home)
    run_sql(filled_home, "INSERT INTO receipt SELECT i::text, md5(i::text) FROM generate_series(1, 20000) i")
    file = postgres.backup(tmp_path / "one.dump", url=url, home=filled_home)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    with pytest.raises(postgres.ProgramFailed):
        postgres.restore(file, url=url, at=AT, home=filled_home)

    assert run_sql(filled_home, "SELECT count(*) FROM receipt") == [(20002,)]


def test_database_in_use_is_not_exchanged(filled_home: Path, tmp_path: Path) -> None:
    url = postgres.default_url(filled_home)
    file = postgres.backup(tmp_path / "one.dump", url=url, home=filled_home)
    run_sql(filled_home, "DELETE FROM receipt")

    with psycopg.connect(url), pytest.raises(postgres.DatabaseInUse, match="1 sessions"):
        postgres.restore(file, url=url, at=AT, home=filled_home)

    assert run_sql(filled_home, "SELECT count(*) FROM receipt") == [(0,)]
