"""That one record is part of the sealed evidence, in a form that anyone can check without this database (RFC 6962 §2.1.1)."""

from typing import ClassVar
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models
from tongban.domains.exchange.selectors.evidence import as_batch
from tongban.domains.exchange.services.sealing import read_records
from tongban.domains.exchange.types import Proof
from tongban.foundation.signing import services as signing
from tongban.kernel import merkle
from tongban.kernel.errors import TongbanError

_ID_BYTES = 16
_BATCH_OF = """
    SELECT batch.number FROM exchange_evidencebatch AS batch, exchange_exchangelog AS record
    WHERE record.id = %s
      AND batch.above = (SELECT max(above) FROM exchange_evidencebatch WHERE above < record.serial)
      AND (batch.transaction, batch.serial) >= (record.transaction, record.serial)
    ORDER BY batch.number LIMIT 1
"""


class RecordNotFound(TongbanError):
    code: ClassVar[str] = "RECORD_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个编号的查询记录。请核对交换编号。")


class NotSealedYet(TongbanError):
    code: ClassVar[str] = "NOT_SEALED_YET"
    default_sentence: ClassVar[str] = gettext_noop("这条记录还没有封存，通常在一分钟内完成。请稍后再看。")


class RecordNotInBatch(TongbanError):
    """It stands where a batch is sealed, and the batch does not know it: inserted or changed."""

    code: ClassVar[str] = "RECORD_NOT_IN_BATCH"
    default_sentence: ClassVar[str] = gettext_noop(
        "这条记录与封存的批次对不上，可能被改动过，不能作为证据。请告知平台运行人员。"
    )


def prove(exchange_id: UUID) -> Proof:
    """The proof of one record; raises `RecordNotFound`, `NotSealedYet`, `RecordNotInBatch`."""
    if not models.ExchangeLog.objects.filter(pk=exchange_id).exists():
        raise RecordNotFound(f"exchange {exchange_id}")
    with connection.cursor() as cursor:
        cursor.execute(_BATCH_OF, [exchange_id])
        found = cursor.fetchone()
    if found is None:
        raise NotSealedYet(f"exchange {exchange_id}")
    row = models.EvidenceBatch.objects.prefetch_related("marks").get(number=found[0])
    (record,) = read_records(f"id = '{exchange_id}'")
    ids, leaves = bytes(row.ids), bytes(row.leaves)
    known = [ids[begin : begin + _ID_BYTES] for begin in range(0, len(ids), _ID_BYTES)]
    hashes = [leaves[begin : begin + merkle.HASH_BYTES] for begin in range(0, len(leaves), merkle.HASH_BYTES)]
    index = known.index(exchange_id.bytes) if exchange_id.bytes in known else None
    if index is None or hashes[index] != merkle.leaf_hash(record):
        raise RecordNotInBatch(f"exchange {exchange_id}, batch {row.number}")
    stamp = (
        models.EvidenceMark.objects.filter(kind=models.EvidenceMark.Kind.STAMPED, batch_id__gte=row.number)
        .order_by("batch_id")
        .first()
    )
    return Proof(
        exchange_id=exchange_id,
        record=record,
        index=index,
        path=tuple(merkle.path(hashes, index)),
        batch=as_batch(row),
        certificates=tuple(signing.chain(row.key_id)),
        stamp=bytes(stamp.token) if stamp else b"",
        stamped_batch=stamp.batch_id if stamp else None,
    )
