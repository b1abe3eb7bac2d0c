"""The issuer's signature over what a licence says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from tongban.domains.licences import models, rules
from tongban.domains.licences.types import Licence
from tongban.foundation.signing import services as signing


def sign(licences: Iterable[tuple[models.Licence, Mapping[str, str]]], *, at: datetime) -> None:
    """Put the issuer's signature on rows that are about to be written, with their contents.

    Raises what `signing.signer_for` raises: without a signer nothing is issued.
    """
    by_issuer = defaultdict(list)
    for row, fields in licences:
        by_issuer[row.issuer_id].append((row, fields))
    for issuer, rows in by_issuer.items():
        signer = signing.signer_for(issuer, at=at)
        for row, fields in rows:
            row.key_id, row.signature = signer.key_id, signer.sign(_data_of_row(row, fields))


def check_data(licence: Licence, *, signed_by: datetime) -> None:
    """Whether the library still says what the issuer signed; raises `signing.SignatureRefused` with its reason.

    `signed_by` is the instant from which the signature is known: the history's, for whose certificate ended since.
    """
    data = rules.signed_data(
        number=licence.number,
        revision=licence.revision,
        holder_id=licence.holder_id,
        holder_name=licence.holder_name,
        issued_on=licence.issued_on,
        valid_from=licence.valid_from,
        valid_to=licence.valid_to,
        fields=licence.fields,
    )
    signing.verify(data, licence.signature, key_id=licence.key_id, at=signed_by)


def _data_of_row(row: models.Licence, fields: Mapping[str, str]) -> bytes:
    return rules.signed_data(
        number=row.number,
        revision=row.revision,
        holder_id=row.holder_id,
        holder_name=row.holder_name,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        fields=fields,
    )
