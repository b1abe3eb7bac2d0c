"""Time stamps of RFC 3161: proof that a digest existed at an instant.

The authority is a remote one where `TONGBAN_TSA_URL` names it, and the platform's own elsewhere; both answer the same request with the
same token. A stamp of our own is as good as our own word: a city that must prove times to a court names a licensed authority.
"""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import ClassVar

import httpx
import rfc3161_client
from asn1crypto import cms, core, tsp
from cryptography.x509 import load_der_x509_certificate
from django.conf import settings

from tongban.foundation.signing import messages, services
from tongban.foundation.signing.types import (
    TSA,
    Algorithm,
    KeyUnavailable,
    NoSigner,
    TimeStampFailed,
    TimeStampRefused,
)

DIGEST_BYTES = 32
_TIMEOUT_S = 5.0
_POLICY = "2.25.201476310955814762345090144023771903627"
"""A UUID as OID: this platform's own practice, registered nowhere (ITU-T X.667)."""
_LARGEST_ANSWER = 64_000


class _Answer(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp with its token optional, as RFC 3161 §2.4.2 has it: a refusal brings none."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def timestamp(digest: bytes, *, at: datetime) -> bytes:
    """A token (ContentInfo, DER) over a SHA-256 digest; `at` is the instant for our own authority, a remote one looks at its clock.

    Raises `TimeStampFailed` when the authority is away, refuses, or answers something else.
    """
    if len(digest) != DIGEST_BYTES:
        raise TimeStampFailed(f"a digest has {DIGEST_BYTES} bytes, not {len(digest)}")
    if not settings.TSA_URL:
        return stamp(digest, at=at)
    token = _ask(settings.TSA_URL, digest)
    try:
        verify(token, digest)
    except TimeStampRefused as error:
        raise TimeStampFailed(f"the authority's answer does not hold: {error}") from error
    return token


def verify(token: bytes, digest: bytes) -> datetime:
    """The instant a token proves for a SHA-256 digest; raises `TimeStampRefused`."""
    answer = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": _content(token)})
    builder = rfc3161_client.VerifierBuilder(
        roots=[load_der_x509_certificate(one) for one in _anchors()],
    )
    try:
        response = rfc3161_client.decode_timestamp_response(answer.dump())
        builder.build().verify(response, digest)
    except (rfc3161_client.VerificationError, ValueError) as error:
        raise TimeStampRefused(f"time stamp: {error}") from error
    _refuse_revoked(token)
    return response.tst_info.gen_time.astimezone(UTC)


def _content(token: bytes) -> cms.ContentInfo:
    try:
        return cms.ContentInfo.load(token, strict=True)
    except (ValueError, TypeError) as error:
        raise TimeStampRefused("time stamp: not a token") from error


def _anchors() -> list[bytes]:
    found = [one.certificate for one in services.trust_anchors(Algorithm.ES256)]
    if not found:
        raise TimeStampRefused("time stamp: nobody is trusted yet")
    return found


def _refuse_revoked(token: bytes) -> None:
    """A stamp of an authority of ours that was revoked proves nothing, whatever instant it names."""
    own = {one.certificate: one for one in services.list_certificates(TSA)}
    for choice in _content(token)["content"]["certificates"]:
        found = own.get(choice.chosen.dump())
        if found is not None and found.revoked_at is not None:
            raise TimeStampRefused(f"time stamp: its authority was revoked at {found.revoked_at.isoformat()}")


def _ask(url: str, digest: bytes) -> bytes:
    request = _request(digest)
    try:
        answer = httpx.post(
            url,
            content=request.dump(),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=_TIMEOUT_S,
        )
        answer.raise_for_status()
        read = _Answer.load(answer.content[:_LARGEST_ANSWER], strict=True)
        status = read["status"]["status"].native
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise TimeStampFailed(f"the time-stamping authority: {type(error).__name__}") from error
    if status not in ("granted", "granted_with_mods"):
        raise TimeStampFailed(f"the time-stamping authority refused: {status}")
    token = read["time_stamp_token"]
    if token["content"]["encap_content_info"]["content"].parsed["nonce"].native != request["nonce"].native:
        raise TimeStampFailed("the time-stamping authority answered another request")
    return bytes(token.dump())


def _request(digest: bytes) -> tsp.TimeStampReq:
    return tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
            "nonce": secrets.randbits(63),
            "cert_req": True,
        }
    )


def stamp(digest: bytes, *, at: datetime, nonce: int | None = None) -> bytes:
    """A token of the platform's own authority, with the nonce of a request where it came as one; raises `TimeStampFailed`."""
    try:
        signer = services.signer_for(TSA, at=at)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": _POLICY,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "serial_number": secrets.randbits(63),
                "gen_time": at.astimezone(UTC).replace(microsecond=0),
                "nonce": nonce,
            }
        ).dump()
        return messages.write(
            signer, content=info, content_type="tst_info", digest=hashlib.sha256(info).digest()
        )
    except (KeyUnavailable, NoSigner) as error:
        raise TimeStampFailed(f"our own time-stamping authority: {error}") from error
