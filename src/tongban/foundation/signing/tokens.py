"""Keys on a token behind PKCS#11: they sign there and never leave it."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pkcs11
from asn1crypto.core import OctetString
from django.conf import settings
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.types import SignMixin
from pkcs11.util.ec import encode_named_curve_parameters

from tongban.foundation.signing.types import Algorithm, KeyUnavailable

_GONE = (pkcs11.PKCS11Error, RuntimeError, OSError)
"""The module raises RuntimeError where it cannot be loaded."""
_lock = threading.RLock()
"""One call at a time in a process: a session of a token does one thing."""
_session: pkcs11.Session | None = None


class TokenKey:
    """A key of P-256 by its label on the configured token."""

    algorithm = Algorithm.ES256

    def __init__(self, label: str, public_point: bytes) -> None:
        self._label = label
        self.public_point = public_point

    def sign(self, data: bytes) -> bytes:
        digest = hashlib.sha256(data).digest()
        with _token() as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._label)
            assert isinstance(key, SignMixin)
            return bytes(key.sign(digest, mechanism=Mechanism.ECDSA))


def generate(label: str) -> TokenKey:
    """A new key on the token; raises `KeyUnavailable`."""
    with _token() as session:
        parameters = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
        )
        public, _private = parameters.generate_keypair(label=label, store=True)
        return TokenKey(label, _point(public))


def find(label: str) -> TokenKey | None:
    """The key that lies on the token under this label; raises `KeyUnavailable`."""
    with _token() as session:
        try:
            public = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label)
        except pkcs11.NoSuchKey:
            return None
        return TokenKey(label, _point(public))


def _point(public: pkcs11.Key) -> bytes:
    return bytes(OctetString.load(public[Attribute.EC_POINT]).native)[1:]


@contextmanager
def _token() -> Iterator[pkcs11.Session]:
    """A session with the token, opened anew where the last one broke; raises `KeyUnavailable`."""
    global _session
    with _lock:
        try:
            if _session is None:
                _session = _open()
            yield _session
        except _GONE as error:
            _forget()
            raise KeyUnavailable(f"the token does not sign: {type(error).__name__} {error}") from error


def _open() -> pkcs11.Session:
    if not settings.PKCS11_MODULE:
        raise KeyUnavailable("TONGBAN_PKCS11_MODULE is not set")
    library = pkcs11.lib(settings.PKCS11_MODULE)
    token = library.get_token(token_label=settings.PKCS11_TOKEN)
    return token.open(rw=True, user_pin=settings.PKCS11_PIN)


def _forget() -> None:
    """Drop the session and the module, so that a token that is back is seen."""
    global _session
    _session = None
    if settings.PKCS11_MODULE:
        pkcs11.unload(settings.PKCS11_MODULE)


def _after_fork() -> None:
    global _session
    _session = None


os.register_at_fork(after_in_child=_after_fork)
