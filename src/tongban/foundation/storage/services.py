"""Files at rest: encrypted, addressed by a keyed hash of their content, on disk before the row that names them commits."""

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from tongban.foundation import crypto

_FULL = (errno.ENOSPC, errno.EDQUOT)


class FileMissing(Exception):
    """The key names no stored file."""


class StorageFull(Exception):
    """The disk, or the account's share of it, is full; nothing was kept."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`key` names the file to `read`; `sha256` (hex) and `size` (bytes) are of the plain content."""

    key: str
    sha256: str
    size: int


def put(data: bytes, *, media_type: str, purpose: str) -> StoredFile:
    """Store `data`; the same content of the same purpose and type is stored once. Raises StorageFull."""
    sha256 = hashlib.sha256(data).hexdigest()
    key = crypto.lookup_hash(f"file:{purpose}:{media_type}:{sha256}").hex()
    path = _path(key)
    if not _touch(path):
        try:
            _write_durably(path, crypto.encrypt_bytes(data, f"file:{key}"))
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull(f"no room for {len(data)} bytes") from error
            raise
    return StoredFile(key=key, sha256=sha256, size=len(data))


def read(key: str) -> bytes:
    """The plain content; raises FileMissing, or crypto.CannotDecrypt when the file was altered."""
    try:
        sealed = _path(key).read_bytes()
    except FileNotFoundError:
        raise FileMissing(f"no file {key[:12]}…") from None
    return crypto.decrypt_bytes(sealed, f"file:{key}")


def remove(key: str) -> None:
    """Delete a file; one that is gone already is no trouble."""
    _path(key).unlink(missing_ok=True)


def _touch(path: Path) -> bool:
    """Whether the file is there; from now on it is young, so that no sweep takes it before its row names it."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _path(key: str) -> Path:
    if not key.isalnum():
        raise FileMissing("not a file key")
    return Path(settings.MEDIA_ROOT) / key[:2] / key[2:4] / key


def _write_durably(path: Path, content: bytes) -> None:
    """On disk under its final name, folders included, or not there at all; raises OSError when the disk is full."""
    _make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
