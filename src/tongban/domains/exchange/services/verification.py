"""Is the evidence whole: every record, every batch, every signature and stamp, against the database and against what went off it."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

from tongban.domains.exchange import models
from tongban.domains.exchange.rules.evidence import CLOCK_LIMIT, head_form, head_of
from tongban.domains.exchange.services.sealing import (
    GENESIS,
    RECORDS,
    export_folder,
    exported_lines,
    place_of,
    read_leaves,
)
from tongban.domains.exchange.types import EvidenceProblem, EvidenceReport, ProblemKind
from tongban.foundation.sealing import Place
from tongban.foundation.signing import services as signing
from tongban.foundation.signing import timestamps
from tongban.foundation.signing.types import PLATFORM, SignatureRefused, TimeStampRefused
from tongban.kernel import merkle

TOGETHER = 20_000
"""Records read with one statement, of as many batches as that takes."""
_ID_BYTES = 16


def verify(folder: Path | None = None) -> EvidenceReport:
    """Recompute everything from the records and compare it with batches, signatures, stamps and the exported lines.

    `folder` is where the exported files lie, by default the folder they are written to; best is a copy from another machine.
    """
    exported = _read_export(folder or export_folder())
    stamps = _stamps()
    # One snapshot: what is sealed meanwhile is not seen by one half of the reading only.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        check = _Check(exported, stamps, _windows())
        for group in _groups():
            check.follow(group)
        waiting = check.finish()
        cursor.execute(f"SELECT count(*) FROM {RECORDS}")  # noqa: S608 - a constant
        entries = cursor.fetchone()[0]
    return EvidenceReport(
        entries=entries,
        sealed=check.sealed,
        waiting=waiting,
        batches=check.batches,
        exported=len(exported.heads),
        stamped=max((number for number in stamps if number <= check.number), default=0),
        problems=tuple(check.problems),
    )


def note(report: EvidenceReport, *, at: datetime) -> None:
    """Remember what a verification found, for the console."""
    models.EvidenceCheck.objects.create(
        at=at, entries=report.entries, batches=report.batches, problems=len(report.problems)
    )


@dataclass(frozen=True, slots=True)
class _Exported:
    """What the files know: heads by batch (more than one where it was made anew), and the stamps."""

    heads: Mapping[int, frozenset[bytes]]
    stamps: Mapping[int, bytes]


class _Check:
    """Follows the batches from the first one on; after a break, the rest is judged by itself, so that one break is one problem."""

    def __init__(
        self, exported: _Exported, stamps: Mapping[int, bytes], windows: Mapping[int, int | None]
    ) -> None:
        self.exported = exported
        self.stamps = stamps
        self.windows = windows
        self.problems: list[EvidenceProblem] = []
        self.number, self.batches, self.sealed = 0, 0, 0
        self.head = GENESIS
        self.place = Place()
        self.owners: dict[str, str] = {}

    def follow(self, group: Sequence[models.EvidenceBatch]) -> None:
        """Batches of one stretch, one after the other."""
        first, last = group[0], group[-1]
        if first.above != self.place.above:
            self._leave_stretch(first.above)
        ids, leaves = self._read(self.place, place_of(last))
        begin = 0
        if b"".join(leaves) == b"".join(one.leaves for one in group) and b"".join(ids) == b"".join(
            one.ids for one in group
        ):
            for batch in group:
                self._judge_head(batch, leaves[begin : begin + batch.size])
                begin += batch.size
        else:
            place = self.place
            for batch in group:
                self._compare(batch, *self._read(place, place_of(batch)))
                place = place_of(batch)
        self.place = place_of(last)

    def finish(self) -> int:
        """What the files know and the chain lacks at its end; answers how many records wait to be sealed."""
        self.problems.extend(
            EvidenceProblem(ProblemKind.CUT, number)
            for number in sorted(self.exported.heads)
            if number > self.number
        )
        end = self.windows.get(self.place.above)
        return len(self._read(self.place, None)[0]) + (
            0 if end is None else len(read_leaves(f"serial > {end:d}")[0])
        )

    def _leave_stretch(self, above: int) -> None:
        """Nothing more of a former server's records may have come after its last batch."""
        ids, _leaves = self._read(self.place, None)
        self._tell(ProblemKind.INSERTED, self.number, ids)
        self.place = Place(above=above)

    def _read(self, after: Place, last: Place | None) -> tuple[list[bytes], list[bytes]]:
        """The records of the present stretch after a place, up to and with another one."""
        end = self.windows.get(self.place.above)
        conditions = [
            f"(transaction, serial) > ({after.transaction:d}, {after.number:d})" if after.top else "",
            f"(transaction, serial) <= ({last.transaction:d}, {last.number:d})" if last else "",
            f"serial > {after.above:d}" if after.above else "",
            f"serial <= {end:d}" if end is not None else "",
        ]
        return read_leaves(" AND ".join(one for one in conditions if one) or "true")

    def _judge_head(self, batch: models.EvidenceBatch, leaves: list[bytes]) -> None:
        self.batches += 1
        self.sealed += batch.size
        if batch.number != self.number + 1:
            self.problems.extend(
                EvidenceProblem(ProblemKind.DELETED, number)
                for number in range(self.number + 1, batch.number)
            )
        kind = self._fault_of_head(batch, leaves)
        if kind is not None:
            self.problems.append(EvidenceProblem(kind, batch.number))
        self._judge_stamp(batch)
        self.number, self.head = batch.number, bytes(batch.head)

    def _fault_of_head(self, batch: models.EvidenceBatch, leaves: list[bytes]) -> ProblemKind | None:
        form = head_form(
            number=batch.number,
            size=batch.size,
            previous=bytes(batch.previous),
            root=bytes(batch.root),
            sealed_at=batch.sealed_at,
        )
        signature, head = bytes(batch.signature), bytes(batch.head)
        known = self.exported.heads.get(batch.number, frozenset())
        if known - {head}:
            return ProblemKind.RESIGNED
        if not self._is_signed_by_us(form, signature, batch) or head_of(form, signature) != head:
            return ProblemKind.RESIGNED
        if batch.number == self.number + 1 and bytes(batch.previous) != self.head:
            return ProblemKind.REORDERED
        if batch.size != len(leaves) or merkle.root(leaves) != bytes(batch.root):
            return ProblemKind.MODIFIED
        return None

    def _is_signed_by_us(self, form: bytes, signature: bytes, batch: models.EvidenceBatch) -> bool:
        try:
            signing.verify(form, signature, key_id=batch.key_id, at=batch.sealed_at)
            if batch.key_id not in self.owners:
                self.owners[batch.key_id] = signing.get_certificate(batch.key_id).owner
        except SignatureRefused:
            return False
        return self.owners[batch.key_id] == PLATFORM

    def _judge_stamp(self, batch: models.EvidenceBatch) -> None:
        tokens = [one[batch.number] for one in (self.stamps, self.exported.stamps) if batch.number in one]
        if batch.number in self.exported.stamps and batch.number not in self.stamps:
            self.problems.append(EvidenceProblem(ProblemKind.STAMP, batch.number))
            return
        for token in tokens:
            try:
                proven = timestamps.verify(token, bytes(batch.head))
            except TimeStampRefused:
                proven = None
            if proven is None or proven < batch.sealed_at - CLOCK_LIMIT:
                self.problems.append(EvidenceProblem(ProblemKind.STAMP, batch.number))
                return

    def _compare(self, batch: models.EvidenceBatch, ids: list[bytes], leaves: list[bytes]) -> None:
        """Record by record, where a batch and the table do not agree."""
        sealed_ids = _cut(batch.ids, _ID_BYTES)
        sealed_leaves = _cut(batch.leaves, merkle.HASH_BYTES)
        found, sealed = (
            dict(zip(ids, leaves, strict=True)),
            dict(zip(sealed_ids, sealed_leaves, strict=False)),
        )
        self._tell(ProblemKind.DELETED, batch.number, (one for one in sealed_ids if one not in found))
        self._tell(ProblemKind.INSERTED, batch.number, (one for one in ids if one not in sealed))
        self._tell(
            ProblemKind.MODIFIED,
            batch.number,
            (one for one in sealed_ids if found.get(one, sealed[one]) != sealed[one]),
        )
        kept_here = [one for one in ids if one in sealed]
        kept_there = [one for one in sealed_ids if one in found]
        moved = [here for here, there in zip(kept_here, kept_there, strict=False) if here != there]
        self._tell(ProblemKind.REORDERED, batch.number, moved)
        self._judge_head(batch, sealed_leaves)

    def _tell(self, kind: ProblemKind, batch: int, ids: Iterable[bytes]) -> None:
        self.problems.extend(EvidenceProblem(kind, batch, UUID(bytes=one)) for one in ids)


def _groups() -> Iterator[list[models.EvidenceBatch]]:
    """Batches of one stretch that together have about `TOGETHER` records."""
    group: list[models.EvidenceBatch] = []
    size = 0
    for batch in models.EvidenceBatch.objects.order_by("number").iterator(chunk_size=20):
        if group and (size >= TOGETHER or batch.above != group[0].above):
            yield group
            group, size = [], 0
        group.append(batch)
        size += batch.size
    if group:
        yield group


def _windows() -> Mapping[int, int | None]:
    """By stretch, the greatest serial that belongs to it; None while it goes on."""
    aboves = list(models.EvidenceBatch.objects.order_by("above").values_list("above", flat=True).distinct())
    windows: dict[int, int | None] = dict(zip(aboves, [*aboves, None][1:], strict=True))
    newest = models.EvidenceBatch.objects.order_by("-number").defer("ids", "leaves").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        reached = cursor.fetchone()[0]
    if newest is not None and newest.transaction >= reached:
        # The database has moved to a server that counts anew, and nothing was sealed there yet.
        windows[newest.above] = newest.top
    return windows


def _stamps() -> Mapping[int, bytes]:
    marks = models.EvidenceMark.objects.filter(kind=models.EvidenceMark.Kind.STAMPED)
    return {number: bytes(token) for number, token in marks.values_list("batch_id", "token")}


def _read_export(folder: Path) -> _Exported:
    heads: dict[int, frozenset[bytes]] = {}
    stamps: dict[int, bytes] = {}
    for line in exported_lines(folder):
        number, stamp = line.get("batch"), line.get("stamp")
        if isinstance(number, int):
            heads[number] = heads.get(number, frozenset()) | {bytes.fromhex(str(line.get("head")))}
        elif isinstance(stamp, int):
            stamps[stamp] = base64.b64decode(str(line.get("token")))
    return _Exported(heads, stamps)


def _cut(data: bytes | memoryview, size: int) -> list[bytes]:
    whole = bytes(data)
    return [whole[begin : begin + size] for begin in range(0, len(whole), size)]
