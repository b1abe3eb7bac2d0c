"""Why something that was shown can't be relied on, in words for whoever stands at the desk."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop


class Reason(StrEnum):
    """What is wrong; stable, for programs."""

    MALFORMED = "MALFORMED"
    ALGORITHM = "ALGORITHM"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    SIGNATURE = "SIGNATURE"
    DISCLOSURE = "DISCLOSURE"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    KEY_BINDING = "KEY_BINDING"
    AUDIENCE = "AUDIENCE"
    NONCE = "NONCE"
    TOO_OLD = "TOO_OLD"
    CLOCK = "CLOCK"
    REVOKED = "REVOKED"
    SUSPENDED = "SUSPENDED"
    STATUS_LIST = "STATUS_LIST"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"


SENTENCES: Mapping[Reason, str] = {
    Reason.MALFORMED: gettext_noop("这不是完整的证照数据。请对方重新出示。"),
    Reason.ALGORITHM: gettext_noop("签名算法不是本平台使用的，不能相信。请对方从“我的证照”重新出示。"),
    Reason.UNKNOWN_KEY: gettext_noop("不认识签发机关的签名密钥。请联网更新核验数据后再试。"),
    Reason.SIGNATURE: gettext_noop("签发机关的签名不对：内容被改过，或者不是它签发的。不能相信。"),
    Reason.DISCLOSURE: gettext_noop("出示的内容和签发时不一致，被改过或者重复。不能相信。"),
    Reason.NOT_YET: gettext_noop("这张证照还没有到生效的时间。"),
    Reason.EXPIRED: gettext_noop("这份证照数据已经到期。请对方联网更新后重新出示。"),
    Reason.KEY_BINDING: gettext_noop("不能证明是持证人的手机出示的：可能是转发来的。请持证人当面出示。"),
    Reason.AUDIENCE: gettext_noop("这次出示不是给您的。请对方选择您的名称，重新出示。"),
    Reason.NONCE: gettext_noop("核验号对不上。请对方输入您屏幕上现在的核验号，重新出示。"),
    Reason.TOO_OLD: gettext_noop("这次出示已经超过 60 秒，可能是截图。请对方重新出示。"),
    Reason.CLOCK: gettext_noop("出示的时间比您的时钟晚：其中一方的时钟不准。请校准时间后重新出示。"),
    Reason.REVOKED: gettext_noop("这张证照已经失效：被吊销、撤销、注销或换了新证。"),
    Reason.SUSPENDED: gettext_noop("这张证照已经暂停，现在不能用。"),
    Reason.STATUS_LIST: gettext_noop("状态名单不可信：被改过，或者不是签发机关的。请联网更新后再试。"),
    Reason.STATUS_UNKNOWN: gettext_noop(
        "手里的状态名单太旧，不能判断这张证照现在是否有效。请联网更新后再试。"
    ),
}


class CredentialRefused(TongbanError):
    """What was shown can't be relied on; `reason` says why."""

    code: ClassVar[str] = "CREDENTIAL_REFUSED"

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else reason.value, sentence=SENTENCES[reason])
        self.reason = reason
