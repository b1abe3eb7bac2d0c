"""Signed messages of RFC 5652 (CMS), as time stamps and PDF signatures hold them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import algos, cms, tsp, x509

from tongban.foundation.signing import certificates, software
from tongban.foundation.signing.types import Algorithm, Refusal, SignatureRefused, Signer

TIME_STAMP = "signature_time_stamp_token"


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
    signature = software.to_der(signer.sign(attributes.dump()))
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


def _attributes(signer: Signer, digest: bytes, content_type: str) -> cms.CMSAttributes:
    by = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(signer.certificate).digest()}]})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": [content_type]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [by]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
        ]
    )


@dataclass(frozen=True, slots=True)
class _Content:
    kind: str
    enclosed: bytes | None
    time_stamp: bytes | None


def _write(signer: Signer, attributes: cms.CMSAttributes, signature: bytes, content: _Content) -> bytes:
    assert signer.algorithm is Algorithm.ES256, "CMS is written with ES256 alone"
    certificate = x509.Certificate.load(signer.certificate)
    digested_by = algos.DigestAlgorithm({"algorithm": "sha256"})
    named = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    signed_by: dict[str, object] = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": named}),
        "digest_algorithm": digested_by,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signed_attrs": attributes,
        "signature": signature,
    }
    if content.time_stamp is not None:
        token = cms.ContentInfo.load(content.time_stamp)
        signed_by["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": TIME_STAMP, "values": [token]})]
        )
    enclosed: dict[str, object] = {"content_type": content.kind}
    if content.enclosed is not None:
        enclosed["content"] = cms.ParsableOctetString(content.enclosed)
    held = cms.SignedData(
        {
            "version": "v1" if content.kind == "data" else "v3",
            "digest_algorithms": [digested_by],
            "encap_content_info": enclosed,
            "certificates": [x509.Certificate.load(one) for one in signer.chain[:-1] or signer.chain],
            "signer_infos": [cms.SignerInfo(signed_by)],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": held}).dump())
