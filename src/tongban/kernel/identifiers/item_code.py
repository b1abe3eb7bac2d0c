"""Item codes by named schemes (GB/T 39554.1-2020 and neighbours), and case numbers.

Lengths differ from standard to standard, so a code is text of at most :data:`MAX_LENGTH` characters and
always belongs to a scheme. Case numbers are made once and never parsed for meaning.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers.provinces import PROVINCES
from tongban.kernel.identifiers.uscc import validate_uscc
from tongban.kernel.identifiers.verdict import Fault, Verdict, judge
from tongban.kernel.sentences import gettext_noop

MAX_LENGTH = 64
NATION_AREA = "00"
# Levels of exercise 行使层级: nation, province, city, county, township, village.
LEVELS = "123456"


class ItemCodeScheme(StrEnum):
    BASIC = "GBT39554_BASIC"
    IMPLEMENTATION = "GBT39554_IMPLEMENTATION"
    BUSINESS = "GBT39554_BUSINESS"
    CASE_NUMBER = "GBT39554_CASE_NUMBER"
    LOCAL = "LOCAL"


class FaultyItemCode(TongbanError):
    code: ClassVar[str] = "FAULTY_ITEM_CODE"
    default_sentence: ClassVar[str] = gettext_noop("事项编码不符合编码规则。")


@dataclass(frozen=True)
class BasicCode:
    """基本编码, 12 digits: area, type, department, main item, sub-item."""

    area: str
    power_type: str
    department: str
    main_item: str
    sub_item: str

    def __str__(self) -> str:
        return f"{self.area}{self.power_type}{self.department}{self.main_item}{self.sub_item}"


@dataclass(frozen=True)
class ImplementationCode:
    """实施编码, 31 characters: USCC of the implementing body, level of exercise, basic code."""

    uscc: str
    level: str
    basic: BasicCode

    def __str__(self) -> str:
        return f"{self.uscc}{self.level}{self.basic}"


_NAMES = {
    ItemCodeScheme.BASIC: "基本编码",
    ItemCodeScheme.IMPLEMENTATION: "实施编码",
    ItemCodeScheme.BUSINESS: "业务办理项编码",
    ItemCodeScheme.CASE_NUMBER: "办件编号",
    ItemCodeScheme.LOCAL: "事项编码",
}
_BASIC = re.compile(r"[0-9]{12}")
_BUSINESS_SUFFIX = re.compile(r"[0-9]{2}")
# Four digits of serial in the standard's form; ours grows past 9,999 cases a day and item.
_CASE_SUFFIX = re.compile(r"([0-9]{8})([0-9]{4,})")
_LOCAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_USCC_LENGTH = 18
_IMPLEMENTATION_LENGTH = 31


def validate_item_code(value: str, scheme: ItemCodeScheme) -> Verdict:
    """The verdict on a code under a scheme."""
    if scheme is ItemCodeScheme.LOCAL:
        return _validate_local(value)
    return judge(value, lambda given: _fault(given, scheme), name=_NAMES[scheme])


def parse_basic_code(value: str) -> BasicCode:
    """The parts of a basic code; raises :class:`FaultyItemCode`."""
    _require(value, ItemCodeScheme.BASIC)
    return BasicCode(value[:2], value[2:4], value[4:6], value[6:9], value[9:])


def parse_implementation_code(value: str) -> ImplementationCode:
    """The parts of an implementation code; raises :class:`FaultyItemCode`."""
    _require(value, ItemCodeScheme.IMPLEMENTATION)
    return ImplementationCode(
        value[:_USCC_LENGTH], value[_USCC_LENGTH], parse_basic_code(value[_USCC_LENGTH + 1 :])
    )


def compose_implementation_code(uscc: str, level: str, basic_code: str) -> str:
    """The implementation code of a body that exercises a power at a level; raises :class:`FaultyItemCode`."""
    composed = f"{uscc}{level}{basic_code}"
    _require(composed, ItemCodeScheme.IMPLEMENTATION)
    return composed


def compose_case_number(implementation_code: str, on: date, serial: int) -> str:
    """办件编号: the implementation code, the day, and the serial of that day and item, from 1."""
    if serial < 1:
        raise FaultyItemCode(f"serial {serial}")
    composed = f"{implementation_code}{on:%Y%m%d}{serial:04}"
    _require(composed, ItemCodeScheme.CASE_NUMBER)
    return composed


def _require(value: str, scheme: ItemCodeScheme) -> None:
    fault = _fault(value, scheme)
    if fault is not None:
        raise FaultyItemCode(f"{value} under {scheme}: {fault.code}", sentence=fault.reason)


def _fault(value: str, scheme: ItemCodeScheme) -> Fault | None:
    if scheme is ItemCodeScheme.BASIC:
        return _basic_fault(value)
    head, tail = value[:_IMPLEMENTATION_LENGTH], value[_IMPLEMENTATION_LENGTH:]
    fault = _implementation_fault(head)
    if fault is not None:
        return fault
    if scheme is ItemCodeScheme.IMPLEMENTATION:
        return None if not tail else Fault("length", f"实施编码应为31位，现为{len(value)}位。")
    if scheme is ItemCodeScheme.BUSINESS:
        if _BUSINESS_SUFFIX.fullmatch(tail) is None:
            return Fault("form", "业务办理项编码应为31位实施编码加2位数字。")
        return None
    return _case_suffix_fault(tail, value)


def _basic_fault(value: str) -> Fault | None:
    if _BASIC.fullmatch(value) is None:
        return Fault("form", "基本编码应为12位数字。")
    if value[:2] not in PROVINCES and value[:2] != NATION_AREA:
        return Fault("area", f"基本编码的前两位“{value[:2]}”不是国家（00）或省级行政区划代码。")
    return None


def _implementation_fault(value: str) -> Fault | None:
    if len(value) != _IMPLEMENTATION_LENGTH:
        return Fault("length", f"实施编码应为31位，现为{len(value)}位。")
    verdict = validate_uscc(value[:_USCC_LENGTH])
    if not verdict.valid:
        return Fault("uscc", f"实施编码的前18位是实施机构的统一社会信用代码：{verdict.reason}")
    if value[_USCC_LENGTH] not in LEVELS:
        return Fault("level", f"实施编码的第19位“{value[_USCC_LENGTH]}”不是行使层级（1至6）。")
    return _basic_fault(value[_USCC_LENGTH + 1 :])


def _case_suffix_fault(tail: str, value: str) -> Fault | None:
    found = _CASE_SUFFIX.fullmatch(tail)
    if found is None or len(value) > MAX_LENGTH:
        return Fault("form", "办件编号应为31位实施编码、8位日期和至少4位流水号。")
    day, serial = found.groups()
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return Fault("date", f"办件编号中的日期“{day}”不存在。")
    if len(serial) > len("0000") and serial.startswith("0"):
        return Fault("form", "办件编号的流水号超过4位时不以0开头。")
    return None


def _validate_local(value: str) -> Verdict:
    # A local scheme may tell upper from lower case, so nothing is repaired.
    if _LOCAL.fullmatch(value) is not None:
        return Verdict(True, "事项编码有效。", "ok", value)
    reason = f"事项编码最多{MAX_LENGTH}个字符，由数字、字母、点、横线和下划线组成，以数字或字母开头。"
    return Verdict(False, reason, "form", None)
