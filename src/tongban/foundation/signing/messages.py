"""Signed messages of RFC 5652 (CMS), as time stamps and PDF signatures hold them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from asn1crypto import cms, core, tsp, x509

from tongban.foundation.signing import certificates, software
from tongban.foundation.signing.types import Algorithm, Refusal, SignatureRefused, Signer

TIME_STAMP = "signature_time_stamp_token"
_CONTENT_TYPES = {"data": "1.2.840.113549.1.7.1", "tst_info": "1.2.840.113549.1.9.16.1.4"}
_INTEGER, _OCTETS, _SEQUENCE, _SET, _CONTEXT_0, _CONTEXT_1 = 0x02, 0x04, 0x30, 0x31, 0xA0, 0xA1


@dataclass(frozen=True, slots=True)
class _Content:
    kind: str
    enclosed: bytes | None
    time_stamp: bytes | None


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says of itself; nothing of it is verified yet but that it is well formed."""

    certificate: bytes
    signed: bytes
    """The attributes under the signature, DER."""
    signature: bytes
    """As it stands there, DER: this is what a time stamp is over."""
    digest: bytes
    time_stamp: bytes | None


def write(
    signer: Signer,
    *,
    digest: bytes,
    content_type: str = "data",
    content: bytes | None = None,
    stamp: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A message (ContentInfo, DER) over a content's SHA-256 digest, the content inside or elsewhere. Raises `KeyUnavailable`.

    The signing certificate is named under the signature, as PAdES and RFC 5816 want it; no root is enclosed. `stamp` gives the time
    stamp over the signature, whose digest it is handed (CAdES-T).
    """
    attributes = _attributes(signer, digest, content_type)
    signature = software.to_der(signer.sign(_tlv(_SET, attributes)))
    token = stamp(hashlib.sha256(signature).digest()) if stamp else None
    return _write(signer, attributes, signature, _Content(content_type, content, token))


def read(message: bytes) -> Message:
    """Take a message apart; raises `SignatureRefused` when it is none."""
    try:
        held = cms.ContentInfo.load(message, strict=True)
        (signer,) = held["content"]["signer_infos"]
        signed = signer["signed_attrs"].untag()
        named = {one["type"].native: one["values"][0] for one in signed}
        certificate = _certificate_of(held, named["signing_certificate_v2"])
        return Message(
            certificate=certificate,
            signed=signed.dump(),
            signature=signer["signature"].native,
            digest=named["message_digest"].native,
            time_stamp=_time_stamp_of(signer),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise SignatureRefused(Refusal.UNSIGNED, f"no signed message: {type(error).__name__}") from error


def key_id_of(certificate: bytes) -> str:
    """Raises `FaultyCertificate`."""
    read_one = certificates.read(certificate)
    return certificates.key_id(certificates.algorithm_of(read_one), certificates.point_of(read_one))


def _certificate_of(held: cms.ContentInfo, named: tsp.SigningCertificateV2) -> bytes:
    """The enclosed certificate that the signature names by its hash."""
    wanted = named["certs"][0]["cert_hash"].native
    for choice in held["content"]["certificates"]:
        found: bytes = choice.chosen.dump()
        if hashlib.sha256(found).digest() == wanted:
            return found
    raise ValueError("the named certificate is not enclosed")


def _time_stamp_of(signer: cms.SignerInfo) -> bytes | None:
    for one in signer["unsigned_attrs"] or ():
        if one["type"].native == TIME_STAMP:
            return bytes(one["values"][0].dump())
    return None


def _attributes(signer: Signer, digest: bytes, content_type: str) -> bytes:
    """What is signed, as the content of a SET in the order of DER (X.690 §11.6)."""
    by = hashlib.sha256(signer.certificate).digest()
    return b"".join(
        sorted(
            [
                _attribute("1.2.840.113549.1.9.3", _oid(_CONTENT_TYPES[content_type])),
                _attribute("1.2.840.113549.1.9.4", _tlv(_OCTETS, digest)),
                # SigningCertificateV2 (RFC 5035): one ESSCertIDv2 with SHA-256, its default.
                _attribute(
                    "1.2.840.113549.1.9.16.2.47",
                    _tlv(_SEQUENCE, _tlv(_SEQUENCE, _tlv(_SEQUENCE, _tlv(_OCTETS, by)))),
                ),
            ]
        )
    )


def _write(signer: Signer, attributes: bytes, signature: bytes, content: _Content) -> bytes:
    """SignedData of RFC 5652 §5, put together as bytes: the parser's classes take ten times as long."""
    assert signer.algorithm is Algorithm.ES256, "CMS is written with ES256 alone"
    sha256 = _tlv(_SEQUENCE, _oid("2.16.840.1.101.3.4.2.1"))
    stamped = []
    if content.time_stamp is not None:
        stamped = [_tlv(_CONTEXT_1, _attribute("1.2.840.113549.1.9.16.2.14", content.time_stamp))]
    signed_by = _tlv(
        _SEQUENCE,
        _tlv(_INTEGER, b"\x01"),
        _issuer_and_serial(signer.certificate),
        sha256,
        _tlv(_CONTEXT_0, attributes),
        _tlv(_SEQUENCE, _oid("1.2.840.10045.4.3.2")),
        _tlv(_OCTETS, signature),
        *stamped,
    )
    enclosed = [] if content.enclosed is None else [_tlv(_CONTEXT_0, _tlv(_OCTETS, content.enclosed))]
    held = _tlv(
        _SEQUENCE,
        _tlv(_INTEGER, b"\x01" if content.kind == "data" else b"\x03"),
        _tlv(_SET, sha256),
        _tlv(_SEQUENCE, _oid(_CONTENT_TYPES[content.kind]), *enclosed),
        _tlv(_CONTEXT_0, *sorted(signer.chain[:-1] or signer.chain)),
        _tlv(_SET, signed_by),
    )
    return _tlv(_SEQUENCE, _oid("1.2.840.113549.1.7.2"), _tlv(_CONTEXT_0, held))


@lru_cache(maxsize=1_024)
def _issuer_and_serial(certificate: bytes) -> bytes:
    read_one = x509.Certificate.load(certificate)["tbs_certificate"]
    return _tlv(_SEQUENCE, read_one["issuer"].dump(), read_one["serial_number"].dump())


@cache
def _oid(dotted: str) -> bytes:
    return bytes(core.ObjectIdentifier(dotted).dump())


def _attribute(kind: str, value: bytes) -> bytes:
    return _tlv(_SEQUENCE, _oid(kind), _tlv(_SET, value))


def _tlv(tag: int, *parts: bytes) -> bytes:
    """One value of DER."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content
