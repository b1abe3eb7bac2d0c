"""A backup of a whole city, restored where there was none."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from foundation.postgres.conftest import forget, run_sql
from tongban.foundation import postgres

FILL = """
import django, sys
django.setup()
from datetime import UTC, datetime
from tongban.foundation.audit import services as audit
from tongban.foundation.storage import services as files
from tongban.kernel.actors import PLATFORM
print(files.put("示例".encode(), media_type="application/pdf", purpose="test").key)
for number in range(3):
    audit.record(actor=PLATFORM, action="TEST", at=datetime.now(UTC), object_type="t", object_id=str(number))
audit.seal()
"""
READ = """
import django, sys
django.setup()
from tongban.foundation.audit.models import Entry
from tongban.foundation.storage import services as files
print(files.read(sys.argv[1]).decode(), Entry.objects.count())
"""


def run(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("TONGBAN_")}
    return subprocess.run(
        [sys.executable, *words],
        env={**kept, "TONGBAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tongban.config.settings"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def tongban(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(home, "-m", "tongban.config.cli", *words, **variables)


def succeed(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory, begin: Callable[[Path], None]) -> Iterator[Path]:
    """A home whose server runs, with the schema of this release and nothing in it, kept in the database `empty` as well."""
    home = tmp_path_factory.mktemp("home") / "旧 old"
    begin(home)
    succeed(tongban(home, "db", "start"))
    succeed(tongban(home, "migrate"))
    copy_database(home, "tongban", "empty")
    yield home
    forget(home)


@pytest.fixture
def city(migrated: Path) -> Path:
    """That home, its city empty whatever a test before has done."""
    copy_database(migrated, "empty", "tongban")
    shutil.rmtree(migrated / "files", ignore_errors=True)
    (migrated / "audit-heads.jsonl").unlink(missing_ok=True)
    return migrated


def copy_database(home: Path, source: str, target: str) -> None:
    with psycopg.connect(postgres.url_of("postgres", "tongban", home), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {target}")
        connection.execute(f"CREATE DATABASE {target} TEMPLATE {source}")


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Path]:
    """A home in which nothing is."""
    home = tmp_path / "新 new"
    yield home
    forget(home)


def test_a_city_moves_into_an_empty_home_with_its_files_and_a_whole_audit_trail(
    city: Path, new: Path, tmp_path: Path
) -> None:
    file = tmp_path / "city.backup"
    key = succeed(run(city, "-c", FILL)).strip()
    said = succeed(tongban(city, "db", "backup", str(file)))

    other_keys = tongban(new, "db", "restore", str(file), TONGBAN_DATA_KEYS=f"k2:{'A' * 43}=")
    restored = succeed(tongban(new, "db", "restore", str(file)))
    again = succeed(tongban(new, "db", "restore", str(file)))
    succeed(tongban(new, "db", "start"))
    succeed(tongban(new, "migrate"))

    assert "1 stored files" in said
    assert "The keys are not in it; keep them elsewhere: TONGBAN_DATA_KEYS (dev), TONGBAN_LOOKUP_KEY" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert other_keys.returncode == 1
    assert "does not have: dev. Set TONGBAN_DATA_KEYS" in other_keys.stderr
    assert "1 stored files added" in restored
    assert "0 stored files added" in again
    assert succeed(tongban(new, "audit", "verify")) == "3 entries, 3 sealed, 0 waiting, 0 problems\n", (
        "with the heads that came along"
    )
    assert succeed(run(new, "-c", READ, key)) == "示例 3\n"
    assert len((new / "audit-heads.jsonl").read_text().splitlines()) == 1


@pytest.fixture(scope="module")
def backed_up(
    tmp_path_factory: pytest.TempPathFactory, begin: Callable[[Path], None]
) -> Iterator[tuple[Path, Path]]:
    """A home with a table and a stored file, and the backup of it."""
    folder = tmp_path_factory.mktemp("backed up")
    home, file = folder / "home", folder / "city.backup"
    begin(home)
    stored = home / "files" / "ab" / "cd" / "abcd00"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"sealed" * 1_000)
    succeed(tongban(home, "db", "start"))
    run_sql(home, "CREATE TABLE receipt ()")
    succeed(tongban(home, "db", "backup", str(file)))
    yield home, file
    forget(home)


@pytest.mark.parametrize("kept", ["half", "all but the files", "nothing"])
def test_a_cut_backup_is_refused(backed_up: tuple[Path, Path], tmp_path: Path, kept: str) -> None:
    home, whole = backed_up
    with tarfile.open(whole) as archive:
        ends_at = {member.name: member.offset_data for member in archive}
    content = whole.read_bytes()
    cut = {"half": len(content) // 2, "all but the files": ends_at["files/ab/cd/abcd00"] - 512, "nothing": 0}
    file = tmp_path / "city.backup"
    file.write_bytes(content[: cut[kept]])

    refused = tongban(home, "db", "restore", str(file))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"tongban db restore: {file} is ")
    assert run_sql(home, "SELECT to_regclass('receipt')::text") == [("receipt",)]


def test_a_backup_of_a_later_release_is_refused_and_nothing_changes(city: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    run_sql(city, "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0099_later', now())")
    succeed(tongban(city, "db", "backup", str(file)))
    run_sql(city, "CREATE TABLE receipt ()")

    refused = tongban(city, "db", "restore", str(file))

    assert refused.returncode == 1
    assert "written by a later release" in refused.stderr
    assert "(cases.0099_later)" in refused.stderr
    assert run_sql(city, "SELECT to_regclass('receipt')::text") == [("receipt",)]


def test_a_backup_of_an_earlier_release_is_restored_and_then_migrated(city: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    succeed(tongban(city, "migrate", "evaluation", "zero"))
    succeed(tongban(city, "db", "backup", str(file)))
    succeed(tongban(city, "migrate"))

    said = succeed(tongban(city, "db", "restore", str(file)))
    before = run_sql(city, "SELECT to_regclass('evaluation_rating')::text")
    succeed(tongban(city, "migrate"))
    after = run_sql(city, "SELECT to_regclass('evaluation_rating')::text")

    assert "Now run: tongban migrate" in said
    assert (before, after) == ([(None,)], [("evaluation_rating",)])
