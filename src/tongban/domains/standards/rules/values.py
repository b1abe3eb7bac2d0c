"""Whether a value suits its data element, and in which form it is kept.

A value arrives as typed text or already typed (from a register or an interface). It is kept as text, bool,
int (money in whole fen), an ISO date, a code, or a tuple of codes. What can be repaired without changing its
meaning (full-width characters, blanks, separators) is repaired; everything else is refused with a sentence
that says what to do.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tongban.domains.standards.types import DataElement, ElementType
from tongban.kernel.conditions.code_trees import is_well_formed, normalise_code
from tongban.kernel.conditions.fields import CodeScheme
from tongban.kernel.divisions import national_divisions
from tongban.kernel.identifiers import Verdict, validate_resident_id, validate_uscc

DEFAULT_MAX_LENGTH = 500
FEN_IN_A_YUAN = 100
# No citizen's record reaches back before it, and a year with two digits must not pass for a date.
EARLIEST_YEAR = 1800
# 15 digits before the point: what a numeric(17, 2) ledger column holds.
_LARGEST_AMOUNT = Decimal(10) ** 15

_YES = frozenset({"true", "yes", "on", "1", "是", "有", "会"})
_NO = frozenset({"false", "no", "off", "0", "否", "没有", "不会"})
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?")
_HOTLINE = re.compile(r"1[0-9]{2,4}|400[0-9]{7}|800[0-9]{7}")
_POSTCODE = re.compile(r"[0-8][0-9]{5}")
_BANK_ACCOUNT = re.compile(r"[0-9]{8,30}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

# The value to keep and no problem, or None and the sentence.
Checked = tuple[object, str | None]
Validator = Callable[[str, date], Checked]


def check_value(element: DataElement, raw: object, *, today: date) -> Checked:
    """The value as it is kept and None, or None and a sentence that says what to do.

    An empty value is kept as None without a problem: whether it is required is the form's business.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None, None
    value, problem = _CHECKS[element.element_type](element, raw)
    if problem is not None or element.validator is None or value is None:
        return value, problem
    return VALIDATORS[element.validator](str(value), today)


def element_fault(element: DataElement) -> str:
    """What contradicts itself in an element's definition, for its editor; empty when nothing does."""
    if element.validator is not None and element.validator not in VALIDATORS:
        return f"unknown validator {element.validator!r}"
    if element.validator is not None and element.element_type not in (ElementType.TEXT, ElementType.DATE):
        return f"a {element.element_type} element takes no validator"
    if element.scheme is not None and element.scheme not in set(CodeScheme):
        return f"unknown code scheme {element.scheme!r}"
    if element.element_type is ElementType.CODE and not element.options and element.scheme is None:
        return "a code element needs options or a scheme"
    values = [option.value for option in element.options]
    if len(set(values)) != len(values):
        return "an option is given twice"
    return ""


def _check_text(element: DataElement, raw: object) -> Checked:
    if not isinstance(raw, str):
        return None, _("请填写文字。")
    value = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    if _CONTROL.search(value):
        return None, _("内容中含有无法保存的控制字符。请删除后重新填写，不要从图片或特殊文档中直接粘贴。")
    limit = element.max_length or DEFAULT_MAX_LENGTH
    if len(value) > limit:
        return None, _("最多填写%(limit)d个字，现在是%(count)d个字。请删减。") % {
            "limit": limit,
            "count": len(value),
        }
    return value, None


def _check_bool(_element: DataElement, raw: object) -> Checked:
    if isinstance(raw, bool):
        return raw, None
    word = _plain(raw).lower()
    if word in _YES:
        return True, None
    if word in _NO:
        return False, None
    return None, _("请选择“是”或“否”。")


def _check_int(element: DataElement, raw: object) -> Checked:
    word = _plain(raw).replace(",", "")
    if element.unit:
        word = word.removesuffix(element.unit)
    if isinstance(raw, bool) or _WHOLE_NUMBER.fullmatch(word) is None:
        return None, _("请填写整数，例如 30，不带小数和文字。")
    value = int(word)
    return _bounded(element, value, lambda number: f"{number}{element.unit or ''}")


def _check_money(element: DataElement, raw: object) -> Checked:
    """Typed text is yuan with at most two decimals; a whole number from a register is fen already."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _bounded(element, raw, _yuan)
    word = _plain(raw).replace(",", "").removeprefix("¥").removesuffix("元")
    try:
        amount = Decimal(word)
    except InvalidOperation:
        return None, _("请填写金额，以元为单位，例如 1234.50。")
    if not amount.is_finite() or abs(amount) >= _LARGEST_AMOUNT or "e" in word.lower():
        return None, _("请填写金额，以元为单位，例如 1234.50。")
    fen = amount * FEN_IN_A_YUAN
    if fen != fen.to_integral_value():
        return None, _("金额最多保留两位小数（精确到分）。")
    if amount < 0:
        return None, _("金额不能是负数。")
    return _bounded(element, int(fen), _yuan)


def _check_date(_element: DataElement, raw: object) -> Checked:
    if isinstance(raw, date):
        return raw.isoformat()[:10], None
    word = _plain(raw)
    match = _DATE.fullmatch(word) or _COMPACT_DATE.fullmatch(word)
    if match is None:
        return None, _("请填写完整的年月日，例如 2026-03-02。")
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError:
        return None, _("没有“%(given)s”这一天。请检查年、月、日。") % {"given": word}
    if day.year < EARLIEST_YEAR:
        return None, _("年份“%(year)d”过早。请检查年份是否填错。") % {"year": day.year}
    return day.isoformat(), None


def _check_code(element: DataElement, raw: object) -> Checked:
    if element.scheme is not None:
        return _check_scheme(CodeScheme(element.scheme), _plain(raw))
    value = str(raw).strip()
    if value in {option.value for option in element.options}:
        return value, None
    return None, _("请从所列选项中选择一项。")


def _check_scheme(scheme: CodeScheme, value: str) -> Checked:
    if not is_well_formed(scheme, value):
        return None, _("请从列表中选择。")
    if scheme is CodeScheme.DIVISION and not national_divisions().is_current(value):
        return None, _("没有代码为“%(code)s”的现行行政区划。请从列表中选择。") % {"code": value}
    return normalise_code(scheme, value), None


def _check_list(element: DataElement, raw: object) -> Checked:
    words = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(words, list | tuple):
        return None, _("请从所列选项中选择。")
    known = {option.value for option in element.options}
    chosen = dict.fromkeys(str(word).strip() for word in words)
    if known and not known.issuperset(chosen):
        return None, _("请从所列选项中选择。")
    return tuple(chosen), None


def _keep(_element: DataElement, raw: object) -> Checked:
    return raw, None


_CHECKS: Mapping[ElementType, Callable[[DataElement, object], Checked]] = {
    ElementType.TEXT: _check_text,
    ElementType.BOOL: _check_bool,
    ElementType.INT: _check_int,
    ElementType.MONEY: _check_money,
    ElementType.DATE: _check_date,
    ElementType.CODE: _check_code,
    ElementType.LIST: _check_list,
    ElementType.FILE: _keep,
}


def _bounded(element: DataElement, value: int, show: Callable[[int], str]) -> Checked:
    if element.minimum is not None and value < element.minimum:
        return None, _("应不小于%(bound)s。请检查是否填错。") % {"bound": show(element.minimum)}
    if element.maximum is not None and value > element.maximum:
        return None, _("应不大于%(bound)s。请检查是否填错。") % {"bound": show(element.maximum)}
    return value, None


def _yuan(fen: int) -> str:
    return _("%(amount)s元") % {"amount": f"{Decimal(fen) / FEN_IN_A_YUAN:,.2f}"}


def _plain(raw: object) -> str:
    """Full-width characters made ASCII and every blank removed."""
    return "".join(unicodedata.normalize("NFKC", str(raw)).split())


def _identifier(verdict: Verdict) -> Checked:
    # Blanks, full-width and small letters are a matter of typing; any other repair would be a guess.
    is_typing = verdict.code == "form" and verdict.normalised is not None
    if verdict.valid or is_typing:
        return verdict.normalised, None
    return None, verdict.reason


def _resident_id(value: str, today: date) -> Checked:
    return _identifier(validate_resident_id(value, today=today))


def _uscc(value: str, _today: date) -> Checked:
    return _identifier(validate_uscc(value))


def _mobile(value: str, _today: date) -> Checked:
    number = _plain(value).removeprefix("+86").replace("-", "")
    if _MOBILE.fullmatch(number):
        return number, None
    return None, _("手机号码应为11位数字，以1开头。请检查是否漏填或多填。")


def _phone(value: str, today: date) -> Checked:
    number = _plain(value).replace("(", "").replace(")", "-")
    if _LANDLINE.fullmatch(number) or _HOTLINE.fullmatch(number):
        return number, None
    mobile, _problem = _mobile(number, today)
    if mobile is not None:
        return mobile, None
    return None, _("请填写手机号码，或带区号的固定电话，例如 021-12345678。")


def _email(value: str, _today: date) -> Checked:
    address = _plain(value)
    try:
        validate_email(address)
    except ValidationError:
        return None, _("电子邮箱的格式不对，应类似 name@example.com。")
    return address, None


def _postcode(value: str, _today: date) -> Checked:
    code = _plain(value)
    if _POSTCODE.fullmatch(code):
        return code, None
    return None, _("邮政编码应为6位数字。")


def _bank_account(value: str, _today: date) -> Checked:
    number = _plain(value).replace("-", "")
    if _BANK_ACCOUNT.fullmatch(number):
        return number, None
    return None, _("银行账号只能由8至30位数字组成。请对照银行卡或开户许可核对。")


def _past_date(value: str, today: date) -> Checked:
    if value > today.isoformat():
        return None, _("日期不能晚于今天（%(today)s）。请检查年、月、日。") % {"today": today.isoformat()}
    return value, None


def _future_date(value: str, today: date) -> Checked:
    if value < today.isoformat():
        return None, _("日期不能早于今天（%(today)s）。请检查年、月、日。") % {"today": today.isoformat()}
    return value, None


VALIDATORS: Mapping[str, Validator] = {
    "resident_id": _resident_id,
    "uscc": _uscc,
    "mobile": _mobile,
    "phone": _phone,
    "email": _email,
    "postcode": _postcode,
    "bank_account": _bank_account,
    "past_date": _past_date,
    "future_date": _future_date,
}
