"""Encryption of personal data at rest and the keyed hash by which it is looked up.

AES-256-GCM with the place of the value (table and column, or file) as associated data, so that a cipher text moved elsewhere does not
open. Keys come from one `KeyProvider`; the first key encrypts, every key decrypts, so keys are rotated by putting a new one in front.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32
_PREFIX = b"tb1"


class CannotDecrypt(Exception):
    """The cipher text was altered, moved, or its key is gone."""


class KeyProvider(Protocol):
    """Where keys live: software here, a hardware module behind the same two calls elsewhere."""

    def current(self) -> tuple[str, bytes]: ...

    def by_id(self, key_id: str) -> bytes: ...


class SoftwareKeys:
    """Keys from the settings, `id:base64` separated by commas."""

    def __init__(self, text: str) -> None:
        self._keys: Mapping[str, bytes] = dict(self._parse(part) for part in text.split(",") if part)
        if not self._keys:
            raise ValueError("TONGBAN_DATA_KEYS holds no key")
        self._current = next(iter(self._keys))

    @staticmethod
    def _parse(part: str) -> tuple[str, bytes]:
        key_id, colon, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not key_id or len(key) != KEY_BYTES:
            # Without a colon the text is the key itself, and is not repeated.
            named = f"; the one named {key_id!r} is not" if colon else ""
            raise ValueError(f"a data key is `id:base64 of {KEY_BYTES} bytes`{named}")
        return key_id, key

    def current(self) -> tuple[str, bytes]:
        return self._current, self._keys[self._current]

    def by_id(self, key_id: str) -> bytes:
        try:
            return self._keys[key_id]
        except KeyError:
            raise CannotDecrypt(f"no data key named {key_id!r}") from None


@cache
def _keys(text: str) -> KeyProvider:
    return SoftwareKeys(text)


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt_bytes(data: bytes, context: str) -> bytes:
    """Seal `data` to the place named by `context`."""
    key_id, key = _keys(settings.DATA_KEYS).current()
    name = key_id.encode()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key).encrypt(nonce, data, context.encode())
    return _PREFIX + bytes([len(name)]) + name + nonce + sealed


def decrypt_bytes(data: bytes, context: str) -> bytes:
    """Open what `encrypt_bytes` sealed; raises CannotDecrypt."""
    if not data.startswith(_PREFIX):
        raise CannotDecrypt("not a cipher text of this platform")
    start = len(_PREFIX) + 1
    name_end = start + data[start - 1]
    key = _keys(settings.DATA_KEYS).by_id(data[start:name_end].decode(errors="replace"))
    nonce, sealed = data[name_end : name_end + NONCE_BYTES], data[name_end + NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, sealed, context.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotDecrypt(f"altered, or not sealed for {context!r}") from error


def encrypt(text: str, context: str) -> str:
    return base64.b64encode(encrypt_bytes(text.encode(), context)).decode()


def decrypt(cipher_text: str, context: str) -> str:
    """Open what `encrypt` sealed; raises CannotDecrypt."""
    try:
        raw = base64.b64decode(cipher_text, validate=True)
    except ValueError as error:
        raise CannotDecrypt("not a cipher text of this platform") from error
    return decrypt_bytes(raw, context).decode()


def lookup_hash(text: str) -> bytes:
    """32 bytes by which an encrypted value is found again; without the key it cannot be guessed by trying all numbers."""
    return hmac.digest(base64.b64decode(settings.LOOKUP_KEY), text.encode(), hashlib.sha256)


def derived_key(purpose: str) -> bytes:
    """32 bytes for one purpose, always the same; who knows them learns neither the lookup key nor another purpose's."""
    return hmac.digest(base64.b64decode(settings.LOOKUP_KEY), b"derived:" + purpose.encode(), hashlib.sha256)
