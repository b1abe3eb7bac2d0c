"""组织机构代码, GB 11714: eight characters and a check, with or without the hyphen."""

import re

from tongban.kernel.identifiers.verdict import Fault, Verdict, judge

NAME = "组织机构代码"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_LENGTH = len(WEIGHTS)
_CHARACTERS = re.compile(r"[0-9A-Z]{8}[0-9X]")


def check_character(body: str) -> str:
    """The check character of eight characters: 11 less the weighted sum modulo 11, 10 as X, 11 as 0."""
    total = sum(weight * int(character, 36) for weight, character in zip(WEIGHTS, body, strict=True))
    remainder = 11 - total % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def validate_org_code(value: str) -> Verdict:
    """The verdict on an organisation code; the canonical form has no hyphen."""
    return judge(value, _fault, name=NAME, canonical=_without_hyphen)


def _without_hyphen(value: str) -> str:
    """The code without the hyphen that GB 11714 allows before the check."""
    return value[:-2] + value[-1] if value[-2:-1] == "-" else value


def _fault(value: str) -> Fault | None:
    plain = _without_hyphen(value)
    if len(plain) != _BODY_LENGTH + 1:
        return Fault("length", f"{NAME}应为9位（第8位后可加短横线），现为{len(plain)}位。请核对后重新填写。")
    if _CHARACTERS.fullmatch(plain) is None:
        return Fault("alphabet", f"{NAME}只能由数字和大写字母组成，末位是数字或X。")
    if check_character(plain[:_BODY_LENGTH]) != plain[_BODY_LENGTH]:
        return Fault("check", f"{NAME}的校验码不对，可能有一位填错了。请对照证照逐位核对。")
    return None
