import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import crypto

KEY_A, KEY_B = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@given(st.text())
def test_what_was_sealed_opens(text):
    assert crypto.decrypt(crypto.encrypt(text, "table.column"), "table.column") == text


def test_the_cipher_text_does_not_open_elsewhere():
    sealed = crypto.encrypt("11010519491231002X", "identity_subject.number")

    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(sealed, "cases_case.answers")


def test_an_altered_cipher_text_does_not_open():
    sealed = bytearray(crypto.encrypt_bytes(b"secret", "c"))

    sealed[-1] ^= 1

    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt_bytes(bytes(sealed), "c")


def test_an_old_key_still_opens_after_rotation(settings):
    settings.DATA_KEYS = f"old:{KEY_A}"
    sealed = crypto.encrypt("secret", "c")

    settings.DATA_KEYS = f"new:{KEY_B},old:{KEY_A}"

    assert crypto.decrypt(sealed, "c") == "secret"
    assert crypto.encrypt_bytes(b"x", "c").startswith(b"tb1\x03new")


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        crypto.SoftwareKeys("short:" + base64.b64encode(b"too short").decode())


def test_a_derived_key_is_stable_and_differs_by_purpose():
    assert crypto.derived_key("one") == crypto.derived_key("one")
    assert len({crypto.derived_key("one"), crypto.derived_key("two"), crypto.lookup_hash("one")}) == 3
