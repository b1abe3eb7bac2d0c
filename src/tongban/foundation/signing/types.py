"""What a signer is, and why a signature is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from django.utils.translation import gettext_noop

from tongban.kernel.errors import TongbanError

PLATFORM, TSA = "PLATFORM", "TSA"
"""Owners of keys beside departments, which are named by their codes."""
SIGNATURE_BYTES = 64


class Algorithm(StrEnum):
    """Both are signatures over a 256-bit curve, given as r‖s of 64 bytes (RFC 7518 §3.4)."""

    ES256 = "ES256"
    SM2 = "SM2"
    """Over SM3, with the signer's id 1234567812345678 (GM/T 0003, GM/T 0009)."""


class Signer(Protocol):
    """A key that signs, wherever it lies."""

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def key_id(self) -> str: ...

    @property
    def certificate(self) -> bytes:
        """X.509, DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificate and those above it up to the root."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes r‖s over `data`; raises `KeyUnavailable`."""


class PrivateKey(Protocol):
    """What a signer needs of a key store: software or a token."""

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def public_point(self) -> bytes:
        """x‖y, 64 bytes."""

    def sign(self, data: bytes) -> bytes: ...


class CertificateKind(StrEnum):
    ROOT = "ROOT"
    ISSUING = "ISSUING"
    SIGNER = "SIGNER"
    ANCHOR = "ANCHOR"
    """A certificate of a licensed CA or time-stamping authority, trusted as it is; we hold no key of it."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as an operator sees it."""

    key_id: str
    owner: str
    kind: CertificateKind
    algorithm: Algorithm
    certificate: bytes
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    revocation_reason: str
    is_on_token: bool


class Refusal(StrEnum):
    UNKNOWN_KEY = "UNKNOWN_KEY"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    WRONG_SIGNATURE = "WRONG_SIGNATURE"
    UNSIGNED = "UNSIGNED"
    APPENDED = "APPENDED"
    """A signed PDF to which something was added afterwards."""


_REFUSALS: Mapping[Refusal, str] = {
    Refusal.UNKNOWN_KEY: gettext_noop("签名人不在本市的可信名单中，不能采信。请向出具单位核实。"),
    Refusal.REVOKED: gettext_noop("签名所用的证书已被吊销，不能采信。请向出具单位索取新签名的文件。"),
    Refusal.EXPIRED: gettext_noop("签名所用的证书已经过期，不能采信。请向出具单位索取新签名的文件。"),
    Refusal.NOT_YET_VALID: gettext_noop("签名时间早于证书生效时间，不能采信。请向出具单位核实。"),
    Refusal.WRONG_SIGNATURE: gettext_noop("签名与内容不符，内容可能被改动过，不能采信。请使用原件。"),
    Refusal.UNSIGNED: gettext_noop("这个文件没有可以核验的电子签名。请使用从本平台下载的原件。"),
    Refusal.APPENDED: gettext_noop("文件在签名之后又添加了内容，不能采信。请使用原件，不要另存或批注。"),
}


class SignatureRefused(TongbanError):
    """The signature does not hold; `reason` says why, `since` from when where the certificate is the cause."""

    code: ClassVar[str] = "SIGNATURE_REFUSED"

    def __init__(self, reason: Refusal, key_id: str, since: datetime | None = None) -> None:
        when = f" since {since.isoformat()}" if since else ""
        super().__init__(f"{reason.value}: key {key_id[:40]}{when}", sentence=_REFUSALS[reason])
        self.reason = reason
        self.since = since


class KeyUnavailable(TongbanError):
    """The token with the key is gone or locked; nothing was signed."""

    code: ClassVar[str] = "SIGNING_KEY_UNAVAILABLE"
    default_sentence: ClassVar[str] = gettext_noop(
        "签名设备暂时不可用，没有签名，其他内容已保留。请稍后再试，或联系平台运行人员。"
    )


class NoSigner(TongbanError):
    """The owner has no certificate in force; in production an operator issues or imports one."""

    code: ClassVar[str] = "NO_SIGNER"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个单位还没有有效的签名证书，没有签名。请联系平台运行人员。"
    )


class FaultyCertificate(TongbanError):
    """A certificate can't be taken over or revoked as asked."""

    code: ClassVar[str] = "FAULTY_CERTIFICATE"
    default_sentence: ClassVar[str] = gettext_noop("证书不能使用。请核对证书、密钥和签发机构。")


class TimeStampFailed(TongbanError):
    """No time stamp was to be had; nothing was stamped."""

    code: ClassVar[str] = "TIME_STAMP_FAILED"
    default_sentence: ClassVar[str] = gettext_noop("时间戳服务暂时不可用，没有签发。请稍后再试。")


class TimeStampRefused(TongbanError):
    """A time stamp that proves nothing: altered, of other data, or of an authority not trusted."""

    code: ClassVar[str] = "TIME_STAMP_REFUSED"
    default_sentence: ClassVar[str] = gettext_noop("时间戳不可信，不能证明签名的时间。请使用原件。")
