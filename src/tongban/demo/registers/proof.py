"""Who asks, and what both sides keep of it: the platform's signature over a request (RFC 9421) and the hashes of the two logs."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate

TOLERANCE_S = 300
_INPUT = re.compile(
    r'platform=(\((?P<names>[^)]*)\);created=(?P<created>\d+);keyid="[0-9a-f]+";alg="ecdsa-p256-sha256")'
)
_NEEDED = {"@method", "@request-target", "content-digest", "x-exchange-id", "x-exchange-key"}


def is_genuine(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    certificate: bytes,
    now: float | None = None,
) -> bool:
    """Whether the platform signed this very request within the last five minutes."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    given = _INPUT.fullmatch(headers.get("signature-input", ""))
    signature = headers.get("signature", "")
    if given is None or headers.get("content-digest") != digest or not signature.startswith("platform=:"):
        return False
    if abs((time.time() if now is None else now) - int(given["created"])) > TOLERANCE_S:
        return False
    names = [name.strip('"') for name in given["names"].split(" ")]
    known = {**headers, "@method": method, "@request-target": target}
    if not set(names) >= _NEEDED or not set(names) <= set(known):
        return False
    base = "\n".join([*(f'"{name}": {known[name]}' for name in names), f'"@signature-params": {given[1]}'])
    key = load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    try:
        raw = base64.b64decode(signature.removeprefix("platform=:").removesuffix(":"), validate=True)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, base.encode(), ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def message_hash(key: bytes, *messages: bytes) -> bytes:
    """HMAC-SHA-256 over messages, each with its length before it (8 bytes, big-endian)."""
    framed = b"".join(len(one).to_bytes(8, "big") + one for one in messages)
    return hmac.digest(key, framed, hashlib.sha256)
