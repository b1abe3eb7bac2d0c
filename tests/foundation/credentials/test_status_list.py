import zlib
from typing import Any

import pytest

from foundation.credentials.keys import ISSUER, LIST, NONCE, NOW, VERIFIER, Key, Keys, credential
from tongban.foundation.credentials import jose, sd_jwt, status_list
from tongban.foundation.credentials.refusals import CredentialRefused, Reason
from tongban.foundation.credentials.status_list import Status

ISSUER_KEY, OTHER_KEY, HOLDER = Key("GA-1"), Key("SCJG-1"), Key("phone")
OTHER = "https://tongban.example/issuers/SCJG"
KEYS = Keys({(ISSUER, "GA-1"): ISSUER_KEY.public, (OTHER, "SCJG-1"): OTHER_KEY.public})
DAY = 86_400


def made(statuses: dict[int, Status] | None = None, **changes: Any) -> str:
    given = {
        "size": 1024,
        "uri": LIST,
        "issuer": ISSUER,
        "at": NOW,
        "ttl_s": 45,
        "valid_s": DAY,
        "signer": ISSUER_KEY,
    }
    return status_list.issue(statuses or {}, **{**given, **changes})


def presented() -> sd_jwt.Presented:
    shown = sd_jwt.present(
        credential(ISSUER_KEY, HOLDER), ["age_over_18"], signer=HOLDER, audience=VERIFIER, nonce=NONCE, at=NOW
    )
    return sd_jwt.verify(shown, keys=KEYS, audience=VERIFIER, nonce=NONCE, at=NOW)


def reason(token: str, at: float = NOW) -> Reason:
    with pytest.raises(CredentialRefused) as refused:
        status_list.check(presented(), status_list.read(token, keys=KEYS), at=at)
    return refused.value.reason


def test_each_place_has_its_own_status() -> None:
    found = status_list.read(made({5: Status.INVALID, 6: Status.SUSPENDED, 1023: Status.INVALID}), keys=KEYS)

    statuses = [found.status_at(index) for index in range(1024)]

    assert {index: status for index, status in enumerate(statuses) if status} == {5: 1, 6: 2, 1023: 1}
    assert (found.ttl_s, found.expires_at - found.issued_at) == (45, DAY)


def test_the_example_of_the_draft_is_read() -> None:
    # Token Status List §4.1: one bit a token, sixteen tokens.
    inside = {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}
    token = jose.sign(
        {"typ": status_list.TYPE},
        {"iss": ISSUER, "sub": LIST, "iat": NOW, "exp": NOW + DAY, "ttl": 45, "status_list": inside},
        ISSUER_KEY,
    )

    found = status_list.read(token, keys=KEYS)

    assert [found.status_at(index) for index in range(16)] == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]


def test_how_old_the_knowledge_is() -> None:
    known = status_list.read(made(at=NOW - 180), keys=KEYS)

    assert status_list.check(presented(), known, at=NOW) == 180


def test_what_was_revoked_is_refused() -> None:
    assert reason(made({5: Status.INVALID})) is Reason.REVOKED
    assert reason(made({5: Status.SUSPENDED})) is Reason.SUSPENDED


def test_a_list_too_old_cannot_tell_that_something_is_valid() -> None:
    assert reason(made(at=NOW - DAY)) is Reason.STATUS_UNKNOWN
    assert reason(made({5: Status.INVALID}, at=NOW - DAY)) is Reason.REVOKED


def test_a_list_of_the_future_means_a_wrong_clock() -> None:
    assert reason(made(at=NOW + 31)) is Reason.CLOCK


def test_the_list_of_another_issuer_is_refused() -> None:
    assert reason(made(issuer=OTHER, signer=OTHER_KEY)) is Reason.STATUS_LIST
    assert reason(made(uri="https://tongban.example/status/2")) is Reason.STATUS_LIST


def test_a_tampered_list_is_refused() -> None:
    header, payload, signature = made({5: Status.INVALID}).split(".")
    changed = jose.read_json(payload)
    changed["status_list"]["lst"] = jose.encode(zlib.compress(bytes(256)))

    assert reason(f"{header}.{jose.write_json(changed)}.{signature}") is Reason.STATUS_LIST
    assert reason(made(signer=OTHER_KEY)) is Reason.UNKNOWN_KEY


def test_a_place_beyond_the_end_is_refused() -> None:
    assert reason(made(size=4)) is Reason.STATUS_LIST


def test_a_list_that_swells_is_refused() -> None:
    bomb = jose.encode(zlib.compress(bytes(64 * 1024 * 1024)))
    token = jose.sign(
        {"typ": status_list.TYPE},
        {
            "iss": ISSUER,
            "sub": LIST,
            "iat": NOW,
            "exp": NOW + DAY,
            "ttl": 45,
            "status_list": {"bits": 2, "lst": bomb},
        },
        ISSUER_KEY,
    )

    assert reason(token) is Reason.STATUS_LIST


@pytest.mark.parametrize(
    "inside",
    [None, {}, {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}, {"bits": 2, "lst": "AAAA"}, {"bits": 2, "lst": 7}],
)
def test_a_list_of_another_shape_is_refused(inside: Any) -> None:
    payload = {"iss": ISSUER, "sub": LIST, "iat": NOW, "exp": NOW + DAY, "ttl": 45, "status_list": inside}

    assert reason(jose.sign({"typ": status_list.TYPE}, payload, ISSUER_KEY)) is Reason.STATUS_LIST
