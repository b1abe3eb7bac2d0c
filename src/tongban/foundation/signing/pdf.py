"""Signed PDF files (PAdES B-T): one signature over the whole file, with a time stamp over the signature.

Verification reads no PDF structure before the signature holds: it finds the signed range in the bytes, and everything outside the hex
string of the signature must be in it. What a parser then reads is what the platform wrote.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto.core import load as load_der
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from tongban.foundation.signing import messages, services, software, timestamps
from tongban.foundation.signing.types import FaultyCertificate, Refusal, SignatureRefused, Signer

_FIELD = "Signature"
_RESERVED = 2 * 12_000
"""Hex digits for the message: with two certificates and our own time stamp 4,000 bytes, a remote one's chain is longer."""
_RANGE = re.compile(rb"/ByteRange ?\[ ?(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10}) ?\]")
_HEX = re.compile(rb"<[0-9a-fA-F]*>")
_MOST_RANGES = 8
# What pyHanko raises on structures that are no PDF.
_PARSER_TROUBLES = (
    PdfError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    AssertionError,
    OverflowError,
    OSError,
    zlib.error,
)


class Unreadable(Exception):
    """No PDF that can be read."""


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """By whom and when a file was signed; `is_stamped` says that a trusted time stamp proves the instant."""

    owner: str
    key_id: str
    signed_at: datetime
    is_stamped: bool


def sign(pdf: bytes, *, signer: Signer, reason: str, at: datetime) -> bytes:
    """The file with its signature as an incremental update; raises `KeyUnavailable`, `TimeStampFailed`."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    embedding = PdfCMSEmbedder().write_cms(field_name=_FIELD, writer=writer)
    next(embedding)
    place = SignatureObject(
        subfilter=SigSeedSubFilter.PADES, timestamp=at, reason=reason, bytes_reserved=_RESERVED
    )
    embedding.send(SigObjSetup(sig_placeholder=place))
    prepared, output = embedding.send(SigIOSetup(md_algorithm="sha256"))
    embedding.send(
        messages.write(
            signer,
            digest=prepared.document_digest,
            stamp=lambda digest: timestamps.timestamp(digest, at=at),
        )
    )
    return bytes(output.getvalue())


def verify(pdf: bytes, *, at: datetime) -> SignedPdf:
    """Who signed the whole of a file, and when. Raises `SignatureRefused` with its reason, `TimeStampRefused`."""
    ranges = list(_RANGE.finditer(pdf))[-_MOST_RANGES:]
    if not ranges:
        raise SignatureRefused(Refusal.UNSIGNED, "")
    end = 0
    for match in reversed(ranges):
        start, before, after, rest = (int(number) for number in match.groups())
        end = after + rest
        if start == 0 and end == len(pdf) and _HEX.fullmatch(pdf[before:after]):
            return _verify_range(pdf, before, after, at)
    if 0 < end < len(pdf):
        raise SignatureRefused(Refusal.APPENDED, "")
    raise SignatureRefused(Refusal.WRONG_SIGNATURE, "")


def attachment(pdf: bytes, name: str) -> bytes | None:
    """The file of this name inside; raises `Unreadable`, which no file of ours whose signature holds can do."""
    try:
        names = PdfFileReader(BytesIO(pdf), strict=False).root["/Names"]["/EmbeddedFiles"]["/Names"]
        for place in range(1, len(names), 2):
            specification = names[place]
            if str(specification["/UF"]) == name:
                return bytes(specification["/EF"]["/F"].data)
    except KeyError:
        return None
    except _PARSER_TROUBLES as error:
        raise Unreadable(f"{type(error).__name__}") from error
    return None


def signed_revision(pdf: bytes) -> bytes:
    """The file as it was when first signed, without what was added since; the whole of it where there is no telling."""
    match = _RANGE.search(pdf)
    end = int(match[3]) + int(match[4]) if match else 0
    return pdf[:end] if 0 < end < len(pdf) else pdf


def _verify_range(pdf: bytes, before: int, after: int, at: datetime) -> SignedPdf:
    message = messages.read(_message_in(pdf[before + 1 : after - 1]))
    digest = hashlib.sha256(pdf[:before])
    digest.update(pdf[after:])
    try:
        key_id = messages.key_id_of(message.certificate)
        known = services.get_certificate(key_id)
        signature = software.from_der(message.signature)
    except FaultyCertificate as error:
        raise SignatureRefused(Refusal.UNKNOWN_KEY, "") from error
    except (ValueError, TypeError) as error:
        raise SignatureRefused(Refusal.WRONG_SIGNATURE, "") from error
    if known.certificate != message.certificate:
        raise SignatureRefused(Refusal.UNKNOWN_KEY, key_id)
    if message.digest != digest.digest():
        raise SignatureRefused(Refusal.WRONG_SIGNATURE, key_id)
    signed_at = at
    if message.time_stamp is not None:
        signed_at = timestamps.verify(message.time_stamp, hashlib.sha256(message.signature).digest())
    services.verify(message.signed, signature, key_id=key_id, at=signed_at)
    return SignedPdf(known.owner, key_id, signed_at, message.time_stamp is not None)


def _message_in(digits: bytes) -> bytes:
    """The message in its reserved place, which is filled up with zeros and nothing else."""
    try:
        held = bytes.fromhex(digits.decode("ascii"))
        message: bytes = load_der(held).dump()
    except (ValueError, TypeError) as error:
        raise SignatureRefused(Refusal.WRONG_SIGNATURE, "") from error
    if held[len(message) :].strip(b"\x00"):
        raise SignatureRefused(Refusal.WRONG_SIGNATURE, "")
    return message
