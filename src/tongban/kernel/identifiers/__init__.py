"""Validators of identifiers: each judges the exact value and says what a person can do about it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import ClassVar

from tongban.kernel.divisions import DivisionRegister, national_divisions
from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers.division import validate_division
from tongban.kernel.identifiers.item_code import (
    BasicCode,
    FaultyItemCode,
    ImplementationCode,
    ItemCodeScheme,
    compose_case_number,
    compose_implementation_code,
    parse_basic_code,
    parse_implementation_code,
    validate_item_code,
)
from tongban.kernel.identifiers.licence_id import (
    FaultyLicenceId,
    LicenceIdentifier,
    parse_licence_id,
    validate_licence_id,
)
from tongban.kernel.identifiers.org_code import validate_org_code
from tongban.kernel.identifiers.resident_id import birth_date, is_male, validate_resident_id
from tongban.kernel.identifiers.uscc import validate_uscc
from tongban.kernel.identifiers.verdict import Verdict, repair
from tongban.kernel.sentences import gettext_noop


class UnknownIdentifierKind(TongbanError):
    code: ClassVar[str] = "UNKNOWN_IDENTIFIER_KIND"
    default_sentence: ClassVar[str] = gettext_noop("没有这种标识的校验规则。")


_TIMELESS: Mapping[str, Callable[[str], Verdict]] = {
    "uscc": validate_uscc,
    "org_code": validate_org_code,
    "licence_id": validate_licence_id,
}
KINDS = (*_TIMELESS, "resident_id", "division")


def validate(kind: str, value: str, *, today: date, divisions: DivisionRegister | None = None) -> Verdict:
    """The verdict on a value of one of :data:`KINDS`; the nation's divisions unless others are given.

    Raises :class:`UnknownIdentifierKind`.
    """
    if kind in _TIMELESS:
        return _TIMELESS[kind](value)
    if kind == "resident_id":
        return validate_resident_id(value, today=today)
    if kind == "division":
        return validate_division(value, divisions if divisions is not None else national_divisions())
    raise UnknownIdentifierKind(f"no identifier kind {kind!r}; known: {', '.join(KINDS)}")


__all__ = [
    "KINDS",
    "BasicCode",
    "FaultyItemCode",
    "FaultyLicenceId",
    "ImplementationCode",
    "ItemCodeScheme",
    "LicenceIdentifier",
    "UnknownIdentifierKind",
    "Verdict",
    "birth_date",
    "compose_case_number",
    "compose_implementation_code",
    "is_male",
    "parse_basic_code",
    "parse_implementation_code",
    "parse_licence_id",
    "repair",
    "validate",
    "validate_division",
    "validate_item_code",
    "validate_licence_id",
    "validate_org_code",
    "validate_resident_id",
    "validate_uscc",
]
