"""SD-JWT VC with key binding: issued, presented and verified (RFC 9901 and draft-ietf-oauth-sd-jwt-vc).

`<issuer's JWT>~<disclosure>~…~<key binding JWT>`. A disclosure is revealed or left out; the key binding is the holder's phone saying to
whom, when and in answer to which number it shows just these.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from tongban.foundation.credentials import jose
from tongban.foundation.credentials.jose import Es256Signer, Json, PublicKey
from tongban.foundation.credentials.refusals import CredentialRefused, Reason

TYPE = "dc+sd-jwt"
KEY_BINDING_TYPE = "kb+jwt"
MAX_AGE_S = 60
"""Older showings may be pictures of a screen."""
LEEWAY_S = 30
"""By so much the clocks of the two phones may differ."""
MAX_CHARACTERS = 64 * 1024
_SALT_BYTES = 16
_ALWAYS_OPEN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "status", "_sd", "...", "_sd_alg"})

_PLAIN = frozenset({str, int, bool, float, type(None)})
"""Types of values in which nothing can be hidden."""
_TEXT = frozenset({str})

KeySource = Callable[[str, str], PublicKey]
"""The key of an issuer by `iss` and `kid`; raises `CredentialRefused` where there is none."""


class Presented(NamedTuple):
    """What a holder has shown, after every signature, digest and claim was checked; its status is still to be asked."""

    issuer: str
    vct: str
    claims: Mapping[str, Any]  # Any: JSON values of the credential
    shown_at: float
    expires_at: float | None
    status_uri: str
    status_index: int
    signature: bytes
    """Of the key binding: one showing has one, by which a second use is known."""


class _Disclosure(NamedTuple):
    name: str | None
    """None for an element of an array."""
    value: Any  # JSON


def issue(
    open_claims: Mapping[str, object], hidden_claims: Mapping[str, object], *, signer: Es256Signer
) -> str:
    """A credential whose `hidden_claims` the holder reveals one by one, and whose `open_claims` everybody sees."""
    disclosures = [
        jose.write_json([jose.encode(secrets.token_bytes(_SALT_BYTES)), name, value])
        for name, value in hidden_claims.items()
    ]
    # Sorted, so that the order tells nothing (RFC 9901 §4.2.4.1).
    digests = sorted(_digest(one.encode()) for one in disclosures)
    payload = {**open_claims, "_sd": digests, "_sd_alg": "sha-256"}
    return "~".join([jose.sign({"typ": TYPE}, payload, signer), *disclosures, ""])


def present(
    credential: str,
    names: Iterable[str],
    *,
    signer: Es256Signer,
    audience: str,
    nonce: str,
    at: float,
) -> str:
    """Show some claims of a credential to one audience; what the holder's phone does, for tests and for other wallets."""
    wanted = set(names)
    token, *disclosures = credential.rstrip("~").split("~")
    kept = [one for one in disclosures if _read(one.encode()).name in wanted]
    shown = "~".join([token, *kept, ""])
    claims = {"iat": int(at), "aud": audience, "nonce": nonce, "sd_hash": _digest(shown.encode())}
    return shown + jose.sign({"typ": KEY_BINDING_TYPE}, claims, signer)


def verify(presentation: str, *, keys: KeySource, audience: str, nonce: str, at: float) -> Presented:
    """What was shown to this audience in answer to this number, now; raises `CredentialRefused` with the reason.

    `at` is seconds since 1970. The status is another question: `status_list`. All is read before the two signatures are checked, one
    after the other: that spares the processor's caches, and with them a sixth of the time. Nothing that was read is believed before.
    """
    if len(presentation) > MAX_CHARACTERS:
        raise CredentialRefused(Reason.MALFORMED, "too long")
    raw, plain = jose.standard(presentation)
    end = raw.rfind(b"~")
    if end < 0:
        raise CredentialRefused(Reason.MALFORMED, "no disclosures")
    if end == len(raw) - 1:
        raise CredentialRefused(Reason.KEY_BINDING, "none")
    token, *disclosures = raw[:end].split(b"~")
    header, payload, signed, signature = jose.split_standard(token, plain[: len(token)], TYPE)
    _header, bound, bound_signed, bound_signature = jose.split_standard(
        raw[end + 1 :], plain[end + 1 :], KEY_BINDING_TYPE
    )
    issuer, key_id = payload.get("iss"), header.get("kid")
    if not isinstance(issuer, str) or not isinstance(key_id, str) or not isinstance(payload.get("vct"), str):
        raise CredentialRefused(Reason.MALFORMED, "no issuer, key or type")
    issuer_key = keys(issuer, key_id)
    claims = _disclosed(payload, disclosures)
    confirmation = claims.get("cnf")
    if not isinstance(confirmation, dict):
        raise CredentialRefused(Reason.KEY_BINDING, "the credential is bound to no key")
    holder_key = jose.key_of(confirmation.get("jwk"))
    sd_hash = _digest(raw[: end + 1])
    if not jose.is_signed(issuer_key, signed, signature):
        raise CredentialRefused(Reason.SIGNATURE, "issuer")
    if not jose.is_signed(holder_key, bound_signed, bound_signature):
        raise CredentialRefused(Reason.KEY_BINDING, "signature")
    expires_at = _require_term(claims, at)
    shown_at = _require_binding(bound, sd_hash, audience, nonce, at)
    uri, index = _status_of(claims)
    return Presented(issuer, claims["vct"], claims, shown_at, expires_at, uri, index, bound_signature)


def _require_term(claims: Json, at: float) -> float | None:
    """When the credential ends; raises `CredentialRefused` before its beginning and after its end."""
    not_before, ends = jose.instant(claims, "nbf"), jose.instant(claims, "exp")
    if not_before is not None and at < not_before - LEEWAY_S:
        raise CredentialRefused(Reason.NOT_YET)
    if ends is not None and at >= ends + LEEWAY_S:
        raise CredentialRefused(Reason.EXPIRED)
    return ends


def _require_binding(bound: Json, sd_hash: str, audience: str, nonce: str, at: float) -> float:
    """When the holder's phone showed just this to this audience (RFC 9901 §7.3)."""
    if bound.get("sd_hash") != sd_hash:
        raise CredentialRefused(Reason.KEY_BINDING, "other disclosures")
    if bound.get("aud") != audience:
        raise CredentialRefused(Reason.AUDIENCE)
    if bound.get("nonce") != nonce:
        raise CredentialRefused(Reason.NONCE)
    shown_at = jose.instant(bound, "iat")
    if shown_at is None:
        raise CredentialRefused(Reason.KEY_BINDING, "no time")
    if shown_at > at + LEEWAY_S:
        raise CredentialRefused(Reason.CLOCK)
    if at - shown_at > MAX_AGE_S + LEEWAY_S:
        raise CredentialRefused(Reason.TOO_OLD)
    return shown_at


def _disclosed(payload: Json, encoded: list[bytes]) -> Json:
    """The payload with what was revealed in its places (RFC 9901 §7.1); every disclosure must have exactly one."""
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise CredentialRefused(Reason.ALGORITHM, "digest")
    disclosures = {_digest(one): _read(one) for one in encoded}
    if len(disclosures) != len(encoded):
        raise CredentialRefused(Reason.DISCLOSURE, "twice")
    flat = _flat(payload, disclosures)
    if flat is not None:
        return flat
    seen: set[str] = set()
    claims = _object(payload, disclosures, seen)
    if not disclosures.keys() <= seen:
        raise CredentialRefused(Reason.DISCLOSURE, "of another credential")
    hidden = _ALWAYS_OPEN & claims.keys() - payload.keys()
    if hidden:
        raise CredentialRefused(Reason.DISCLOSURE, f"{sorted(hidden)} may not be hidden")
    return claims


def _flat(payload: Json, disclosures: Mapping[str, _Disclosure]) -> Json | None:
    """As `_object`, for a credential whose own members alone are hidden, which is what we issue; None for any other."""
    claims = dict(payload)
    digests = claims.pop("_sd", None)
    claims.pop("_sd_alg", None)
    if type(digests) is not list or not set(map(type, digests)) <= _TEXT:
        return None
    for value in claims.values():
        if type(value) not in _PLAIN and not _hides_nothing(value):
            return None
    known = set(digests)
    if len(known) != len(digests):
        raise CredentialRefused(Reason.DISCLOSURE, "one digest in two places")
    for digest, one in disclosures.items():
        if digest not in known:
            raise CredentialRefused(Reason.DISCLOSURE, "of another credential")
        if (
            one.name is None
            or one.name in claims
            or one.name in _ALWAYS_OPEN
            or type(one.value) not in _PLAIN
        ):
            return None
        claims[one.name] = one.value
    return claims


def _hides_nothing(value: object) -> bool:
    """Whether a member is an object of plain values, or of one such object: `cnf` and `status`."""
    if type(value) is not dict:
        return False
    for inner in value.values():
        if type(inner) in _PLAIN:
            continue
        if type(inner) is not dict or not set(map(type, inner.values())) <= _PLAIN:
            return False
    return True


def _value(value: Any, disclosures: Mapping[str, _Disclosure], seen: set[str]) -> Any:  # JSON
    if isinstance(value, dict):
        return _object(value, disclosures, seen)
    return _array(value, disclosures, seen) if isinstance(value, list) else value


def _object(value: Json, disclosures: Mapping[str, _Disclosure], seen: set[str]) -> Json:
    found = dict(value)
    digests = found.pop("_sd", ())
    found.pop("_sd_alg", None)
    for name, inner in found.items():
        if isinstance(inner, dict | list):
            found[name] = _value(inner, disclosures, seen)
    if not isinstance(digests, list | tuple):
        raise CredentialRefused(Reason.MALFORMED, "digests that are no list")
    for digest in digests:
        one = _once(digest, disclosures, seen)
        if one is None:
            continue
        if one.name is None or one.name in found or one.name in ("_sd", "..."):
            raise CredentialRefused(Reason.DISCLOSURE, "a name that stands there already")
        found[one.name] = _value(one.value, disclosures, seen)
    return found


def _array(value: list[Any], disclosures: Mapping[str, _Disclosure], seen: set[str]) -> list[Any]:  # JSON
    found = []
    for inner in value:
        if not isinstance(inner, dict) or inner.keys() != {"..."}:
            found.append(_value(inner, disclosures, seen))
            continue
        one = _once(inner["..."], disclosures, seen)
        if one is None:
            continue
        if one.name is not None:
            raise CredentialRefused(Reason.DISCLOSURE, "a member in an array")
        found.append(_value(one.value, disclosures, seen))
    return found


def _once(digest: object, disclosures: Mapping[str, _Disclosure], seen: set[str]) -> _Disclosure | None:
    """What a digest stands for, None for one that was not revealed; one digest stands in one place."""
    if not isinstance(digest, str):
        raise CredentialRefused(Reason.MALFORMED, "a digest that is no text")
    if digest in seen:
        raise CredentialRefused(Reason.DISCLOSURE, "one digest in two places")
    seen.add(digest)
    return disclosures.get(digest)


def _read(encoded: bytes) -> _Disclosure:
    try:
        parts = jose.load(encoded.translate(jose.TO_STANDARD))
    except CredentialRefused as refused:
        raise CredentialRefused(Reason.DISCLOSURE, "not readable") from refused
    if type(parts) is list and len(parts) == 3 and isinstance(parts[1], str):
        return _Disclosure(parts[1], parts[2])
    if type(parts) is list and len(parts) == 2:
        return _Disclosure(None, parts[1])
    raise CredentialRefused(Reason.DISCLOSURE, "of another shape")


def _status_of(claims: Json) -> tuple[str, int]:
    """Where the status stands (Token Status List §6); without such a place a credential is not one of ours."""
    status = claims.get("status")
    place = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(place, dict):
        raise CredentialRefused(Reason.STATUS_LIST, "the credential names none")
    uri, index = place.get("uri"), place.get("idx")
    if not isinstance(uri, str) or isinstance(index, bool) or not isinstance(index, int) or index < 0:
        raise CredentialRefused(Reason.STATUS_LIST, "of another shape")
    return uri, index


def _digest(text: bytes) -> str:
    return jose.encode(sha256(text).digest())
