import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import tsp

from tongban.foundation.signing import services, timestamps
from tongban.foundation.signing.types import (
    Refusal,
    SignatureRefused,
    TimeStampFailed,
    TimeStampRefused,
)
from tongban.kernel.actors import PLATFORM

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
DIGEST = hashlib.sha256(b"content").digest()
OTHER = hashlib.sha256(b"other").digest()
pytestmark = pytest.mark.django_db


def test_a_stamp_proves_the_instant_of_its_digest_alone():
    token = timestamps.timestamp(DIGEST, at=AT)

    assert timestamps.verify(token, DIGEST) == AT
    with pytest.raises(TimeStampRefused):
        timestamps.verify(token, OTHER)


def test_every_altered_byte_of_what_is_signed_is_found():
    token = timestamps.timestamp(DIGEST, at=AT)
    start = token.index(DIGEST)

    for place in range(start - 40, start + 80, 7):
        altered = bytearray(token)
        altered[place] ^= 1
        with pytest.raises(TimeStampRefused):
            timestamps.verify(bytes(altered), DIGEST)


@pytest.mark.parametrize("token", [b"", b"\x30\x00", b"no token at all"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(TimeStampRefused):
        timestamps.verify(token, DIGEST)


def test_a_department_gives_no_stamps(monkeypatch):
    monkeypatch.setattr(timestamps, "TSA", "SCJG")

    token = timestamps.timestamp(DIGEST, at=AT)

    with pytest.raises(TimeStampRefused, match="unsuitable certificate purpose"):
        timestamps.verify(token, DIGEST)


def test_a_stamp_of_a_revoked_authority_proves_nothing():
    token = timestamps.timestamp(DIGEST, at=AT)
    authority = services.signer_for("TSA", at=AT)

    services.revoke(authority.key_id, reason="私钥可能泄露", actor=PLATFORM, at=AT + timedelta(days=1))

    with pytest.raises(TimeStampRefused, match="revoked"):
        timestamps.verify(token, DIGEST)


def test_what_was_stamped_before_the_revocation_holds():
    signer = services.signer_for("SCJG", at=AT)
    signature = signer.sign(b"content")
    token = timestamps.timestamp(hashlib.sha256(signature).digest(), at=AT + timedelta(hours=1))
    revoked_at = AT + timedelta(days=1)
    services.revoke(signer.key_id, reason="私钥可能泄露", actor=PLATFORM, at=revoked_at)

    proven = timestamps.verify(token, hashlib.sha256(signature).digest())

    services.verify(b"content", signature, key_id=signer.key_id, at=proven)
    with pytest.raises(SignatureRefused) as refused:
        services.verify(b"content", signature, key_id=signer.key_id, at=revoked_at)
    assert refused.value.reason is Refusal.REVOKED


def test_no_stamp_is_made_in_production_without_a_certificate(settings):
    settings.IS_PRODUCTION = True

    with pytest.raises(TimeStampFailed):
        timestamps.timestamp(DIGEST, at=AT)


Answer = Callable[[tsp.TimeStampReq], tuple[int, bytes]]


@pytest.fixture
def remote(settings) -> Iterator[Callable[[Answer], None]]:
    """A time-stamping authority on this machine that answers as it is told; its requests are real ones."""
    answers: list[Answer] = []

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answers[-1](asked)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Authority)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
    yield answers.append
    server.shutdown()
    server.server_close()


REJECTION = bytes.fromhex("30053003020102")
"""A status of 2 and no token."""


def reply(token: bytes) -> bytes:
    answer = {"status": {"status": "granted"}, "time_stamp_token": timestamps._content(token)}
    return tsp.TimeStampResp(answer).dump()


def test_a_remote_authority_stamps_what_it_is_asked_for(remote):
    made: list[bytes] = []

    def stamp(asked: tsp.TimeStampReq) -> tuple[int, bytes]:
        return 200, reply(made[-1])

    token = _stamped_with_nonce(4711)
    made.append(token)
    remote(stamp)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timestamps.secrets, "randbits", lambda _bits: 4711)
        assert timestamps.timestamp(DIGEST, at=AT) == token


def _stamped_with_nonce(nonce: int) -> bytes:
    """A token of our own authority with a nonce, as a remote one puts it in."""
    return timestamps.stamp(DIGEST, at=AT, nonce=nonce)


def test_an_answer_to_another_request_is_refused(remote):
    token = _stamped_with_nonce(1)
    remote(lambda _asked: (200, reply(token)))

    with pytest.raises(TimeStampFailed, match="another request"):
        timestamps.timestamp(DIGEST, at=AT)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((503, b""), "HTTPStatusError"),
        ((200, b"<html>"), "ValueError"),
        ((200, REJECTION), "refused: rejection"),
    ],
)
def test_an_authority_that_refuses_or_talks_nonsense_is_an_error_the_caller_sees(remote, answer, says):
    remote(lambda _asked: answer)

    with pytest.raises(TimeStampFailed, match=says):
        timestamps.timestamp(DIGEST, at=AT)


def test_an_authority_that_is_down_is_an_error_the_caller_sees(settings):
    settings.TSA_URL = "http://127.0.0.1:9/"

    with pytest.raises(TimeStampFailed, match="ConnectError"):
        timestamps.timestamp(DIGEST, at=AT)
