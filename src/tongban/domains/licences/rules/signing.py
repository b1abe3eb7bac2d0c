"""What an issuer signs of a licence: one form, whoever computes it."""

import json
from collections.abc import Mapping
from datetime import date
from uuid import UUID


def signed_data(
    *,
    number: str,
    revision: int,
    holder_id: UUID,
    holder_name: str,
    issued_on: date,
    valid_from: date,
    valid_to: date | None,
    fields: Mapping[str, str],
) -> bytes:
    """The bytes under the issuer's signature; the number says type, issuer, serial and version."""
    told = {
        "fields": dict(fields),
        "holder": str(holder_id),
        "holder_name": holder_name,
        "issued_on": issued_on.isoformat(),
        "number": number,
        "revision": revision,
        "valid_from": valid_from.isoformat(),
        "valid_to": None if valid_to is None else valid_to.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
