"""The business clock: what the law's limits and every record's instant are read from.

In production it is the machine's clock. In the demo it stands still and moves only by `tongban demo clock`; the instant lies in a
file of the home folder, so that web, worker and command line agree without a query.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

_override: ContextVar[datetime | None] = ContextVar("business_clock_override", default=None)
_read: dict[Path, tuple[int, datetime]] = {}


def now() -> datetime:
    """The business instant, aware and in UTC."""
    fixed = _override.get()
    if fixed is not None:
        return fixed
    path = settings.BUSINESS_CLOCK
    if path is None:
        return datetime.now(UTC)
    return _standing(path) or datetime.now(UTC)


def set_standing(path: Path, instant: datetime) -> None:
    """Write the demo's instant; readers see the old or the new one, never half a file."""
    if instant.tzinfo is None:
        raise ValueError(f"a business instant carries an offset: {instant.isoformat()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"now": instant.astimezone(UTC).isoformat()}), encoding="utf-8")
    fresh.replace(path)


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand at `instant` within the block (this thread only)."""
    token = _override.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _override.reset(token)


def _standing(path: Path) -> datetime | None:
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    known = _read.get(path)
    if known is None or known[0] != changed:
        instant = datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["now"])
        known = _read[path] = (changed, instant)
    return known[1]
