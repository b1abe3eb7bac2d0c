"""Keys in memory, and the arithmetic of both algorithms."""

from collections.abc import Callable

import gmssl_pyx
from asn1crypto.algos import DSASignature
from asn1crypto.core import OctetString
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from tongban.foundation.signing.types import SIGNATURE_BYTES, Algorithm, PrivateKey

_HALF = SIGNATURE_BYTES // 2
_ECDSA = ec.ECDSA(hashes.SHA256())
Check = Callable[[bytes, bytes], bool]
"""Whether a signature (r‖s) over data is right."""


class ES256Key:
    algorithm = Algorithm.ES256

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        numbers = key.public_key().public_numbers()
        self.public_point = numbers.x.to_bytes(_HALF, "big") + numbers.y.to_bytes(_HALF, "big")

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(data, _ECDSA))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    def dump(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


class SM2Key:
    algorithm = Algorithm.SM2

    def __init__(self, secret: bytes, public_point: bytes) -> None:
        self._secret = secret
        self.public_point = public_point

    def sign(self, data: bytes) -> bytes:
        der = gmssl_pyx.sm2_sign(self._secret, self.public_point, data, gmssl_pyx.SM2_DEFAULT_SIGNER_ID)
        return from_der(bytes(der))

    def dump(self) -> bytes:
        return bytes(OctetString(self._secret + self.public_point).dump())


def generate(algorithm: Algorithm) -> ES256Key | SM2Key:
    """A new key."""
    if algorithm is Algorithm.ES256:
        return ES256Key(ec.generate_private_key(ec.SECP256R1()))
    public_point, secret = gmssl_pyx.sm2_key_generate()
    return SM2Key(secret, public_point)


def load(algorithm: Algorithm, dumped: bytes) -> PrivateKey:
    """The key that `dump` wrote; raises ValueError."""
    if algorithm is Algorithm.ES256:
        key = serialization.load_der_private_key(dumped, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("not a key of P-256")
        return ES256Key(key)
    both = OctetString.load(dumped).native
    return SM2Key(both[:_HALF], both[_HALF:])


def checker(algorithm: Algorithm, public_point: bytes) -> Check:
    """How signatures of a public key are checked: parsed once, called often. Raises ValueError for a point off the curve."""
    if algorithm is Algorithm.SM2:
        point = gmssl_pyx.normalize_sm2_public_key(public_point)
        return lambda data, signature: _check_sm2(point, data, signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public_point)
    return _es256_checker(key.verify)


def to_der(signature: bytes) -> bytes:
    """The form of X.509 and CMS."""
    return encode_dss_signature(
        int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    )


def from_der(signature: bytes) -> bytes:
    """r‖s; raises ValueError."""
    numbers = DSASignature.load(signature, strict=True)
    try:
        return bytes(numbers["r"].native.to_bytes(_HALF, "big") + numbers["s"].native.to_bytes(_HALF, "big"))
    except OverflowError as error:
        raise ValueError("a number of the signature is too large") from error


def _es256_checker(verify: Callable[[bytes, bytes, ec.ECDSA], None]) -> Check:
    """One call deep: with tens of thousands of signatures a second each further one is felt."""

    def check(data: bytes, signature: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES:
            return False
        r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
        try:
            verify(encode_dss_signature(r, s), data, _ECDSA)
        except InvalidSignature:
            return False
        return True

    return check


def _check_sm2(point: bytes, data: bytes, signature: bytes) -> bool:
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        return bool(gmssl_pyx.sm2_verify(point, data, to_der(signature), gmssl_pyx.SM2_DEFAULT_SIGNER_ID))
    except (gmssl_pyx.GmsslInnerError, gmssl_pyx.InvalidValueError):
        return False
