"""公民身份号码, GB 11643-1999: area, birth date, sequence, check.

The area is judged by province only: numbers keep the area of their issue, and many of those areas have
been dissolved since (the standard's own example 440524188001010014 among them).
"""

import re
from datetime import date

from tongban.kernel.identifiers.provinces import PROVINCES, TAIWAN_RESIDENTS
from tongban.kernel.identifiers.verdict import Fault, Verdict, judge

NAME = "身份证号码"
LENGTH = 18
# First-generation numbers ceased to be accepted on 2013-01-01 (居民身份证法, as amended in 2011).
LEGACY_LENGTH = 15
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_LEGACY_SHAPE = re.compile(r"[0-9]{15}")


def check_character(body: str) -> str:
    """The check character of seventeen digits (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return CHECKS[total % 11]


def validate_resident_id(value: str, *, today: date) -> Verdict:
    """The verdict on a resident number; a birth date after ``today`` is refused."""
    return judge(value, lambda given: _fault(given, today), name=NAME)


def birth_date(number: str) -> date:
    """The birth date in a valid number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def is_male(number: str) -> bool:
    """Whether the sequence of a valid number is odd."""
    return int(number[16]) % 2 == 1


def _fault(value: str, today: date) -> Fault | None:
    if _LEGACY_SHAPE.fullmatch(value) is not None:
        return _legacy_fault(value, today)
    if len(value) != LENGTH:
        return Fault("length", f"{NAME}应为18位，现为{len(value)}位。请对照身份证重新填写。")
    if _SHAPE.fullmatch(value) is None:
        return Fault("form", f"{NAME}的前17位应为数字，末位是数字或大写字母X。")
    if value[:2] not in PROVINCES and value[:2] != TAIWAN_RESIDENTS:
        return Fault("area", f"{NAME}的前两位“{value[:2]}”不是省级行政区划代码。请检查前六位。")
    try:
        born_on = birth_date(value)
    except ValueError:
        return Fault("date", f"{NAME}中的出生日期不存在。请检查第7至14位。")
    if check_character(value[:-1]) != value[-1]:
        return Fault("check", f"{NAME}的校验码不对，可能有一位填错了。请对照身份证逐位核对。")
    if born_on > today:
        return Fault("future", f"{NAME}中的出生日期晚于今天。请检查第7至14位。")
    return None


def _legacy_fault(value: str, today: date) -> Fault:
    body = f"{value[:6]}19{value[6:]}"
    modern = body + check_character(body)
    if _fault(modern, today) is None:
        reason = f"15位的{NAME}自2013年起停止使用，对应的18位号码是“{modern}”。请对照现用身份证核对。"
        return Fault("legacy15", reason, repaired=modern)
    return Fault("legacy15", f"15位的{NAME}自2013年起停止使用。请填写现用身份证上的18位号码。")
