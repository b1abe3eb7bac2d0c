"""Record, seal and verify (审计).

`record` writes within the caller's transaction: what is rolled back was not done. `seal` runs in the worker and chains what has
been committed; the head of the chain is also appended to a file outside the database, so that a cut tail is found.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from tongban.foundation import rows, sealing
from tongban.foundation.audit import models
from tongban.foundation.requests import current_request_id
from tongban.kernel.actors import Actor

GENESIS = bytes(32)
SEAL_BATCH = 5_000
_SEAL_LOCK = 7_202_601
"""Advisory lock: one sealer at a time."""
_BEFORE_ALL = (-1, -1)
_LONGEST_HEAD = 200
"""Bytes of one line of the file of heads."""
_LINK_COLUMNS = "l.position, l.entry_id, l.transaction, l.above_entry, l.entry_hash, l.chain_hash"
_CHAINED = (
    "id",
    "transaction",
    "recorded_at",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "department",
    "acting_for",
    "action",
    "object_type",
    "object_id",
    "subject_id",
    "case_number",
    "detail",
    "request_id",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act or one look. `detail` holds codes and counts, never a number, name or phone of a person."""

    actor: Actor
    action: str
    at: datetime
    object_type: str
    object_id: str
    subject_id: UUID | None = None
    case_number: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What verification found; `kind` is MODIFIED, DELETED, INSERTED, REORDERED or CUT."""

    kind: str
    position: int | None
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Report:
    entries: int
    sealed: int
    unsealed: int
    heads: int
    """Positions whose head is known outside; without any, a cut tail cannot be found."""
    problems: tuple[Problem, ...]

    @property
    def is_intact(self) -> bool:
        return not self.problems


def record(
    *,
    actor: Actor,
    action: str,
    at: datetime,
    object_type: str,
    object_id: str,
    subject_id: UUID | None = None,
    case_number: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one entry in the caller's transaction."""
    record_many([Entry(actor, action, at, object_type, object_id, subject_id, case_number, detail or {})])


def record_many(entries: Iterable[Entry]) -> None:
    """Append entries with one statement."""
    rows.insert(rows_for(entries))


def rows_for(entries: Iterable[Entry]) -> list[models.Entry]:
    """The entries as unsaved rows, for a caller who writes them and what they tell of with one statement."""
    request_id = current_request_id.get()
    return [
        models.Entry(
            at=entry.at,
            actor_kind=entry.actor.kind.value,
            actor_id=entry.actor.account_id,
            actor_name=entry.actor.name,
            department=entry.actor.department or "",
            acting_for=entry.actor.acting_for,
            action=entry.action,
            object_type=entry.object_type,
            object_id=entry.object_id,
            subject_id=entry.subject_id,
            case_number=entry.case_number,
            detail=dict(entry.detail),
            request_id=request_id,
        )
        for entry in entries
    ]


def heads_file() -> Path:
    """Where the heads of the chain go, outside the database. Operators copy it to another machine."""
    return Path(settings.AUDIT_HEADS)


def seal() -> int:
    """Chain up to `SEAL_BATCH` committed entries; answers how many. 0 also when another process is sealing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = models.Link.objects.order_by("-position").first()
        links = _links_after(last, *_unsealed(cursor, last))
        rows.insert(links)
    newest = links[-1] if links else last
    # Also when nothing is new: the sealer may have been killed between the last commit and this.
    if newest is not None:
        _write_head(newest)
    return len(links)


def verify() -> Report:
    """Recompute the whole chain from the entries and compare it with the links and with the heads written outside."""
    heads = _read_heads()
    chain = _Chain(heads)
    for link in _sealed_rows():
        chain.follow(link)
    cut = tuple(Problem("CUT", position, None) for position in sorted(heads) if position > chain.position)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.id > %s AND (e.transaction, e.id) > (%s, %s) FROM audit_entry e"
            " LEFT JOIN audit_link l ON l.entry_id = e.id WHERE l.entry_id IS NULL",
            [chain.above_entry, *chain.place],
        )
        unchained = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM audit_entry")
        entries = cursor.fetchone()[0]
    inserted = tuple(
        Problem("INSERTED", None, entry_id) for entry_id, is_waiting in unchained if not is_waiting
    )
    return Report(
        entries=entries,
        sealed=chain.sealed,
        unsealed=len(unchained) - len(inserted),
        heads=len(heads),
        problems=(*chain.problems, *cut, *inserted),
    )


class _Chain:
    """Follows the links from the first one on and notes where they and the entries disagree."""

    def __init__(self, heads: Mapping[int, frozenset[str]]) -> None:
        self.heads = heads
        self.problems: list[Problem] = []
        self.position, self.sealed, self.head = 0, 0, GENESIS
        self.above_entry, self.place = 0, _BEFORE_ALL

    def follow(self, link: "_SealedRow") -> None:
        self.sealed += 1
        if link.above_entry != self.above_entry:
            self.above_entry, self.place = link.above_entry, _BEFORE_ALL
        kind = self._disagreement(link)
        if kind:
            self.problems.append(Problem(kind, link.position, link.entry_id))
        self.place = max(self.place, link.place)
        # After a break, the rest is judged by itself, so that one break is not reported at every later link.
        self.position, self.head = link.position, link.chain_hash

    def _disagreement(self, link: "_SealedRow") -> str | None:
        if link.entry is None:
            return "DELETED"
        if _entry_hash(link.entry) != link.entry_hash:
            return "MODIFIED"
        if link.position != self.position + 1 or _chain(self.head, link.entry_hash) != link.chain_hash:
            return "REORDERED"
        if link.place != (link.entry[1], link.entry[0]) or link.place <= self.place:
            return "REORDERED"
        if self.heads.get(link.position, frozenset()) - {link.chain_hash.hex()}:
            return "MODIFIED"
        return None


@dataclass(frozen=True, slots=True)
class _SealedRow:
    position: int
    entry_id: int
    transaction: int
    above_entry: int
    entry_hash: bytes
    chain_hash: bytes
    entry: tuple[Any, ...] | None

    @property
    def place(self) -> tuple[int, int]:
        return self.transaction, self.entry_id


def _unsealed(cursor: CursorWrapper, last: models.Link | None) -> tuple[list[tuple[Any, ...]], int]:
    """The next finished entries in chaining order, and the id above which their stretch of the chain lies."""
    place = sealing.Place()
    if last is not None:
        cursor.execute("SELECT max(entry_id) FROM audit_link")
        place = sealing.Place(last.transaction, last.entry_id, last.above_entry, cursor.fetchone()[0])
    stretch = sealing.next_stretch(cursor, place, table="audit_entry", number="id")
    cursor.execute(
        f"SELECT {', '.join(_CHAINED)} FROM audit_entry"  # noqa: S608 - column names and conditions are ours
        f" WHERE {stretch.condition} ORDER BY transaction, id LIMIT %s",
        [SEAL_BATCH],
    )
    return cursor.fetchall(), stretch.above


def _links_after(last: models.Link | None, rows: list[tuple[Any, ...]], above: int) -> list[models.Link]:
    position, head = (last.position, bytes(last.chain_hash)) if last else (0, GENESIS)
    sealed_at = datetime.now(UTC)
    links = []
    for row in rows:
        position += 1
        entry_hash = _entry_hash(row)
        head = _chain(head, entry_hash)
        links.append(
            models.Link(
                position=position,
                entry_id=row[0],
                transaction=row[1],
                entry_hash=entry_hash,
                chain_hash=head,
                sealed_at=sealed_at,
                above_entry=above,
            )
        )
    return links


def _sealed_rows() -> Iterator[_SealedRow]:
    columns = ", ".join(f"e.{name}" for name in _CHAINED)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {_LINK_COLUMNS}, {columns} FROM audit_link l"  # noqa: S608 - column names are constants
            " LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position"
        )
        for position, entry_id, number, above, entry_hash, chain_hash, *entry in cursor:
            found = tuple(entry) if entry[0] is not None else None
            yield _SealedRow(position, entry_id, number, above, bytes(entry_hash), bytes(chain_hash), found)


def _entry_hash(row: tuple[Any, ...]) -> bytes:
    values = dict(zip(_CHAINED, row, strict=True))
    if isinstance(values["detail"], str):
        values["detail"] = json.loads(values["detail"])
    for name in ("recorded_at", "at"):
        values[name] = values[name].astimezone(UTC).isoformat()
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).digest()


def _chain(head: bytes, entry_hash: bytes) -> bytes:
    return hashlib.sha256(head + entry_hash).digest()


def _write_head(link: models.Link) -> None:
    """Append the head to the file outside, unless it stands there as the last line already."""
    head = bytes(link.chain_hash).hex()
    line = (
        json.dumps({"position": link.position, "head": head, "sealed_at": link.sealed_at.isoformat()}) + "\n"
    )
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_HEAD))
        ending = file.read()
        if head.encode() in ending:
            return
        # A line torn by a crash must not swallow this one.
        start = "" if not ending or ending.endswith(b"\n") else "\n"
        file.write((start + line).encode())
        file.flush()
        os.fsync(file.fileno())


def _read_heads() -> dict[int, frozenset[str]]:
    """Heads by position; more than one at a position when the chain was sealed anew."""
    path = heads_file()
    if not path.is_file():
        return {}
    heads: dict[int, frozenset[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            continue
        heads[read["position"]] = heads.get(read["position"], frozenset()) | {read["head"]}
    return heads
