"""What a licence's file says in a form for machines."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from tongban.domains.licences.rules.library import NUMBER_FIELDS, masked
from tongban.domains.licences.types import Licence

DATA_FORM = "tongban-licence/1"
ATTACHMENT = "licence.json"


def file_data(licence: Licence, since: datetime) -> str:
    """The licence in its present status, which holds since an instant, as JSON with the hash of all that stands before it.

    It says no more than the face: numbers of persons are masked, and the hash is over the masked ones, so that nobody finds the digits
    by trying.
    """
    said: dict[str, object] = {
        "form": DATA_FORM,
        "number": licence.number,
        "type": {"code": licence.licence_type, "name": licence.name},
        "holder": {"name": licence.holder_name},
        "issuer": {"code": licence.issuer, "name": licence.issuer_name},
        "issued_on": licence.issued_on.isoformat(),
        "valid_from": licence.valid_from.isoformat(),
        "valid_to": licence.valid_to.isoformat() if licence.valid_to else None,
        "status": licence.status.value,
        "status_since": since.isoformat(),
        "fields": {
            name: masked(text) if name in NUMBER_FIELDS else text
            for name, text in sorted(licence.fields.items())
        },
    }
    return json.dumps({**said, "sha256": _hash(said)}, ensure_ascii=False, separators=(",", ":"))


def _hash(said: Mapping[str, object]) -> str:
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
