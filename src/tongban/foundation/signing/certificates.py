"""X.509 certificates of both algorithms, written and read as DER.

`cryptography` writes no SM2 certificates, and neither does it sign with a key on a token: so the few structures are put together here
and signed through the one signer.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import algos, keys, pem, x509

from tongban.foundation.signing import software
from tongban.foundation.signing.types import Algorithm, FaultyCertificate, PrivateKey

# GM/T 0006: SM2 over SM3, and the curve.
_SM2_WITH_SM3, _SM2_CURVE = "1.2.156.10197.1.501", "1.2.156.10197.1.301"
keys.NamedCurve.register("sm2p256v1", _SM2_CURVE, 32)
_CURVES = {Algorithm.ES256: "secp256r1", Algorithm.SM2: "sm2p256v1"}
_SIGNATURES = {Algorithm.ES256: "sha256_ecdsa", Algorithm.SM2: _SM2_WITH_SM3}
_KEY_ID_BYTES = 20
_SERIAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """What a certificate is to say; `purposes` are its extended key usages."""

    common_name: str
    organisation: str
    code: str
    point: bytes
    not_before: datetime
    not_after: datetime
    is_authority: bool = False
    depth: int | None = None
    purposes: tuple[str, ...] = ()


def key_id(algorithm: Algorithm, point: bytes) -> str:
    """By which a key is named everywhere: the first 20 bytes of SHA-256 over the public key of its certificate, in hex."""
    return hashlib.sha256(_public_key(algorithm, point).dump()).digest()[:_KEY_ID_BYTES].hex()


def write(draft: Draft, algorithm: Algorithm, issuer: bytes | None, key: PrivateKey) -> bytes:
    """A certificate of `draft`, signed with the issuer's `key`; without an issuer it signs itself. Raises `KeyUnavailable`."""
    subject = _name(draft)
    public_key = _public_key(algorithm, draft.point)
    above = x509.Certificate.load(issuer) if issuer else None
    authority_key_id = key_id(key.algorithm, key.public_point)
    signed_with = algos.SignedDigestAlgorithm({"algorithm": _SIGNATURES[key.algorithm]})
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(secrets.token_bytes(_SERIAL_BYTES), "big") >> 1,
            "signature": signed_with,
            "issuer": above.subject if above else subject,
            "validity": {"not_before": _time(draft.not_before), "not_after": _time(draft.not_after)},
            "subject": subject,
            "subject_public_key_info": public_key,
            "extensions": _extensions(draft, key_id(algorithm, draft.point), authority_key_id),
        }
    )
    certificate = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": signed_with,
            "signature_value": software.to_der(key.sign(body.dump())),
        }
    )
    return bytes(certificate.dump())


def read(certificate: bytes) -> x509.Certificate:
    """Raises `FaultyCertificate`."""
    try:
        found = x509.Certificate.load(certificate, strict=True)
        found.native  # noqa: B018 - reads it whole: the parser is lazy
    except (ValueError, TypeError, KeyError) as error:
        raise FaultyCertificate(f"not a certificate: {error}") from error
    return found


def der_of(file: Path) -> bytes:
    """What a file holds, DER or PEM; raises OSError, `FaultyCertificate`."""
    held = file.read_bytes()
    if not pem.detect(held):
        return held
    try:
        _kind, _headers, der = pem.unarmor(held)
    except ValueError as error:
        raise FaultyCertificate(f"{file.name} is not PEM: {error}") from error
    return bytes(der)


def algorithm_of(certificate: x509.Certificate) -> Algorithm:
    """Raises `FaultyCertificate` for another curve or kind of key."""
    info = certificate.public_key
    if info["algorithm"]["algorithm"].native == "ec":
        curve = info["algorithm"]["parameters"].chosen.native
        for algorithm, name in _CURVES.items():
            if curve == name:
                return algorithm
    raise FaultyCertificate("its key is neither of P-256 nor of SM2")


def point_of(certificate: x509.Certificate) -> bytes:
    return bytes(certificate.public_key["public_key"].native)[1:]


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key signed the certificate."""
    if certificate.issuer != issuer.subject:
        return False
    check = software.checker(algorithm_of(issuer), point_of(issuer))
    try:
        signature = software.from_der(certificate["signature_value"].native)
    except (ValueError, TypeError):
        return False
    return check(certificate["tbs_certificate"].dump(), signature)


def _public_key(algorithm: Algorithm, point: bytes) -> keys.PublicKeyInfo:
    return keys.PublicKeyInfo(
        {
            "algorithm": {
                "algorithm": "ec",
                "parameters": keys.ECDomainParameters(name="named", value=_CURVES[algorithm]),
            },
            "public_key": keys.ECPointBitString(b"\x04" + point),
        }
    )


def _name(draft: Draft) -> x509.Name:
    return x509.Name.build(
        {
            "country_name": "CN",
            "organization_name": draft.organisation,
            "organizational_unit_name": draft.code,
            "common_name": draft.common_name,
        },
    )


def _time(at: datetime) -> x509.Time:
    whole = at.replace(microsecond=0)
    if whole.year >= 2050:  # RFC 5280 §4.1.2.5
        return x509.Time(name="general_time", value=x509.GeneralizedTime(whole))
    return x509.Time(name="utc_time", value=x509.UTCTime(whole))


def _extensions(draft: Draft, own: str, authority: str) -> list[dict[str, object]]:
    usages = {"key_cert_sign", "crl_sign"} if draft.is_authority else {"digital_signature", "non_repudiation"}
    found: list[tuple[str, bool, object]] = [
        ("basic_constraints", True, {"ca": draft.is_authority, "path_len_constraint": draft.depth}),
        ("key_usage", True, usages),
        ("key_identifier", False, bytes.fromhex(own)),
        ("authority_key_identifier", False, {"key_identifier": bytes.fromhex(authority)}),
    ]
    if draft.purposes:
        # RFC 3161 §2.3: the only purpose, and critical.
        found.append(("extended_key_usage", True, list(draft.purposes)))
    return [{"extn_id": name, "critical": critical, "extn_value": value} for name, critical, value in found]
