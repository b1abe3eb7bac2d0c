import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

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
from tongban.foundation.credentials import jose, sd_jwt
from tongban.foundation.credentials.refusals import SENTENCES, CredentialRefused, Reason

ISSUER_KEY, HOLDER = Key("GA-1"), Key("phone")
KEYS = Keys({(ISSUER, "GA-1"): ISSUER_KEY.public})


def shown(**changes: Any) -> str:
    given = {"names": ["age_over_18"], "signer": HOLDER, "audience": VERIFIER, "nonce": NONCE, "at": NOW}
    given |= changes
    made = given.pop("credential", None) or credential(ISSUER_KEY, HOLDER)
    return sd_jwt.present(made, given.pop("names"), **given)


def verified(presentation: str, **changes: Any) -> sd_jwt.Presented:
    asked = {"keys": KEYS, "audience": VERIFIER, "nonce": NONCE, "at": NOW, **changes}
    return sd_jwt.verify(presentation, **asked)


def reason(presentation: str, **changes: Any) -> Reason:
    with pytest.raises(CredentialRefused) as refused:
        verified(presentation, **changes)
    return refused.value.reason


def signed_by(key: Key, payload: dict[str, Any], *disclosures: str, **header: Any) -> str:
    """A presentation over any payload, with a key binding that fits it."""
    token = jose.sign({"typ": sd_jwt.TYPE, **header}, payload, key)
    return sd_jwt.present(
        "~".join([token, *disclosures, ""]),
        names_of(disclosures),
        signer=HOLDER,
        audience=VERIFIER,
        nonce=NONCE,
        at=NOW,
    )


def names_of(disclosures: Any) -> set[str]:
    return {one[1] for one in (json.loads(jose.decode(each)) for each in disclosures) if len(one) == 3}


def disclosure(*parts: Any) -> tuple[str, str]:
    encoded = jose.write_json(list(parts))
    return encoded, jose.encode(sha256(encoded.encode()).digest())


def test_only_what_was_chosen_is_shown() -> None:
    presentation = shown()

    found = verified(presentation)

    assert (found.claims["age_over_18"], found.claims["licence"]) == (True, "居民身份证")
    assert not {"name", "sex", "_sd", "_sd_alg"} & found.claims.keys()
    assert jose.encode("张三".encode()) not in presentation
    assert (found.issuer, found.status_uri, found.status_index) == (
        ISSUER,
        "https://tongban.example/status/1",
        5,
    )
    assert found.shown_at == NOW


def test_everything_can_be_shown() -> None:
    assert verified(shown(names=HIDDEN)).claims.items() >= HIDDEN.items()


def test_the_order_of_digests_does_not_tell_the_claims() -> None:
    payload = jose.read_json(credential(ISSUER_KEY, HOLDER).split(".")[1])

    assert payload["_sd"] == sorted(payload["_sd"])
    assert len(payload["_sd"]) == len(HIDDEN)


def test_an_altered_disclosure_is_refused() -> None:
    made = credential(ISSUER_KEY, HOLDER)
    token, *disclosures = made.rstrip("~").split("~")
    changed = [jose.write_json([*json.loads(jose.decode(one))[:2], True]) for one in disclosures]

    assert reason(shown(credential="~".join([token, *changed, ""]), names=HIDDEN)) is Reason.DISCLOSURE


def test_a_disclosure_shown_twice_is_refused() -> None:
    token, first, *_rest = credential(ISSUER_KEY, HOLDER).split("~")

    assert reason(shown(credential=f"{token}~{first}~{first}~", names=HIDDEN)) is Reason.DISCLOSURE


def test_a_disclosure_of_another_credential_is_refused() -> None:
    token, *_own = credential(ISSUER_KEY, HOLDER).split("~")
    _token, foreign, *_rest = credential(ISSUER_KEY, HOLDER).split("~")

    assert reason(shown(credential=f"{token}~{foreign}~", names=HIDDEN)) is Reason.DISCLOSURE


@pytest.mark.parametrize("name", ["iss", "exp", "cnf", "vct", "status", "_sd", "..."])
def test_what_must_stand_open_is_not_taken_from_a_disclosure(name: str) -> None:
    encoded, digest = disclosure("salt", name, {"jwk": {}})
    payload = {**open_claims(HOLDER, **{name: None}), "_sd": [digest]}

    assert reason(signed_by(ISSUER_KEY, payload, encoded)) in {Reason.DISCLOSURE, Reason.MALFORMED}


def test_a_disclosure_does_not_replace_an_open_claim() -> None:
    encoded, digest = disclosure("salt", "licence", "护照")
    payload = {**open_claims(HOLDER), "_sd": [digest]}

    assert reason(signed_by(ISSUER_KEY, payload, encoded)) is Reason.DISCLOSURE


def test_one_digest_stands_in_one_place() -> None:
    encoded, digest = disclosure("salt", "name", "张三")
    payload = {**open_claims(HOLDER), "_sd": [digest], "inner": {"_sd": [digest]}}

    assert reason(signed_by(ISSUER_KEY, payload, encoded)) is Reason.DISCLOSURE


def test_claims_within_claims_and_elements_of_arrays_are_disclosed_too() -> None:
    inner, inner_digest = disclosure("salt", "city", "示例市")
    element, element_digest = disclosure("salt", "热食类")
    payload = {
        **open_claims(HOLDER),
        "address": {"_sd": [inner_digest]},
        "items": ["冷食类", {"...": element_digest}],
    }
    presentation = sd_jwt.present(
        "~".join([jose.sign({"typ": sd_jwt.TYPE}, payload, ISSUER_KEY), inner, element, ""]),
        ["city", None],  # type: ignore[list-item]  # an element has no name
        signer=HOLDER,
        audience=VERIFIER,
        nonce=NONCE,
        at=NOW,
    )

    claims = verified(presentation).claims

    assert (claims["address"], claims["items"]) == ({"city": "示例市"}, ["冷食类", "热食类"])


@pytest.mark.parametrize("algorithm", ["none", "NONE", "HS256", "RS256", "ES384", "", None])
def test_no_other_algorithm_is_obeyed(algorithm: str | None) -> None:
    assert reason(signed_by(ISSUER_KEY, open_claims(HOLDER), alg=algorithm)) is Reason.ALGORITHM


def test_the_public_key_as_an_hmac_secret_signs_nothing() -> None:
    secret = ISSUER_KEY.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "kid": "GA-1", "typ": sd_jwt.TYPE}
    signed = f"{jose.write_json(header)}.{jose.write_json(open_claims(HOLDER))}"
    token = f"{signed}.{jose.encode(hmac.digest(secret, signed.encode(), sha256))}"

    assert reason(shown(credential=f"{token}~")) is Reason.ALGORITHM


def test_a_signature_of_somebody_else_is_refused() -> None:
    assert reason(shown(credential=credential(Key("GA-1"), HOLDER))) is Reason.SIGNATURE


def test_a_key_nobody_knows_is_refused() -> None:
    assert reason(shown(credential=credential(Key("GA-2"), HOLDER))) is Reason.UNKNOWN_KEY
    assert (
        reason(shown(credential=credential(ISSUER_KEY, HOLDER, iss="https://elsewhere.example")))
        is Reason.UNKNOWN_KEY
    )


def test_terms_are_kept_with_a_little_leeway() -> None:
    ended = shown(credential=credential(ISSUER_KEY, HOLDER, exp=int(NOW)))
    assert verified(ended).expires_at == NOW
    assert reason(ended, at=NOW + sd_jwt.LEEWAY_S) is Reason.EXPIRED

    assert reason(shown(credential=credential(ISSUER_KEY, HOLDER, nbf=int(NOW) + 31))) is Reason.NOT_YET


def test_another_audience_or_number_is_refused() -> None:
    assert reason(shown(), audience="https://tongban.example/verifiers/BANK") is Reason.AUDIENCE
    assert reason(shown(), nonce="402818") is Reason.NONCE


def test_a_picture_of_yesterdays_showing_is_refused() -> None:
    assert reason(shown(), at=NOW + 91) is Reason.TOO_OLD
    assert verified(shown(), at=NOW + 89).shown_at == NOW


def test_a_clock_that_is_behind_is_named_as_such() -> None:
    assert reason(shown(), at=NOW - 31) is Reason.CLOCK
    assert verified(shown(), at=NOW - 29).shown_at == NOW


def test_without_key_binding_it_may_be_anybodys() -> None:
    assert reason(credential(ISSUER_KEY, HOLDER)) is Reason.KEY_BINDING


def test_the_key_binding_of_another_phone_is_refused() -> None:
    assert reason(shown(signer=Key("phone"))) is Reason.KEY_BINDING


def test_a_key_binding_holds_for_just_what_was_shown() -> None:
    made = credential(ISSUER_KEY, HOLDER)
    binding = shown(credential=made, names=["age_over_18"]).rsplit("~", 1)[1]
    everything = made + binding

    assert reason(everything) is Reason.KEY_BINDING


def test_a_credential_bound_to_no_key_is_refused() -> None:
    assert reason(signed_by(ISSUER_KEY, open_claims(HOLDER, cnf=None))) is Reason.KEY_BINDING


def test_a_credential_without_a_status_is_refused() -> None:
    assert reason(shown(credential=credential(ISSUER_KEY, HOLDER, status=None))) is Reason.STATUS_LIST


def test_a_token_of_another_type_is_not_a_credential() -> None:
    assert reason(signed_by(ISSUER_KEY, open_claims(HOLDER), typ="jwt")) is Reason.MALFORMED


@given(st.integers(min_value=0, max_value=2**32), st.integers(min_value=1, max_value=255))
def test_no_changed_character_passes(place: int, change: int) -> None:
    presentation = bytearray(PRESENTATION.encode())
    place %= len(presentation)
    presentation[place] ^= change

    with pytest.raises(CredentialRefused):
        verified(presentation.decode("latin-1"))


PRESENTATION = shown()


@pytest.mark.parametrize("text", ["", "~", "~~~", "a.b.c~", "….…~", "{}", "x" * 70_000])
def test_garbage_is_refused(text: str) -> None:
    assert reason(text) in {Reason.MALFORMED, Reason.KEY_BINDING}


def test_every_reason_has_its_sentence() -> None:
    assert SENTENCES.keys() == set(Reason)
    assert all("。" in sentence for sentence in SENTENCES.values())


@pytest.mark.parametrize(("r", "s"), [(1, 1), (2**255, 2**256 - 1), (0x80, 0x7F), (2**248, 3), (0, 0)])
def test_signatures_are_written_as_the_library_writes_them(r: int, s: int) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    assert jose._der(r.to_bytes(32, "big") + s.to_bytes(32, "big")) == encode_dss_signature(r, s)
