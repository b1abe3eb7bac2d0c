"""A backup of a whole city, restored where there was none."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.postgres.conftest import forget

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


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    both = tmp_path / "旧 old", tmp_path / "新 new"
    yield both
    for home in both:
        forget(home)


def test_a_city_moves_into_an_empty_home_with_its_files_and_a_whole_audit_trail(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = homes
    file = tmp_path / "city.backup"
    succeed(tongban(old, "db", "start"))
    succeed(tongban(old, "migrate"))
    key = succeed(run(old, "-c", FILL)).strip()
    said = succeed(tongban(old, "db", "backup", str(file)))
    succeed(tongban(old, "db", "stop"))

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


@pytest.mark.parametrize("kept", ["half", "all but the files", "nothing"])
def test_a_cut_backup_is_refused(homes: tuple[Path, Path], tmp_path: Path, kept: str) -> None:
    home, _other = homes
    file = tmp_path / "city.backup"
    stored = home / "files" / "ab" / "cd" / "abcd00"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"sealed" * 1_000)
    succeed(tongban(home, "db", "start"))
    succeed(tongban(home, "db", "psql", "-qc", "CREATE TABLE receipt ()"))
    succeed(tongban(home, "db", "backup", str(file)))
    with tarfile.open(file) as archive:
        ends_at = {member.name: member.offset_data for member in archive}
    content = file.read_bytes()
    cut = {"half": len(content) // 2, "all but the files": ends_at["files/ab/cd/abcd00"] - 512, "nothing": 0}
    file.write_bytes(content[: cut[kept]])

    refused = tongban(home, "db", "restore", str(file))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"tongban db restore: {file} is ")
    assert succeed(tongban(home, "db", "psql", "-Atc", "SELECT to_regclass('receipt')")) == "receipt\n"


@pytest.fixture
def migrated(homes: tuple[Path, Path]) -> Path:
    home, _other = homes
    succeed(tongban(home, "db", "start"))
    succeed(tongban(home, "migrate"))
    return home


def test_a_backup_of_a_later_release_is_refused_and_nothing_changes(migrated: Path, tmp_path: Path) -> None:
    home, file = migrated, tmp_path / "city.backup"
    later = "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0099_later', now())"
    succeed(tongban(home, "db", "psql", "-qc", later))
    succeed(tongban(home, "db", "backup", str(file)))
    succeed(tongban(home, "db", "psql", "-qc", "CREATE TABLE receipt ()"))

    refused = tongban(home, "db", "restore", str(file))

    assert refused.returncode == 1
    assert "written by a later release" in refused.stderr
    assert "(cases.0099_later)" in refused.stderr
    assert succeed(tongban(home, "db", "psql", "-Atc", "SELECT to_regclass('receipt')")) == "receipt\n"


def test_a_backup_of_an_earlier_release_is_restored_and_then_migrated(migrated: Path, tmp_path: Path) -> None:
    home, file = migrated, tmp_path / "city.backup"
    succeed(tongban(home, "migrate", "evaluation", "zero"))
    succeed(tongban(home, "db", "backup", str(file)))
    succeed(tongban(home, "migrate"))

    said = succeed(tongban(home, "db", "restore", str(file)))
    before = succeed(tongban(home, "db", "psql", "-Atc", "SELECT to_regclass('evaluation_rating')"))
    succeed(tongban(home, "migrate"))
    after = succeed(tongban(home, "db", "psql", "-Atc", "SELECT to_regclass('evaluation_rating')"))

    assert "Now run: tongban migrate" in said
    assert (before, after) == ("\n", "evaluation_rating\n")
