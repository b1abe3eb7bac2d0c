"""What an authority covers: for a case what its item's list names, with a consent what the holder agreed to."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from tongban.domains.licences.types import CaseGround, ConsentStatus, FetchOutcome, LicenceType

LONGEST_PURPOSE = 200
LONGEST_TERM_YEARS = 1
CONSENT_STATUS_NAMES: Mapping[ConsentStatus, str] = {
    ConsentStatus.ASKED: "等待答复",
    ConsentStatus.GIVEN: "同意",
    ConsentStatus.REFUSED: "不同意",
    ConsentStatus.WITHDRAWN: "撤回同意",
    ConsentStatus.USED_UP: "已用完",
}


def refusal_of(
    *, purpose: str, ground: CaseGround | None, departments: Iterable[str], licence_type: str, consented: bool
) -> FetchOutcome | None:
    """Why a department may not fetch a licence; None when it may.

    数据安全法 §38, 个人信息保护法 §34: an authority goes as far as its duty in this case needs; beyond it the holder decides.
    """
    if not purpose.strip():
        return FetchOutcome.NOT_ALLOWED
    is_own_case = ground is not None and ground.department in set(departments)
    if ground is not None and is_own_case and licence_type in ground.licence_types:
        return None
    if consented:
        return None
    return FetchOutcome.NO_CONSENT if is_own_case else FetchOutcome.NOT_ALLOWED


def scope_fault(scope: Mapping[str, tuple[str, ...]], types: Mapping[str, LicenceType]) -> str:
    """Why a scope can't be asked for, as a sentence; empty when it can."""
    if not scope:
        return _("请选择要用哪些证照。")
    for code, fields in scope.items():
        if code not in types:
            return _("证照目录中没有这种证照。")
        if not fields or set(fields) - set(types[code].fields):
            return _("请为%(name)s选择要看哪些内容。") % {"name": types[code].name}
    return ""


def purpose_fault(purpose: str) -> str:
    if not purpose.strip():
        return _("请写明用来做什么，持证人会看到这句话。")
    if len(purpose.strip()) > LONGEST_PURPOSE:
        return _("请写在 %(count)d 字以内。") % {"count": LONGEST_PURPOSE}
    return ""


def term_fault(until: date | None, today: date) -> str:
    """A consent has an end, a year ahead at most."""
    if until is None or until < today or until > _years_ahead(today):
        return _("请选择用到哪一天为止：从今天起，最长一年。")
    return ""


def _years_ahead(today: date) -> date:
    try:
        return today.replace(year=today.year + LONGEST_TERM_YEARS)
    except ValueError:
        return date(today.year + LONGEST_TERM_YEARS, 3, 1)
