"""Keys of a test, and the issuer's side of a credential."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tongban.foundation.credentials import jose, sd_jwt
from tongban.foundation.credentials.jose import PublicKey
from tongban.foundation.credentials.refusals import CredentialRefused, Reason

ISSUER = "https://tongban.example/issuers/GA"
LIST = "https://tongban.example/status/1"
VERIFIER = "https://tongban.example/verifiers/HOTEL1"
NONCE = "402817"
NOW = 1_772_413_200.0
HIDDEN = {"name": "张三", "sex": "男", "age_over_18": True}


class Key:
    """A private key that signs as `foundation.signing` does."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self.private = ec.generate_private_key(ec.SECP256R1())

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    @property
    def public(self) -> PublicKey:
        return self.private.public_key()


class Keys:
    """What a verifier knows of issuers."""

    def __init__(self, known: dict[tuple[str, str], PublicKey]) -> None:
        self.known = known

    def __call__(self, issuer: str, key_id: str) -> PublicKey:
        try:
            return self.known[issuer, key_id]
        except KeyError:
            raise CredentialRefused(Reason.UNKNOWN_KEY, f"{key_id} of {issuer}") from None


def open_claims(holder: Key, **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": ISSUER,
        "vct": "https://tongban.example/types/SFZ",
        "iat": int(NOW) - 86_400,
        "exp": int(NOW) + 86_400,
        "cnf": {"jwk": jose.jwk_of(holder.public)},
        "status": {"status_list": {"uri": LIST, "idx": 5}},
        "licence": "居民身份证",
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def credential(issuer: Key, holder: Key, **changes: Any) -> str:
    return sd_jwt.issue(open_claims(holder, **changes), HIDDEN, signer=issuer)
