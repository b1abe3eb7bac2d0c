"""Serials that are never given twice.

A process reserves a block in a short transaction of its own connection, then deals it out from memory: parallel submissions do not
wait for each other's commit. Where a block is used up the next one is twice as large, so that a busy scope seldom asks. What a process
had reserved when it ended is lost: gaps are allowed, repeats are not.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

FIRST_BLOCK, LARGEST_BLOCK = 8, 256
_KEPT_SCOPES = 4_096
_lock = threading.Lock()
_reserved: OrderedDict[tuple[str, str, str], tuple[int, int, int]] = OrderedDict()
_kept: BaseDatabaseWrapper | None = None
# A forked process must not deal out its parent's block a second time.
os.register_at_fork(after_in_child=_reserved.clear)


def next_serial(scheme: str, scope: str) -> int:
    """The next serial of `scope`, from 1; fewer than `LARGEST_BLOCK` are skipped when a process ends."""
    database = str(connections["default"].settings_dict["NAME"])
    key = (database, scheme, scope)
    with _lock:
        upcoming, end, block = _reserved.pop(key, (0, 0, 0))
        if upcoming >= end:
            block = min(2 * block, LARGEST_BLOCK) or FIRST_BLOCK
            upcoming = _reserve(scheme, scope, block)
            end = upcoming + block
        _reserved[key] = (upcoming + 1, end, block)
        if len(_reserved) > _KEPT_SCOPES:
            _reserved.popitem(last=False)
    return upcoming


def take_serials(scheme: str, scope: str, count: int) -> range:
    """That many serials in a row, for a caller who needs them all at once; none of them is given to anybody else."""
    first = _reserve(scheme, scope, count)
    return range(first, first + count)


@contextmanager
def one_connection() -> Iterator[None]:
    """Reserve over one connection meanwhile: a city that is being filled takes numbers of hundreds of scopes."""
    global _kept
    own = connections.create_connection("default")
    with _lock:
        _kept = own
    try:
        yield
    finally:
        with _lock:
            _kept = None
        own.close()


def _reserve(scheme: str, scope: str, block: int) -> int:
    if _kept is not None:
        return _reserve_over(_kept, scheme, scope, block)
    own = connections.create_connection("default")
    try:
        return _reserve_over(own, scheme, scope, block)
    finally:
        own.close()


def _reserve_over(own: BaseDatabaseWrapper, scheme: str, scope: str, block: int) -> int:
    with own.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbering_counter AS c (scheme, scope, next_serial) VALUES (%s, %s, %s)"
            " ON CONFLICT (scheme, scope) DO UPDATE SET next_serial = c.next_serial + %s"
            " RETURNING next_serial - %s",
            [scheme, scope, 1 + block, block, block],
        )
        first = cursor.fetchone()[0]
    assert isinstance(first, int)
    return first
