"""Against the reference implementation `sd-jwt`, both ways: what one issues and shows the other verifies."""

import time
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from foundation.credentials.keys import (
    HIDDEN,
    ISSUER,
    NONCE,
    NOW,
    VERIFIER,
    Key,
    Keys,
    credential,
    open_claims,
)
from tongban.foundation.credentials import sd_jwt

ISSUER_KEY, HOLDER = Key("GA-1"), Key("phone")
KEYS = Keys({(ISSUER, "GA-1"): ISSUER_KEY.public})
FAR = 4_102_444_800
"""The reference takes the time of a showing from the machine's clock."""


def private(key: Key) -> JWK:
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return JWK.from_pem(pem)


def public(key: Key) -> JWK:
    return JWK.from_pem(key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_the_reference_verifies_what_we_issue_and_show() -> None:
    shown = sd_jwt.present(
        credential(ISSUER_KEY, HOLDER),
        ["name", "age_over_18"],
        signer=HOLDER,
        audience=VERIFIER,
        nonce=NONCE,
        at=NOW,
    )

    verifier = SDJWTVerifier(shown, lambda _issuer, _header: public(ISSUER_KEY), VERIFIER, NONCE)

    claims = verifier.get_verified_payload()
    assert (claims["name"], claims["age_over_18"]) == ("张三", True)
    assert "sex" not in claims


def test_the_references_wallet_shows_what_we_issued() -> None:
    wallet = SDJWTHolder(credential(ISSUER_KEY, HOLDER, exp=FAR))
    wallet.create_presentation({"age_over_18": True}, NONCE, VERIFIER, private(HOLDER), "ES256")

    found = verified_now(wallet.sd_jwt_presentation)

    assert found.claims["age_over_18"] is True
    assert "name" not in found.claims


def test_we_verify_what_the_reference_issues_and_shows() -> None:
    hidden: dict[Any, Any] = {SDObj(name): value for name, value in HIDDEN.items()}
    issued = SDJWTIssuer(
        {**open_claims(HOLDER, exp=FAR), "address": {SDObj("city"): "示例市", "street": "示例路"}, **hidden},
        private(ISSUER_KEY),
        public(HOLDER),
        sign_alg="ES256",
        extra_header_parameters={"kid": "GA-1", "typ": sd_jwt.TYPE},
    )
    wallet = SDJWTHolder(issued.sd_jwt_issuance)
    wallet.create_presentation(
        {"name": True, "address": {"city": True}}, NONCE, VERIFIER, private(HOLDER), "ES256"
    )

    found = verified_now(wallet.sd_jwt_presentation)

    assert (found.claims["name"], found.claims["address"]) == ("张三", {"city": "示例市", "street": "示例路"})
    assert "sex" not in found.claims


def verified_now(presentation: str) -> sd_jwt.Presented:
    return sd_jwt.verify(presentation, keys=KEYS, audience=VERIFIER, nonce=NONCE, at=time.time())
