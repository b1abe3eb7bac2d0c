"""Quality rules as SQL for DuckDB, true where a row is right and NULL where there is nothing to check.

Every field is text there; an empty one is NULL. The check of a resident number reads its first digits as one integer and takes them
apart by shifts: digit by digit through strings, it alone would take as long as thirty other rules.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import ClassVar

from django.utils.translation import gettext_noop

from tongban.domains.exchange.types import Check, Dimension, QualityRule, ResourceField
from tongban.domains.standards.types import DataElement, ElementType
from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers.resident_id import CHECKS, WEIGHTS
from tongban.kernel.identifiers.uscc import ALPHABET

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
# As many hexadecimal digits as a signed 64-bit integer holds: arithmetic on longer ones is four times as slow.
_PACKED_DIGITS = 15
_LOW_BITS = int("1" * _PACKED_DIGITS, 16)
_USCC_ALPHABET = "".join(sorted(ALPHABET))
_USCC_WEIGHTS = tuple(pow(3, nth, 31) for nth in range(17))


class FaultyRule(TongbanError):
    """A quality rule that can't be checked: it names an unknown field or lacks a parameter."""

    code: ClassVar[str] = "FAULTY_QUALITY_RULE"
    default_sentence: ClassVar[str] = gettext_noop("质量规则有误，没有保存。请核对字段和参数。")


def row_condition(rule: QualityRule, today: date) -> str:
    """The rule as an SQL expression over one row; UNIQUE and SAME_AS look at more than a row and have none.

    Raises `FaultyRule`.
    """
    try:
        return _CHECKS[rule.check](rule, today)
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise FaultyRule(f"{rule.resource} {rule.code}: {error!r}") from error


def packed_digits(rules: Iterable[QualityRule]) -> list[str]:
    """What conditions need beside the fields, as columns of a select: computed once a row, not once a use."""
    return sorted(
        {
            f"TRY_CAST(concat('0x', substr({_one(rule)}, 1, {_PACKED_DIGITS})) AS BIGINT) AS {_packed(rule)}"
            for rule in rules
            if rule.check is Check.RESIDENT_NUMBER
        }
    )


def needs_all_rows(rule: QualityRule) -> bool:
    """Whether the rule compares rows with each other or with another resource."""
    return rule.check in (Check.UNIQUE, Check.SAME_AS)


def check_rules(rules: Iterable[QualityRule], fields: Iterable[str], today: date) -> None:
    """Raise `FaultyRule` for a rule of fields that the resource does not have, or that can't be compiled."""
    known = set(fields)
    for rule in rules:
        named = {*rule.fields, *(str(rule.params[key]) for key in ("other", "key") if key in rule.params)}
        if not rule.fields or not named <= known:
            raise FaultyRule(f"{rule.resource} {rule.code}: fields {sorted(named - known)}")
        if not needs_all_rows(rule):
            row_condition(rule, today)


def column(name: str) -> str:
    """A field as an SQL name; raises ValueError for what is no field name."""
    if _FIELD.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no field name")
    return f'"{name}"'


def text(value: object) -> str:
    """A value as an SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _one(rule: QualityRule) -> str:
    (name,) = rule.fields
    return column(name)


def _other(rule: QualityRule) -> str:
    return column(str(rule.params["other"]))


def _integer(rule: QualityRule, name: str) -> int:
    value = rule.params[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is {value!r}")
    return value


def _given(rule: QualityRule, _today: date) -> str:
    return f"{_one(rule)} IS NOT NULL"


def _pattern(rule: QualityRule, _today: date) -> str:
    regex = str(rule.params["regex"])
    re.compile(regex)
    return f"regexp_full_match({_one(rule)}, {text(regex)})"


def _length(rule: QualityRule, _today: date) -> str:
    return f"length({_one(rule)}) BETWEEN {_integer(rule, 'least')} AND {_integer(rule, 'most')}"


def _range(rule: QualityRule, _today: date) -> str:
    name = _one(rule)
    number = f"TRY_CAST({name} AS DOUBLE)"
    within = f"{number} BETWEEN {_integer(rule, 'least')} AND {_integer(rule, 'most')}"
    return f"({name} IS NULL OR coalesce({within}, false))"


def _one_of(rule: QualityRule, _today: date) -> str:
    values = rule.params["values"]
    if not isinstance(values, (list, tuple)) or not values:
        raise TypeError(f"values are {values!r}")
    return f"{_one(rule)} IN ({', '.join(text(value) for value in values)})"


def _resident_number(rule: QualityRule, _today: date) -> str:
    """GB 11643: 17 digits and ISO 7064 MOD 11-2, over the integer that `packed_digits` puts beside the row."""
    name, packed = _one(rule), _packed(rule)
    # A hexadecimal digit above 9 has bit 3 and bit 2 or 1.
    are_digits = f"({packed} >> 3) & (({packed} >> 2) | ({packed} >> 1)) & {_LOW_BITS} = 0"
    terms = [
        f"(({packed} >> {4 * (_PACKED_DIGITS - 1 - nth)}) & 15) * {weight}"
        for nth, weight in enumerate(WEIGHTS[:_PACKED_DIGITS])
    ]
    for nth in range(_PACKED_DIGITS, len(WEIGHTS)):
        digit = f"ascii(substr({name}, {nth + 1}, 1)) - 48"
        are_digits += f" AND {digit} BETWEEN 0 AND 9"
        terms.append(f"({digit}) * {WEIGHTS[nth]}")
    place = f"1 + CAST(({' + '.join(terms)}) % 11 AS INTEGER)"
    is_right = f"substr({text(CHECKS)}, {place}, 1) = substr({name}, 18, 1)"
    whole = f"strlen({name}) = 18 AND {packed} IS NOT NULL AND {are_digits} AND {is_right}"
    return f"({name} IS NULL OR coalesce({whole}, false))"


def _packed(rule: QualityRule) -> str:
    return f'"{rule.fields[0]} packed"'


def _uscc(rule: QualityRule, _today: date) -> str:
    """GB 32100-2015: 18 characters of its alphabet, weights 3^(i-1) mod 31."""
    name = _one(rule)
    terms = [
        f"(strpos({text(_USCC_ALPHABET)}, substr({name}, {nth + 1}, 1)) - 1) * {weight}"
        for nth, weight in enumerate(_USCC_WEIGHTS)
    ]
    place = f"1 + (31 - ({' + '.join(terms)}) % 31) % 31"
    is_right = f"substr({text(_USCC_ALPHABET)}, CAST({place} AS INTEGER), 1) = substr({name}, 18, 1)"
    return f"({name} IS NULL OR (regexp_full_match({name}, '[{_USCC_ALPHABET}]{{18}}') AND {is_right}))"


def _date(rule: QualityRule, _today: date) -> str:
    name = _one(rule)
    earliest = date.fromisoformat(str(rule.params.get("earliest", "1800-01-01")))
    is_day = f"strlen({name}) = 10 AND TRY_CAST({name} AS DATE) >= DATE {text(earliest)}"
    return f"({name} IS NULL OR coalesce({is_day}, false))"


def _not_in_future(rule: QualityRule, today: date) -> str:
    # ISO days sort as text.
    return f"{_one(rule)} <= {text(today)}"


def _not_after(rule: QualityRule, _today: date) -> str:
    return f"{_one(rule)} <= {_other(rule)}"


def _given_with(rule: QualityRule, _today: date) -> str:
    return f"({_other(rule)} IS NULL OR {_one(rule)} IS NOT NULL)"


def _equals_part(rule: QualityRule, _today: date) -> str:
    """The digits of a field are that part of the other: a birth date and the number that carries it."""
    part = f"substr({_other(rule)}, {_integer(rule, 'start')}, {_integer(rule, 'length')})"
    return f"replace({_one(rule)}, '-', '') = {part}"


def _fresh(rule: QualityRule, today: date) -> str:
    return f"{_one(rule)} >= {text(today - timedelta(days=_integer(rule, 'days')))}"


_CHECKS: dict[Check, Callable[[QualityRule, date], str]] = {
    Check.GIVEN: _given,
    Check.PATTERN: _pattern,
    Check.LENGTH: _length,
    Check.RANGE: _range,
    Check.ONE_OF: _one_of,
    Check.RESIDENT_NUMBER: _resident_number,
    Check.USCC: _uscc,
    Check.DATE: _date,
    Check.NOT_IN_FUTURE: _not_in_future,
    Check.NOT_AFTER: _not_after,
    Check.GIVEN_WITH: _given_with,
    Check.EQUALS_PART: _equals_part,
    Check.FRESH: _fresh,
}


_BOOL_WORDS = ("true", "false", "1", "0", "是", "否")
_NUMBER_FIELDS = {"resident_id": Check.RESIDENT_NUMBER, "uscc": Check.USCC}


def schema_rules(
    resource: str, fields: Iterable[ResourceField], elements: Mapping[str, DataElement]
) -> list[QualityRule]:
    """What the catalogue itself demands of a resource's fields: type, length, codes of the data element, keys given."""
    found: list[QualityRule] = []

    def demand(field: ResourceField, check: Check, dimension: Dimension, params: dict[str, object]) -> None:
        said = _SCHEMA_TEXTS[check] % {"name": field.label}
        code = f"schema.{field.name}.{check.value.lower()}"
        found.append(QualityRule(resource, code, dimension, check, (field.name,), params, said))

    for field in fields:
        if field.is_key:
            demand(field, Check.GIVEN, Dimension.COMPLETE, {})
        check, params = _demand(field, elements.get(field.element or ""))
        if check is not None:
            demand(field, check, Dimension.VALID, params)
    return found


def _demand(field: ResourceField, element: DataElement | None) -> tuple[Check | None, dict[str, object]]:
    if field.name in _NUMBER_FIELDS:
        return _NUMBER_FIELDS[field.name], {}
    match field.field_type:
        case ElementType.DATE:
            return Check.DATE, {}
        case ElementType.BOOL:
            return Check.ONE_OF, {"values": list(_BOOL_WORDS)}
        case ElementType.CODE if element is not None and element.options:
            return Check.ONE_OF, {"values": [option.value for option in element.options]}
        case ElementType.INT | ElementType.MONEY:
            is_bounded = element is not None and element.minimum is not None and element.maximum is not None
            least, most = (element.minimum, element.maximum) if element and is_bounded else (-_FAR, _FAR)
            return Check.RANGE, {"least": least, "most": most}
        case ElementType.TEXT if field.length is not None:
            return Check.LENGTH, {"least": 1, "most": field.length}
        case _:
            return None, {}


_FAR = 10**15
_SCHEMA_TEXTS = {
    Check.GIVEN: gettext_noop("%(name)s不能为空"),
    Check.RESIDENT_NUMBER: gettext_noop("%(name)s应是有效的公民身份号码"),
    Check.USCC: gettext_noop("%(name)s应是有效的统一社会信用代码"),
    Check.DATE: gettext_noop("%(name)s应是存在的日期，写作2026-03-02"),
    Check.ONE_OF: gettext_noop("%(name)s应是代码表里的值"),
    Check.RANGE: gettext_noop("%(name)s应是范围内的数字"),
    Check.LENGTH: gettext_noop("%(name)s不超过规定的长度"),
}
