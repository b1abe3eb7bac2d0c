"""The life of a consent as one table."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from tongban.domains.licences.types import ConsentAction, ConsentStatus
from tongban.kernel.errors import TongbanError

CONSENT_TRANSITIONS: Mapping[tuple[ConsentStatus, ConsentAction], ConsentStatus] = {
    (ConsentStatus.ASKED, ConsentAction.GIVE): ConsentStatus.GIVEN,
    (ConsentStatus.ASKED, ConsentAction.REFUSE): ConsentStatus.REFUSED,
    # 个人信息保护法 §15: whoever consented may withdraw, and it must be easy.
    (ConsentStatus.GIVEN, ConsentAction.WITHDRAW): ConsentStatus.WITHDRAWN,
    (ConsentStatus.GIVEN, ConsentAction.USE_UP): ConsentStatus.USED_UP,
}


class IllegalConsentStep(TongbanError):
    code = "ILLEGAL_CONSENT_STEP"
    default_sentence = gettext_noop("这份授权已经答复过或者已经结束，没有改动。请看它现在的状态。")


def next_consent_status(status: ConsentStatus, action: ConsentAction) -> ConsentStatus:
    """Where an action leads; raises `IllegalConsentStep`."""
    found = CONSENT_TRANSITIONS.get((status, action))
    if found is None:
        raise IllegalConsentStep(f"{action} of a consent that is {status}")
    return found
