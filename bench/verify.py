"""Verify what a phone shows: SD-JWT VC with key binding and status, against the raw signature checks the format needs.

Run as ``python -m bench.verify [--json]`` from the repository root. The format needs two checks: the issuer's signature and the phone's.
The baseline checks just those two ES256 signatures (r and s, RFC 7518) over the same bytes by the same library, with the issuer's key
loaded and the phone's made from its point, since every phone has another. The status list's own signature is checked once, as a verifier
does in a list's time to live. Times are those of the processor, which neighbours on a shared machine disturb least.
"""

import time

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bench import figures
from bench.figures import Figure
from tongban.foundation.credentials import jose, sd_jwt, status_list
from tongban.foundation.credentials.jose import PublicKey
from tongban.foundation.credentials.refusals import CredentialRefused, Reason

PHONES = 100
ROUNDS = 40
"""The two take turns and the quietest round of each counts: neighbours on a shared machine take time from both."""
TARGET_PERCENT = 80.0
NOW = 1_772_413_200.0
HOUSE = "https://tongban.example"
ISSUER, LIST, AUDIENCE, NONCE = (
    f"{HOUSE}/issuers/GA",
    f"{HOUSE}/status-lists/1",
    f"{HOUSE}/verifiers/V000001",
    "402817",
)
_ES256 = ec.ECDSA(SHA256())
_CURVE = ec.SECP256R1()

Check = tuple[bytes, bytes, bytes, bytes, bytes]
"""What the issuer signed and its signature, what the phone signed and its signature, the phone's point."""


class _Key:
    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self.private = ec.generate_private_key(_CURVE)

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def measure() -> list[Figure]:
    """Presentations verified a second as a share of what the signature checks alone take."""
    issuer = _Key("GA-1")
    shown = [_shown(issuer, number) for number in range(PHONES)]
    known = status_list.read(_list(issuer), keys=_keys(issuer))
    _refuses_what_it_must(shown, issuer, known)
    raw = [_raw(one) for one in shown]
    key = issuer.private.public_key()
    times = [(_seconds_bare(raw, key), _seconds_whole(shown, issuer, known)) for _round in range(ROUNDS)]
    bare, whole = min(one for one, _other in times), min(other for _one, other in times)
    share = 100 * bare / whole
    a_second, baseline = PHONES / whole, PHONES / bare
    return [
        figures.figure(
            "verify an SD-JWT VC with status: share of its two raw signature checks",
            share,
            "%",
            TARGET_PERCENT,
            met=share >= TARGET_PERCENT,
        ),
        figures.figure(
            "verify an SD-JWT VC with status, a core",
            a_second,
            "1/s",
            TARGET_PERCENT / 100 * baseline,
            met=a_second >= TARGET_PERCENT / 100 * baseline,
            baseline=baseline,
            ratio=a_second / baseline,
            digits=0,
        ),
    ]


def _seconds_whole(shown: list[str], issuer: _Key, known: status_list.StatusList) -> float:
    keys = _keys(issuer)
    started = time.thread_time()
    for one in shown:
        found = sd_jwt.verify(one, keys=keys, audience=AUDIENCE, nonce=NONCE, at=NOW)
        status_list.check(found, known, at=NOW)
    return time.thread_time() - started


def _seconds_bare(raw: list[Check], key: PublicKey) -> float:
    started = time.thread_time()
    for signed, signature, shown, binding, point in raw:
        if not jose.is_signed(key, signed, signature):
            raise SystemExit("the issuer's signature is wrong")
        if not jose.is_signed(ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point), shown, binding):
            raise SystemExit("the phone's signature is wrong")
    return time.thread_time() - started


def _shown(issuer: _Key, number: int) -> str:
    phone = _Key("phone")
    claims = {
        "iss": ISSUER,
        "vct": f"{HOUSE}/credential-types/SFZ",
        "iat": int(NOW) - 86_400,
        "exp": int(NOW) + 86_400,
        "cnf": {"jwk": jose.jwk_of(phone.private.public_key())},
        "status": {"status_list": {"uri": LIST, "idx": number}},
    }
    hidden = {
        "name": "张三",
        "resident_id": "11010519491231002X",
        "sex": "女",
        "birth_date": "1949-12-31",
        "household_address": "示例市浦东新区示例路1号101室",
        "age_over_18": True,
    }
    credential = sd_jwt.issue(claims, hidden, signer=issuer)
    return sd_jwt.present(credential, ["age_over_18"], signer=phone, audience=AUDIENCE, nonce=NONCE, at=NOW)


def _list(issuer: _Key, **places: status_list.Status) -> str:
    statuses = {int(place): status for place, status in places.items()}
    return status_list.issue(
        statuses, size=65_536, uri=LIST, issuer=ISSUER, at=NOW, ttl_s=45, valid_s=43_200, signer=issuer
    )


def _keys(issuer: _Key) -> sd_jwt.KeySource:
    known = {(ISSUER, issuer.key_id): issuer.private.public_key()}

    def key(named: str, key_id: str) -> PublicKey:
        return known[named, key_id]

    return key


def _raw(presentation: str) -> Check:
    token, *_disclosures, binding = presentation.split("~")
    _header, payload, signed, signature = jose.split(token, sd_jwt.TYPE)
    _header, _claims, shown, bound = jose.split(binding, sd_jwt.KEY_BINDING_TYPE)
    jwk = payload["cnf"]["jwk"]
    point = b"\x04" + jose.decode(jwk["x"]) + jose.decode(jwk["y"])
    return signed, signature, shown, bound, point


def _refuses_what_it_must(shown: list[str], issuer: _Key, known: status_list.StatusList) -> None:
    """What is measured checks indeed: an altered showing and a revoked credential are refused."""
    altered = shown[0][:-4] + ("AAAA" if not shown[0].endswith("AAAA") else "BBBB")
    revoked = status_list.read(_list(issuer, **{"0": status_list.Status.INVALID}), keys=_keys(issuer))
    for presentation, listed, reason in (
        (altered, known, Reason.KEY_BINDING),
        (shown[0], revoked, Reason.REVOKED),
    ):
        try:
            found = sd_jwt.verify(presentation, keys=_keys(issuer), audience=AUDIENCE, nonce=NONCE, at=NOW)
            status_list.check(found, listed, at=NOW)
        except CredentialRefused as refused:
            if refused.reason is reason:
                continue
        raise SystemExit(f"{reason} was not refused")


if __name__ == "__main__":
    figures.run(__doc__, measure)
