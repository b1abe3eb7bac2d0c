"""`tongban evidence proof ID`: that one record stands in the sealed evidence, as one JSON object anyone can check."""

import base64
import json
from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.exchange import services
from tongban.domains.exchange.types import Proof
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Print the inclusion proof of one exchange's record; docs/evidence.md says how to check it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("exchange", type=UUID, help="id of the exchange")

    def handle(self, *, exchange: UUID, **_: object) -> None:
        try:
            proof = services.prove_record(exchange)
        except TongbanError as error:
            raise CommandError(f"{exchange}: {error.code}") from error
        self.stdout.write(json.dumps(_written(proof)))


def _written(proof: Proof) -> dict[str, object]:
    batch = proof.batch
    return {
        "exchange": str(proof.exchange_id),
        "record": proof.record.hex(),
        "index": proof.index,
        "path": [one.hex() for one in proof.path],
        "batch": batch.number,
        "size": batch.size,
        "previous": batch.previous.hex(),
        "root": batch.root.hex(),
        "sealed_at": batch.sealed_at.isoformat(timespec="microseconds"),
        "key_id": batch.key_id,
        "signature": base64.b64encode(batch.signature).decode(),
        "head": batch.head.hex(),
        "certificates": [base64.b64encode(one).decode() for one in proof.certificates],
        "stamped_batch": proof.stamped_batch,
        "stamp": base64.b64encode(proof.stamp).decode(),
    }
