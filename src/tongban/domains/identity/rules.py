"""Pure rules of identity: numbers, masks, sign-in limits."""

from calendar import isleap
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from tongban.domains.identity.types import MandateKind, SubjectKind
from tongban.kernel.identifiers import Verdict, validate_resident_id, validate_uscc

# Five wrong passwords from one address close that address for that account for a quarter of an hour.
FAILURES_ALLOWED = 5
LOCK_PERIOD = timedelta(minutes=15)
LONGEST_COVER = timedelta(days=92)
# 民法典 §17: whoever is eighteen is of age.
AGE_OF_MAJORITY = 18
# Powers that the law gives, which include authorising others.
POWERS_OF_LAW = (MandateKind.LEGAL_REPRESENTATIVE, MandateKind.PARENT)
# Kinds that an agent holds by a declaration of will, and that therefore need an end (民法典 §165).
WITH_AN_END = frozenset({MandateKind.AGENT, MandateKind.SPOUSE_AUTHORISATION})


def judge_number(kind: SubjectKind, number: str, *, today: date) -> Verdict:
    """The verdict on a subject's number: resident number of a person, USCC of an entity."""
    if kind is SubjectKind.PERSON:
        return validate_resident_id(number, today=today)
    return validate_uscc(number)


def mask_number(kind: SubjectKind, number: str) -> str:
    """A resident number with only its first and last character legible; a USCC is public and stays."""
    if kind is SubjectKind.PERSON:
        return f"{number[:1]}{'*' * (len(number) - 2)}{number[-1:]}"
    return number


def comes_of_age_on(birth_date: date) -> date:
    """The eighteenth birthday; of somebody born on 29 February, 1 March where the year has no such day."""
    year = birth_date.year + AGE_OF_MAJORITY
    if (birth_date.month, birth_date.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return birth_date.replace(year=year)


def mandate_fault(
    kind: MandateKind, principal: SubjectKind, valid_from: datetime, valid_to: datetime | None
) -> str:
    """Why a mandate can't be given, as a sentence; empty when it can."""
    if kind is MandateKind.LEGAL_REPRESENTATIVE and principal is not SubjectKind.ENTITY:
        return _("法定代表人只能代表企业或其他组织办理。")
    if kind in (MandateKind.PARENT, MandateKind.SPOUSE_AUTHORISATION) and principal is not SubjectKind.PERSON:
        return _("这种授权只能由个人作出。")
    if kind in WITH_AN_END and valid_to is None:
        return _("授权要写明截止日期。请选择授权到哪一天为止。")
    if valid_to is not None and valid_to <= valid_from:
        return _("授权的截止时间应晚于开始时间。请重新选择。")
    return ""


def covers_scope(scope: tuple[str, ...], wanted: str) -> bool:
    """Whether a mandate's scope includes an item or package; an empty scope includes all."""
    return not scope or wanted in scope


def is_locked(failures: int, since: datetime, at: datetime) -> bool:
    """Whether the next attempt is refused without looking at the password."""
    return failures >= FAILURES_ALLOWED and at < since + LOCK_PERIOD
