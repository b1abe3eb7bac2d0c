"""Keys on a token, tried against SoftHSM2: a token of its own in a folder of the test."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongban.foundation.signing import models, services, tokens
from tongban.foundation.signing.types import KeyUnavailable
from tongban.kernel.actors import PLATFORM

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).exists()), None)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.token,
    pytest.mark.skipif(MODULE is None, reason="SoftHSM2 is missing: sudo apt-get install softhsm2"),
]


@pytest.fixture
def token(settings, tmp_path, monkeypatch):
    """The folder of a fresh token named tongban."""
    folder = tmp_path / "tokens"
    folder.mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    command = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "tongban",
        "--pin",
        "2468",
        "--so-pin",
        "1357",
    ]
    subprocess.run(command, check=True, capture_output=True)
    settings.PKCS11_MODULE, settings.PKCS11_TOKEN, settings.PKCS11_PIN = MODULE, "tongban", "2468"
    tokens._forget()
    services._signers.clear()
    yield folder
    tokens._forget()


def test_a_key_on_the_token_signs_and_is_not_in_the_database(token):
    issued = services.issue("SCJG", token_label="scjg-1", actor=PLATFORM, at=AT)

    signer = services.signer_for("SCJG", at=AT)

    assert (signer.key_id, issued.is_on_token) == (issued.key_id, True)
    services.verify(b"content", signer.sign(b"content"), key_id=signer.key_id, at=AT)
    row = models.Certificate.objects.get(key_id=signer.key_id)
    assert (row.sealed_key, row.token_label) == (None, "scjg-1")


def test_a_key_that_lies_there_is_used(token):
    point = tokens.generate("made-before").public_point

    services.issue("SCJG", token_label="made-before", actor=PLATFORM, at=AT)

    signer = services.signer_for("SCJG", at=AT)
    assert signer.key.public_point == point


def test_a_token_that_is_gone_is_an_error_and_is_found_again(token):
    services.issue("SCJG", token_label="scjg-1", actor=PLATFORM, at=AT)
    signer = services.signer_for("SCJG", at=AT)
    signer.sign(b"before")

    shutil.move(token, token.with_name("pulled"))
    tokens._forget()
    with pytest.raises(KeyUnavailable):
        signer.sign(b"meanwhile")
    with pytest.raises(KeyUnavailable):
        services.issue("SCJG", token_label="scjg-2", actor=PLATFORM, at=AT)

    assert models.Certificate.objects.filter(owner="SCJG").count() == 1
    shutil.move(token.with_name("pulled"), token)
    services.verify(b"after", signer.sign(b"after"), key_id=signer.key_id, at=AT)


def test_a_wrong_pin_is_an_error(token, settings):
    settings.PKCS11_PIN = "0000"

    with pytest.raises(KeyUnavailable, match="PinIncorrect"):
        tokens.generate("scjg-1")


def test_without_a_module_named_there_is_no_token(settings):
    settings.PKCS11_MODULE = None
    tokens._session = None

    with pytest.raises(KeyUnavailable, match="TONGBAN_PKCS11_MODULE"):
        tokens.find("scjg-1")
