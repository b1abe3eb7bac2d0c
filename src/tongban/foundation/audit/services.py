"""Record, seal and verify (审计).

`record` writes within the caller's transaction: what is rolled back was not done. `seal` runs in the worker and chains what has
been committed; the head of the chain is also appended to a file outside the database, so that a cut tail is found.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tongban.foundation.audit import models
from tongban.foundation.requests import current_request_id
from tongban.kernel.actors import Actor

GENESIS = bytes(32)
SEAL_BATCH = 5_000
_SEAL_LOCK = 7_202_601
"""Advisory lock: one sealer at a time."""
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
    request_id = current_request_id.get()
    models.Entry.objects.bulk_create(
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
    )


def heads_file() -> Path:
    """Where the heads of the chain go, outside the database."""
    return Path(settings.AUDIT_HEADS)


def seal() -> int:
    """Chain up to `SEAL_BATCH` committed entries; answers how many. 0 also when another process is sealing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = models.Link.objects.order_by("-position").first()
        position, head = (last.position, bytes(last.chain_hash)) if last else (0, GENESIS)
        after = (last.transaction, last.entry_id) if last else (-1, -1)
        cursor.execute(
            f"SELECT {', '.join(_CHAINED)} FROM audit_entry"  # noqa: S608 - column names are constants
            " WHERE (transaction, id) > (%s, %s)"
            " AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
            " ORDER BY transaction, id LIMIT %s",
            [*after, SEAL_BATCH],
        )
        rows = cursor.fetchall()
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
                )
            )
        models.Link.objects.bulk_create(links, batch_size=1_000)
    if links:
        _write_head(position, head, sealed_at)
    return len(links)


def verify() -> Report:
    """Recompute the whole chain from the entries and compare it with the links and with the heads written outside."""
    problems: list[Problem] = []
    heads = _read_heads()
    position, head, sealed = 0, GENESIS, 0
    watermark: tuple[int, int] = (-1, -1)
    for link_position, entry_id, sealed_hash, chain_hash, row in _sealed_rows():
        sealed += 1
        position += 1
        if row is None:
            problems.append(Problem("DELETED", link_position, entry_id))
            entry_hash = bytes(sealed_hash)
        else:
            entry_hash = _entry_hash(row)
            place = (row[1], row[0])
            if entry_hash != bytes(sealed_hash):
                problems.append(Problem("MODIFIED", link_position, entry_id))
            elif place <= watermark:
                problems.append(Problem("REORDERED", link_position, entry_id))
            watermark = max(watermark, place)
        head = _chain(head, bytes(sealed_hash))
        if link_position != position or head != bytes(chain_hash):
            problems.append(Problem("REORDERED", link_position, entry_id))
            position, head = link_position, bytes(chain_hash)
        if position in heads and heads.pop(position) != head.hex():
            problems.append(Problem("MODIFIED", position, entry_id))
    problems.extend(Problem("CUT", missing, None) for missing in sorted(heads) if missing > position)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, (e.transaction, e.id) > (%s, %s) FROM audit_entry e"
            " LEFT JOIN audit_link l ON l.entry_id = e.id WHERE l.entry_id IS NULL",
            list(watermark),
        )
        unchained = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM audit_entry")
        entries = cursor.fetchone()[0]
    problems.extend(
        Problem("INSERTED", None, entry_id) for entry_id, is_waiting in unchained if not is_waiting
    )
    waiting = sum(1 for _, is_waiting in unchained if is_waiting)
    return Report(entries=entries, sealed=sealed, unsealed=waiting, problems=tuple(problems))


def _sealed_rows() -> Iterator[tuple[int, int, bytes, bytes, tuple[Any, ...] | None]]:
    columns = ", ".join(f"e.{name}" for name in _CHAINED)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT l.position, l.entry_id, l.entry_hash, l.chain_hash, {columns} FROM audit_link l"  # noqa: S608
            " LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position"
        )
        for position, entry_id, entry_hash, chain_hash, *row in cursor:
            yield position, entry_id, entry_hash, chain_hash, tuple(row) if row[0] is not None else None


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


def _write_head(position: int, head: bytes, sealed_at: datetime) -> None:
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"position": position, "head": head.hex(), "sealed_at": sealed_at.isoformat()})
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _read_heads() -> dict[int, str]:
    path = heads_file()
    if not path.is_file():
        return {}
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {line["position"]: line["head"] for line in lines}
