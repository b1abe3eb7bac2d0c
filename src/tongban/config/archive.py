"""`tongban db backup` and `tongban db restore`: database, stored files and what the demo's clock and the audit heads say, in one file.

The keys are never in it. Stored files are addressed by a hash of their content and never changed, so those present before the dump and
those present after it hold, together, every file that a row of the dump names.
"""

import hashlib
import hmac
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tongban.foundation import postgres
from tongban.foundation.crypto import SoftwareKeys

FORMAT = 1
_MANIFEST, _DUMP, _FILES = "manifest.json", "database.dump", "files/"
_FILE_NAME = re.compile(r"files/[0-9a-z]{2}/[0-9a-z]{2}/[0-9a-z]+")


class KeysMissing(Exception):
    """The keys of this installation do not open what the backup holds."""


class BackupIsNewer(Exception):
    """The backup was written by a later release, whose schema this one does not know."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    former_database: str
    files_added: int


def backup(target: Path, *, url: str, at: datetime) -> int:
    """Write everything but the keys to the file `target` while the city goes on; answers the number of stored files.

    The file appears whole or not at all and is readable by its owner only.
    Raises FileExistsError, or ProgramFailed when the database cannot be read.
    """
    if target.exists():
        raise FileExistsError(f"{target} exists already; name another file")
    home: Path = settings.ENV.home
    home.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    with tempfile.TemporaryDirectory(dir=home, prefix="backup.") as folder:
        stage = Path(folder)
        for state in _states():
            if state.exists():
                # Before the dump: it may know later heads of the audit chain, but none that the dump lacks.
                shutil.copyfile(state, stage / state.name)
        _link_files(stage)
        migrations = _applied_migrations(url)
        postgres.backup(stage / _DUMP, url=url)
        count = _link_files(stage)
        manifest = {
            "format": FORMAT,
            "at": at.isoformat(),
            "files": count,
            "keys": _fingerprints(),
            "migrations": migrations,
        }
        (stage / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        try:
            unfinished.touch(mode=0o600)
            _pack(stage, unfinished)
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return count


def restore(source: Path, *, url: str, at: datetime) -> Restored:
    """Put a backup in the place of the database and add its files; nothing of the former city is deleted.

    A backup of an earlier release is brought up to date by `migrate` afterwards.
    Raises BackupUnreadable, BackupIsNewer, KeysMissing, DatabaseInUse or ProgramFailed; the database is then as it was.
    """
    home: Path = settings.ENV.home
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="restore.") as folder:
        stage = Path(folder)
        names, manifest = _unpack(source, stage)
        _refuse_newer(manifest["migrations"])
        _refuse_missing_keys(manifest["keys"])
        # Files before rows: a row must never name a file that is not there yet.
        added = sum(_add_file(stage / name, name) for name in names if name.startswith(_FILES))
        former = postgres.restore(stage / _DUMP, url=url, at=at)
        for state in _states():
            if state.exists():
                state.rename(state.with_name(f"{state.name}.before_{at:%Y%m%d%H%M%S}"))
            if state.name in names:
                shutil.copyfile(stage / state.name, state)
        _set_evidence_aside(at)
    return Restored(former, added)


def key_names() -> tuple[str, ...]:
    """What must be kept beside a backup: the settings and the ids of the data keys."""
    ids = (part.partition(":")[0].strip() for part in settings.DATA_KEYS.split(",") if part)
    return (f"TONGBAN_DATA_KEYS ({', '.join(ids)})", "TONGBAN_LOOKUP_KEY")


def _states() -> list[Path]:
    """Files of the home that belong to the database's moment."""
    return [path for path in (settings.AUDIT_HEADS, settings.BUSINESS_CLOCK) if path is not None]


def _set_evidence_aside(at: datetime) -> None:
    """What the former database exported stays below the folder; the restored one exports all of its own anew."""
    folder = Path(settings.EVIDENCE_EXPORT)
    former = folder / f"before_{at:%Y%m%d%H%M%S}"
    for path in sorted(folder.glob("*.jsonl")):
        former.mkdir(exist_ok=True)
        path.rename(former / path.name)


def _link_files(stage: Path) -> int:
    """Give every stored file a second name below `stage`, where nobody deletes it; answers how many are there."""
    files = Path(settings.MEDIA_ROOT)
    count = 0
    for file in sorted(files.glob("??/??/[!.]*")):
        linked = stage / _FILES / file.relative_to(files)
        linked.parent.mkdir(parents=True, exist_ok=True)
        try:
            linked.hardlink_to(file)
        except FileExistsError:
            pass
        except FileNotFoundError:
            continue  # deleted at this moment, with its row
        except OSError:
            shutil.copyfile(file, linked)  # a file system without links
        count += 1
    return count


def _pack(stage: Path, target: Path) -> None:
    # The manifest comes first, so that keys are judged before gigabytes are read. The dump is compressed, the files are encrypted.
    with tarfile.open(target, "w") as archive:
        for name in (_MANIFEST, _DUMP):
            archive.add(stage / name, name)
        for path in sorted(stage.rglob("*")):
            name = path.relative_to(stage).as_posix()
            if path.is_file() and name not in (_MANIFEST, _DUMP):
                archive.add(path, name)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _unpack(source: Path, stage: Path) -> tuple[list[str], dict[str, Any]]:
    """Write the members we know below `stage`, whatever else a file may carry; answers their names and the manifest."""
    if not source.is_file():
        raise postgres.BackupUnreadable(f"{source} is not a file")
    try:
        names = list(_unpacked(source, stage))
    except tarfile.TarError as error:
        raise postgres.BackupUnreadable(f"{source} is no backup, or a cut one: {error}") from error
    if _MANIFEST not in names or _DUMP not in names:
        raise postgres.BackupUnreadable(f"{source} was not written by `tongban db backup`")
    manifest: dict[str, Any] = json.loads((stage / _MANIFEST).read_text(encoding="utf-8"))  # Any: JSON
    if manifest["format"] != FORMAT:
        raise postgres.BackupUnreadable(f"{source} was written by a later release; restore it with that one")
    if sum(name.startswith(_FILES) for name in names) != manifest["files"]:
        raise postgres.BackupUnreadable(f"{source} is cut: files are missing at its end")
    return names, manifest


def _unpacked(source: Path, stage: Path) -> Iterator[str]:
    wanted = {_MANIFEST, _DUMP, *(state.name for state in _states())}
    with tarfile.open(source, "r:") as archive:
        for member in archive:
            if not member.isfile() or not (member.name in wanted or _FILE_NAME.fullmatch(member.name)):
                continue
            content = archive.extractfile(member)
            assert content is not None, "it is a file"
            path = stage / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            yield member.name


def _add_file(staged: Path, name: str) -> bool:
    path = Path(settings.MEDIA_ROOT) / name.removeprefix(_FILES)
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    staged.rename(path)
    return True


def _applied_migrations(url: str) -> list[str]:
    """The migrations that the database has had, `cases.0001_initial`; none where nothing was migrated."""
    with psycopg.connect(url) as connection:
        try:
            rows = connection.execute(
                "SELECT app || '.' || name FROM django_migrations ORDER BY id"
            ).fetchall()
        except psycopg.errors.UndefinedTable:
            return []
    return [str(name) for (name,) in rows]


def _refuse_newer(migrations: list[str]) -> None:
    known = {
        f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    }
    unknown = [name for name in migrations if name not in known]
    if unknown:
        raise BackupIsNewer(
            f"the backup was written by a later release: it has migrations that this one does not know "
            f"({', '.join(unknown)}). Install that release, then restore again. Nothing was changed."
        )


def _fingerprints() -> dict[str, str]:
    """By which the right key is told from another of its name; a key cannot be had from it."""
    keys = SoftwareKeys(settings.DATA_KEYS)
    ids = [part.partition(":")[0].strip() for part in settings.DATA_KEYS.split(",") if part]
    found = {key_id: _fingerprint(keys.by_id(key_id)) for key_id in ids}
    return found | {"TONGBAN_LOOKUP_KEY": _fingerprint(settings.LOOKUP_KEY.encode())}


def _fingerprint(key: bytes) -> str:
    return hmac.digest(key, b"tongban backup", hashlib.sha256).hex()[:16]


def _refuse_missing_keys(wanted: dict[str, str]) -> None:
    present = _fingerprints()
    missing = sorted(name for name, print_ in wanted.items() if present.get(name) != print_)
    if missing:
        raise KeysMissing(
            f"the backup was sealed with keys that this installation does not have: {', '.join(missing)}. "
            "Set TONGBAN_DATA_KEYS and TONGBAN_LOOKUP_KEY as they were, then restore again. Nothing was changed."
        )
