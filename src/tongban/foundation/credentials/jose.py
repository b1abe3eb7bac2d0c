"""Compact JWTs signed by ES256, as the formats on top need them; written on `cryptography` itself, for speed."""

import json
from binascii import Error as BadBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic_core import from_json

from tongban.foundation.credentials.refusals import CredentialRefused, Reason

ALGORITHM = "ES256"
_SIGNATURE_BYTES = 64
_COORDINATE_BYTES = 32
_CURVE = ec.SECP256R1()
_ES256 = ec.ECDSA(SHA256())
# What stands for nothing in base64url becomes a character that stands for nothing at all.
TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_PADDING = (b"", b"===", b"==", b"=")

Json = dict[str, Any]  # Any: parsed JSON; what is relied on is checked where it is read
PublicKey = ec.EllipticCurvePublicKey


class Es256Signer(Protocol):
    """What signs a token: `foundation.signing` gives such, a test a key of its own."""

    @property
    def key_id(self) -> str: ...

    def sign(self, data: bytes) -> bytes: ...


def encode(data: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of a base64url text; raises `CredentialRefused`."""
    return decode_standard(standard(text)[1])


def standard(text: str) -> tuple[bytes, bytes]:
    """A text of base64url parts as bytes, and with each part as plain base64; raises `CredentialRefused`."""
    try:
        raw = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise CredentialRefused(Reason.MALFORMED, "not base64url") from error
    return raw, raw.translate(TO_STANDARD)


def decode_standard(part: bytes) -> bytes:
    """The bytes of one part as `standard` gives it."""
    try:
        return a2b_base64(part + _PADDING[len(part) % 4], strict_mode=True)
    except BadBase64 as error:
        raise CredentialRefused(Reason.MALFORMED, "not base64url") from error


def read_json(text: str) -> Json:
    """The object a part of a token holds; raises `CredentialRefused`."""
    return load_object(standard(text)[1])


def load_object(part: bytes) -> Json:
    found = load(part)
    if not isinstance(found, dict):
        raise CredentialRefused(Reason.MALFORMED, "not an object")
    return found


def load(part: bytes) -> Any:  # parsed JSON
    """What a part, as `standard` gives it, holds; raises `CredentialRefused`."""
    try:
        return from_json(decode_standard(part), allow_inf_nan=False)
    except ValueError as error:
        raise CredentialRefused(Reason.MALFORMED, "not JSON") from error


def write_json(value: object) -> str:
    return encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def sign(header: Mapping[str, object], payload: Mapping[str, object], signer: Es256Signer) -> str:
    """A compact JWT; the signer's key is named in the header."""
    body = f"{write_json({'alg': ALGORITHM, 'kid': signer.key_id, **header})}.{write_json(payload)}"
    return f"{body}.{encode(signer.sign(body.encode()))}"


def split(token: str, typ: str) -> tuple[Mapping[str, Any], Json, bytes, bytes]:  # Any: parsed JSON
    """Header, payload, what was signed and its signature, nothing of it checked but form, type and algorithm."""
    return split_standard(*standard(token), typ)


def split_standard(
    raw: bytes, plain: bytes, typ: str
) -> tuple[Mapping[str, Any], Json, bytes, bytes]:  # Any: parsed JSON
    """As `split`, of a token as `standard` gives it."""
    parts = plain.split(b".")
    if len(parts) != 3:
        raise CredentialRefused(Reason.MALFORMED, "not a compact token")
    head, body, signature = parts
    signed = raw[: len(head) + 1 + len(body)]
    return _read_header(head, typ), load_object(body), signed, decode_standard(signature)


@lru_cache(maxsize=512)
def _read_header(part: bytes, typ: str) -> Mapping[str, Any]:  # Any: parsed JSON
    """All that one key signs of one type begins with the same characters."""
    header = load_object(part)
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise CredentialRefused(Reason.ALGORITHM, "header")
    if header.get("typ") != typ:
        raise CredentialRefused(Reason.MALFORMED, f"not a {typ}")
    return MappingProxyType(header)


def is_signed(key: PublicKey, signed: bytes, signature: bytes) -> bool:
    """Whether `signature` (r and s, RFC 7518 §3.4) is the key's over `signed`."""
    if len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        key.verify(_der(signature), signed, _ES256)
    except InvalidSignature:
        return False
    return True


def _der(signature: bytes) -> bytes:
    """r and s as the sequence of two integers that OpenSSL reads."""
    r, s = signature[:32].lstrip(b"\0") or b"\0", signature[32:].lstrip(b"\0") or b"\0"
    if r[0] > 127:
        r = b"\0" + r
    if s[0] > 127:
        s = b"\0" + s
    return b"0%c\2%c%b\2%c%b" % (len(r) + len(s) + 4, len(r), r, len(s), s)


def key_of(jwk: object) -> PublicKey:
    """The public key of a P-256 JWK (RFC 7517); raises `CredentialRefused`."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise CredentialRefused(Reason.KEY_BINDING, "not a P-256 key")
    x, y = jwk.get("x"), jwk.get("y")
    if not isinstance(x, str) or not isinstance(y, str):
        raise CredentialRefused(Reason.KEY_BINDING, "a key without coordinates")
    point = decode(x) + decode(y)
    if len(point) != 2 * _COORDINATE_BYTES:
        raise CredentialRefused(Reason.KEY_BINDING, "coordinates of another length")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, b"\x04" + point)
    except ValueError as error:
        raise CredentialRefused(Reason.KEY_BINDING, "not a point of the curve") from error


def jwk_of(key: PublicKey) -> dict[str, str]:
    """The JWK of a P-256 key."""
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": encode(numbers.x.to_bytes(_COORDINATE_BYTES, "big")),
        "y": encode(numbers.y.to_bytes(_COORDINATE_BYTES, "big")),
    }


def instant(payload: Json, name: str) -> float | None:
    """A NumericDate of a token, None where there is none; raises `CredentialRefused`."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise CredentialRefused(Reason.MALFORMED, f"{name} is no instant")
    return value
