"""统一社会信用代码, GB 32100-2015: 18 characters, two checks, and the tables of registrar and area."""

from stdnum.cn import uscc as stdnum_uscc

from tongban.kernel.identifiers.org_code import check_character
from tongban.kernel.identifiers.provinces import PROVINCES
from tongban.kernel.identifiers.verdict import Fault, Verdict, judge

NAME = "统一社会信用代码"
LENGTH = 18
ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")

# GB 32100-2015, table 1: registering authority (character 1) and the kinds it registers (character 2).
KINDS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
# Bodies registered by the nation's own authorities carry 100000 as their area.
NATION = "10"


def validate_uscc(value: str) -> Verdict:
    """The verdict on a unified social credit code, GB 11714's check at character 17 included."""
    return judge(value, _fault, name=NAME)


def _fault(value: str) -> Fault | None:
    if len(value) != LENGTH:
        return Fault("length", f"{NAME}应为18位，现为{len(value)}位。请对照营业执照重新填写。")
    if not set(value) <= ALPHABET:
        return Fault(
            "alphabet",
            f"{NAME}只能由数字和大写字母组成，不用字母I、O、S、V、Z。请检查是否把0写成O、把1写成I。",
        )
    if not value[2:8].isdigit():
        return Fault("alphabet", f"{NAME}的第3至8位是行政区划码，只能是数字。")
    if stdnum_uscc.calc_check_digit(value[:-1]) != value[-1]:
        return Fault("check18", f"{NAME}的第18位校验码不对，可能有一位填错了。请对照营业执照逐位核对。")
    if check_character(value[8:16]) != value[16]:
        return Fault("check17", f"{NAME}的第17位（主体标识码的校验码）不对。请对照营业执照逐位核对。")
    if value[1] not in KINDS.get(value[0], ""):
        return Fault("table", f"{NAME}的前两位“{value[:2]}”不是已知的登记管理部门和机构类别。")
    if value[2:4] not in PROVINCES and value[2:4] != NATION:
        return Fault("table", f"{NAME}的第3、4位“{value[2:4]}”不是省级行政区划代码。")
    return None


def compose_uscc(kind: str, area: str, subject: str) -> str:
    """A whole code from registrar and kind (2), area (6) and the eight characters of a subject, both checks computed."""
    head = f"{kind}{area}{subject}{check_character(subject)}"
    return head + str(stdnum_uscc.calc_check_digit(head))
