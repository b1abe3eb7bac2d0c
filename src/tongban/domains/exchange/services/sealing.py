"""Sealing the records of look-ups: batches, heads, signatures, time stamps, and what goes off this machine (留痕封存)."""

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg.pq import ExecStatus

from tongban.domains.exchange import models
from tongban.domains.exchange.rules.evidence import head_form, head_of
from tongban.foundation import sealing
from tongban.foundation.signing import services as signing
from tongban.foundation.signing import timestamps
from tongban.foundation.signing.types import PLATFORM, KeyUnavailable, NoSigner, TimeStampFailed
from tongban.kernel import merkle

log = structlog.get_logger(__name__)
BATCH = 5_000
GENESIS = bytes(merkle.HASH_BYTES)
FIELDS = (
    "id",
    "at",
    "recorded_at",
    "resource_id",
    "subject_id",
    "fields",
    "purpose",
    "cause",
    "item",
    "outcome",
    "actor_kind",
    "account_id",
    "department",
    "system",
    "request_hash",
    "response_hash",
    "provider_reference",
    "provider_signature",
    "is_logged_there",
)
"""What a leaf is made of, in this order, for ever: docs/evidence.md says how."""
RECORDS = "exchange_exchangelog"
_ID = slice(6, 22)
"""Where the id stands in a record's bytes: after the count of fields (2 bytes) and its own length (4)."""
_COPY_HEADER, _COPY_END = 19, b"\xff\xff"
_SEAL_LOCK, _EXPORT_LOCK = 7_202_611, 7_202_612
"""Advisory locks: one sealer and one exporter at a time."""
_TAIL_BYTES = 1_000_000
"""More than the longest line of an export, of a batch of `BATCH` records."""


def keep_up() -> int:
    """Seal, stamp and export all there is; answers how many records were sealed. What is impossible at present is logged and waits."""
    sealed = 0
    try:
        while count := seal():
            sealed += count
    except (NoSigner, KeyUnavailable) as error:
        log.exception("evidence.not_signed", error=type(error).__name__)
    try:
        stamp()
    except TimeStampFailed as error:
        log.exception("evidence.not_stamped", error=type(error).__name__)
    try:
        export()
    except OSError as error:
        log.exception("evidence.not_exported", error=type(error).__name__)
    return sealed


def seal() -> int:
    """Put up to `BATCH` finished records into a signed batch; answers how many. 0 also when another process is sealing.

    Raises `NoSigner`, `KeyUnavailable`; then nothing is sealed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s), now()", [_SEAL_LOCK])
        is_ours, now = cursor.fetchone()
        if not is_ours:
            return 0
        newest = models.EvidenceBatch.objects.order_by("-number").defer("ids", "leaves").first()
        last = place_of(newest) if newest else sealing.Place()
        stretch = sealing.next_stretch(cursor, last, table=RECORDS, number="serial")
        cursor.execute(
            "SELECT max(serial), (array_agg(transaction ORDER BY transaction DESC, serial DESC))[1],"  # noqa: S608 - conditions are ours
            " (array_agg(serial ORDER BY transaction DESC, serial DESC))[1] FROM (SELECT transaction, serial"
            f" FROM {RECORDS} WHERE {stretch.condition} ORDER BY transaction, serial LIMIT {BATCH}) AS next"
        )
        top, number, serial = cursor.fetchone()
        if top is None:
            return 0
        place = sealing.Place(number, serial, stretch.above, max(top, last.top))
        ids, leaves = read_leaves(
            f"{stretch.condition} AND (transaction, serial) <= ({number:d}, {serial:d})"
        )
        _write_batch(newest, place, ids, leaves, now)
    return len(leaves)


def stamp() -> bool:
    """Have the newest head time-stamped, and with it all before it; False when it is already. Raises `TimeStampFailed`."""
    newest = models.EvidenceBatch.objects.order_by("-number").only("number", "head").first()
    if newest is None or newest.marks.filter(kind=models.EvidenceMark.Kind.STAMPED).exists():
        return False
    # Outside any transaction: the authority may be another machine, and slow.
    token = timestamps.timestamp(bytes(newest.head), at=datetime.now(UTC))
    models.EvidenceMark.objects.bulk_create(
        [models.EvidenceMark(batch=newest, kind=models.EvidenceMark.Kind.STAMPED, token=token)],
        ignore_conflicts=True,
    )
    return True


def export() -> int:
    """Append what the files in the export folder lack, on disk when it returns; answers how many lines. Raises `OSError`.

    One line a batch and one a time stamp, in files by month. A line torn by a crash or a full disk is written again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_EXPORT_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        folder = export_folder()
        folder.mkdir(parents=True, exist_ok=True)
        batch, stamped = _exported_so_far(folder)
        lines = 0
        for newer in models.EvidenceBatch.objects.filter(number__gt=batch).order_by("number").iterator(50):
            _append(folder, newer.sealed_at, batch_line(newer))
            batch, lines = newer.number, lines + 1
        stamps = models.EvidenceMark.objects.filter(
            kind=models.EvidenceMark.Kind.STAMPED, batch_id__gt=stamped
        )
        for mark in stamps.order_by("batch_id"):
            _append(
                folder,
                mark.at,
                {"stamp": mark.batch_id, "at": mark.at.isoformat(), "token": _text(mark.token)},
            )
            lines += 1
        if batch:
            _mark_exported(batch)
    return lines


def export_folder() -> Path:
    """Where the signed evidence goes, outside the database. Operators put it on another disk and copy it to another machine."""
    return Path(settings.EVIDENCE_EXPORT)


def exported_lines(folder: Path) -> Iterator[dict[str, object]]:
    """Every whole line of the export, file by file; torn ones are left out."""
    for path in sorted(folder.glob("evidence-*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                read = _read_line(line)
                if read is not None:
                    yield read


def batch_line(batch: models.EvidenceBatch) -> dict[str, object]:
    """A batch as it is exported: enough to verify it without this database."""
    return {
        "batch": batch.number,
        "size": batch.size,
        "previous": bytes(batch.previous).hex(),
        "root": bytes(batch.root).hex(),
        "sealed_at": batch.sealed_at.isoformat(timespec="microseconds"),
        "key_id": batch.key_id,
        "signature": _text(batch.signature),
        "head": bytes(batch.head).hex(),
        "certificates": [_text(one) for one in signing.chain(batch.key_id)],
        "ids": _text(batch.ids),
        "leaves": _text(batch.leaves),
    }


def place_of(batch: models.EvidenceBatch) -> sealing.Place:
    return sealing.Place(batch.transaction, batch.serial, batch.above, batch.top)


def read_leaves(condition: str) -> tuple[list[bytes], list[bytes]]:
    """Ids and leaf hashes of the records that meet a condition of ours, in sealing order."""
    ids: list[bytes] = []
    leaves: list[bytes] = []
    # Hashed as they come, so that the server goes on reading meanwhile; said in full, for this is done for every record there is.
    for record in read_records(condition):
        ids.append(record[_ID])
        leaves.append(sha256(b"\x00" + record).digest())
    return ids, leaves


def read_records(condition: str) -> Iterator[bytes]:
    """The bytes of the records that meet a condition of ours, in sealing order: each as `COPY … (FORMAT BINARY)` sends it.

    They are read with libpq's own calls: the driver's cursor takes three times as long a row.
    """
    connection.ensure_connection()
    link = connection.connection.pgconn
    statement = (
        f"COPY (SELECT {', '.join(FIELDS)} FROM {RECORDS} WHERE {condition} ORDER BY transaction, serial)"  # noqa: S608 - conditions are ours
        " TO STDOUT (FORMAT BINARY)"
    )
    begun = link.exec_(statement.encode())
    if begun.status != ExecStatus.COPY_OUT:
        raise DatabaseError(begun.error_message.decode(errors="replace"))
    receive = link.get_copy_data
    count, data = receive(0)
    first = bytes(data)[_COPY_HEADER:] if count > 0 else b""
    if len(first) > len(_COPY_END):
        yield first
    while count > 0:
        count, data = receive(0)
        if count > len(_COPY_END):
            yield bytes(data)
    ended = link.get_result()
    while ended is not None:
        if ended.status != ExecStatus.COMMAND_OK:
            raise DatabaseError(ended.error_message.decode(errors="replace"))
        ended = link.get_result()


def _write_batch(
    newest: models.EvidenceBatch | None,
    place: sealing.Place,
    ids: list[bytes],
    leaves: list[bytes],
    now: datetime,
) -> None:
    number = newest.number + 1 if newest else 1
    previous = bytes(newest.head) if newest else GENESIS
    root = merkle.root(leaves)
    form = head_form(number=number, size=len(leaves), previous=previous, root=root, sealed_at=now)
    signer = signing.signer_for(PLATFORM, at=now)
    signature = signer.sign(form)
    models.EvidenceBatch.objects.create(
        number=number,
        size=len(leaves),
        ids=b"".join(ids),
        leaves=b"".join(leaves),
        root=root,
        previous=previous,
        sealed_at=now,
        key_id=signer.key_id,
        signature=signature,
        head=head_of(form, signature),
        transaction=place.transaction,
        serial=place.number,
        above=place.above,
        top=place.top,
    )


def _exported_so_far(folder: Path) -> tuple[int, int]:
    """The greatest number of a batch and of a stamped batch in the ends of the files."""
    batch = stamped = 0
    for path in folder.glob("evidence-*.jsonl"):
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = file.read().splitlines()
        for line in lines:
            read = _read_line(line)
            if read is not None:
                batch, stamped = max(batch, _number(read, "batch")), max(stamped, _number(read, "stamp"))
    return batch, stamped


def _append(folder: Path, at: datetime, line: dict[str, object]) -> None:
    path = folder / f"evidence-{at:%Y-%m}.jsonl"
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        # A line torn by a crash must not swallow this one.
        start = b"" if file.read() in (b"", b"\n") else b"\n"
        file.write(start + json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _mark_exported(number: int) -> None:
    models.EvidenceMark.objects.bulk_create(
        [models.EvidenceMark(batch_id=number, kind=models.EvidenceMark.Kind.EXPORTED)], ignore_conflicts=True
    )


def _read_line(line: bytes) -> dict[str, object] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _number(line: dict[str, object], name: str) -> int:
    found = line.get(name, 0)
    return found if isinstance(found, int) else 0


def _text(data: bytes | memoryview) -> str:
    return base64.b64encode(data).decode()
