"""Token Status List (draft-ietf-oauth-status-list): the status of many credentials in one small signed list.

A credential names a list and a place in it; whoever verifies fetches the list once in `ttl` and learns of one credential no more than of
all. Two bits a credential: valid, invalid, suspended.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from tongban.foundation.credentials import jose
from tongban.foundation.credentials.jose import Es256Signer
from tongban.foundation.credentials.refusals import CredentialRefused, Reason
from tongban.foundation.credentials.sd_jwt import LEEWAY_S, KeySource, Presented

TYPE = "statuslist+jwt"
BITS = 2
_WIDTHS = frozenset({1, 2, 4, 8})
_MAX_BYTES = 4 * 1024 * 1024
"""Unpacked; a list that swells beyond is not ours."""


class Status(IntEnum):
    """Values of the draft's registry."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list whose signature was checked; kept by whoever verifies, for as long as `expires_at` allows."""

    uri: str
    issuer: str
    issued_at: float
    expires_at: float
    ttl_s: int
    bits: int
    packed: bytes

    def status_at(self, index: int) -> int:
        """The status in one place; raises `CredentialRefused` beyond the end."""
        per_byte = 8 // self.bits
        place, offset = divmod(index, per_byte)
        if place >= len(self.packed):
            raise CredentialRefused(Reason.STATUS_LIST, "no such place")
        return self.packed[place] >> (offset * self.bits) & ((1 << self.bits) - 1)


def issue(
    statuses: Mapping[int, Status],
    *,
    size: int,
    uri: str,
    issuer: str,
    at: float,
    ttl_s: int,
    valid_s: int,
    signer: Es256Signer,
) -> str:
    """The signed list; places that `statuses` leaves out are valid."""
    packed = bytearray(size * BITS // 8)
    for index, status in statuses.items():
        place, offset = divmod(index, 8 // BITS)
        packed[place] |= status << (offset * BITS)
    payload = {
        "iss": issuer,
        "sub": uri,
        "iat": int(at),
        "exp": int(at) + valid_s,
        "ttl": ttl_s,
        "status_list": {"bits": BITS, "lst": jose.encode(zlib.compress(bytes(packed), 9))},
    }
    return jose.sign({"typ": TYPE}, payload, signer)


def read(token: str, *, keys: KeySource) -> StatusList:
    """A list whose signature is good; raises `CredentialRefused`."""
    header, payload, signed, signature = jose.split(token, TYPE)
    issuer, uri, key_id = payload.get("iss"), payload.get("sub"), header.get("kid")
    if not isinstance(issuer, str) or not isinstance(uri, str) or not isinstance(key_id, str):
        raise CredentialRefused(Reason.STATUS_LIST, "no issuer, address or key")
    if not jose.is_signed(keys(issuer, key_id), signed, signature):
        raise CredentialRefused(Reason.STATUS_LIST, "signature")
    issued_at, expires_at = jose.instant(payload, "iat"), jose.instant(payload, "exp")
    ttl = jose.instant(payload, "ttl")
    inside = payload.get("status_list")
    if issued_at is None or expires_at is None or ttl is None or not isinstance(inside, dict):
        raise CredentialRefused(Reason.STATUS_LIST, "incomplete")
    bits, packed = inside.get("bits"), inside.get("lst")
    if bits not in _WIDTHS or not isinstance(packed, str):
        raise CredentialRefused(Reason.STATUS_LIST, "of another shape")
    return StatusList(uri, issuer, issued_at, expires_at, int(ttl), bits, _unpacked(jose.decode(packed)))


def check(presented: Presented, known: StatusList, *, at: float) -> float:
    """How many seconds old the knowledge is that a credential is valid.

    Raises `CredentialRefused`: invalid, suspended, a list of somebody else, or one too old to tell.
    """
    if known.uri != presented.status_uri or known.issuer != presented.issuer:
        raise CredentialRefused(Reason.STATUS_LIST, "of another issuer")
    if at < known.issued_at - LEEWAY_S:
        raise CredentialRefused(Reason.CLOCK, "a list of the future")
    status = known.status_at(presented.status_index)
    # What was revoked once is refused however old the list is; that something is valid needs a fresh one.
    if status == Status.SUSPENDED:
        raise CredentialRefused(Reason.SUSPENDED)
    if status != Status.VALID:
        raise CredentialRefused(Reason.REVOKED)
    if at >= known.expires_at:
        raise CredentialRefused(Reason.STATUS_UNKNOWN)
    return max(0.0, at - known.issued_at)


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(packed, _MAX_BYTES)
    except zlib.error as error:
        raise CredentialRefused(Reason.STATUS_LIST, "not packed") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise CredentialRefused(Reason.STATUS_LIST, "cut, or too large")
    return found
