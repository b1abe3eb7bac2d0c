"""行政区划代码, GB/T 2260 and GB/T 10114: six digits to the county, nine to the township, twelve padded."""

import re

from tongban.kernel.divisions import DivisionRegister
from tongban.kernel.identifiers.verdict import Fault, Verdict, judge

NAME = "行政区划代码"
LENGTHS = (6, 9, 12)
_DIGITS = re.compile(r"[0-9]+")


def validate_division(value: str, register: DivisionRegister) -> Verdict:
    """The verdict on a division code against a register of the nation's divisions."""
    return judge(value, lambda given: _fault(given, register), name=NAME)


def _fault(value: str, register: DivisionRegister) -> Fault | None:
    if len(value) not in LENGTHS:
        return Fault("length", f"{NAME}应为6位、9位或12位，现为{len(value)}位。")
    if _DIGITS.fullmatch(value) is None:
        return Fault("form", f"{NAME}只能由数字组成。")
    if register.is_current(value):
        return None
    former = register.former_name(value)
    if former is not None:
        return Fault("historic", f"{NAME}“{value}”（{former}）曾经有效，现已撤销或变更。请填写现用代码。")
    return Fault("unknown", f"没有“{value}”这个{NAME}。请从列表中选择所在地区。")
