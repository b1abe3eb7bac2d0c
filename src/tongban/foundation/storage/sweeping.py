"""Files that no row names: left by a crash between the file and its row, or by a deletion cut short."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet

from tongban.foundation.fields import StorageKeyField


def sweep(*, older_than: timedelta) -> int:
    """Delete files of that age that no `StorageKeyField` names; how many. Age is by the machine's clock, as files have it.

    A database that names no file at all is more likely the wrong one: then nothing is deleted.
    """
    if not any(keys.exists() for keys in _keys()):
        return 0
    limit = time.time() - older_than.total_seconds()
    swept = 0
    for folder in sorted(Path(settings.MEDIA_ROOT).glob("??")):
        old = [path for path in folder.rglob("*") if path.is_file() and _is_older(path, limit)]
        named = {key for keys in _keys(folder.name) for key in keys} if old else set()
        for path in old:
            swept += path.name not in named and _remove_unless_touched(path, limit)
    return swept


def _keys(prefix: str = "") -> Iterator[QuerySet[Model, str]]:
    """For each column that names files, the names with that beginning."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, StorageKeyField):
                rows = model._base_manager.filter(**{f"{field.name}__startswith": prefix})
                yield rows.exclude(**{field.name: ""}).values_list(field.name, flat=True)


def _is_older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _remove_unless_touched(path: Path, limit: float) -> bool:
    """Set aside first: whoever stores the same content now either touched it before and gets it back, or writes it anew."""
    aside = path.with_name(f".{path.name}.swept")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if not _is_older(aside, limit):
        aside.rename(path)
        return False
    aside.unlink()
    return True
