"""Judging a row of a department's stock: pure, with what the library and the registers know handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongban.domains.identity.types import Subject, SubjectKind
from tongban.domains.licences.rules.catalogue import missing_fields
from tongban.domains.licences.types import FaultKind, LicenceType, StockFinding, StockRow
from tongban.kernel.identifiers import FaultyLicenceId, parse_licence_id, validate_resident_id, validate_uscc

SERIAL, HOLDER_NUMBER, HOLDER_NAME, ISSUED_ON = "serial", "holder_number", "holder_name", "issued_on"
VALID_FROM, LAST_DAY, NUMBER = "valid_from", "last_day", "number"
REQUIRED = (SERIAL, HOLDER_NUMBER, HOLDER_NAME, ISSUED_ON)
COLUMNS = frozenset({*REQUIRED, VALID_FROM, LAST_DAY, NUMBER})
"""Of every stock's file; the other columns are the type's fields. `last_day` is the last day on which the licence holds."""
_EARLIEST = date(1949, 10, 1)


@dataclass(frozen=True, slots=True)
class Dates:
    """The days a row names."""

    issued_on: date
    valid_from: date
    last_day: date | None


def holder_kind(number: str) -> SubjectKind:
    """What kind of holder a number is of, by the form of it: a resident number begins with six digits of a division and a birth date."""
    is_person = number[:17].isdigit() and number[6:8] in ("18", "19", "20")
    return SubjectKind.PERSON if is_person else SubjectKind.ENTITY


def number_holds(number: str, *, today: date) -> bool:
    if holder_kind(number) is SubjectKind.PERSON:
        return validate_resident_id(number, today=today).valid
    return validate_uscc(number).valid


def serial_of(row: StockRow) -> str:
    """证照编号 as GB/T 36904 takes it into the identifier: digits and capital letters."""
    return "".join(one for one in row.values.get(SERIAL, "").upper() if one.isascii() and one.isalnum())


def contents_of(row: StockRow) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name, value in row.values.items() if name not in COLUMNS and value}


def form_faults(row: StockRow, licence_type: LicenceType, today: date) -> list[StockFinding]:
    """What is wrong with a row by itself, before anything is looked up."""
    if row.fault:
        return [_refused(row, FaultKind.UNREADABLE, "", row.fault)]
    found = [
        _refused(row, FaultKind.MISSING, name, _("缺少必填的一项。"))
        for name in REQUIRED
        if not row.values.get(name)
    ]
    contents = contents_of(row)
    found += [
        _refused(row, FaultKind.MISSING, name, _("缺少必填的一项。"))
        for name in missing_fields(licence_type, contents)
    ]
    found += [
        _refused(row, FaultKind.UNKNOWN_FIELD, name, _("证照目录里没有这一项。"))
        for name in sorted(set(contents) - set(licence_type.fields))
    ]
    if row.values.get(SERIAL) and not serial_of(row):
        found.append(_refused(row, FaultKind.WRONG_NUMBER, SERIAL, _("证照编号里没有数字和字母。")))
    number = row.values.get(HOLDER_NUMBER, "")
    if number and not number_holds(number, today=today):
        found.append(_refused(row, FaultKind.WRONG_NUMBER, HOLDER_NUMBER, _("持证人证件号码的校验位不对。")))
    return found + _date_faults(row, today) + _identifier_faults(row, licence_type)


def gaps(row: StockRow, licence_type: LicenceType) -> list[StockFinding]:
    """Fields without a value that the type does not insist on: noted, the row goes in."""
    contents = contents_of(row)
    empty = [one.name for one in licence_type.contents if not one.is_required and not contents.get(one.name)]
    if not empty:
        return []
    text = _("有 %(count)d 项内容是空的。") % {"count": len(empty)}
    return [StockFinding(row.line, FaultKind.INCOMPLETE, "、".join(empty)[:64], text, is_refused=False)]


def holder_faults(row: StockRow, licence_type: LicenceType, holder: Subject | None) -> list[StockFinding]:
    """Whether the holder is known, may hold such a licence, and is called what the register calls her."""
    if holder is None:
        return [_refused(row, FaultKind.UNKNOWN_HOLDER, HOLDER_NUMBER, _("库里没有这个号码的持证人。"))]
    if holder.kind not in licence_type.holder_kinds:
        return [_refused(row, FaultKind.UNKNOWN_HOLDER, HOLDER_NUMBER, _("这种证照不发给这一类持证人。"))]
    if holder.name != row.values[HOLDER_NAME]:
        return [_refused(row, FaultKind.NAME_DIFFERS, HOLDER_NAME, _("持证人名称与登记的不一致。"))]
    return []


def dates_of(row: StockRow) -> Dates:
    """The days of a row without faults."""
    issued_on = date.fromisoformat(row.values[ISSUED_ON])
    begins = row.values.get(VALID_FROM)
    ends = row.values.get(LAST_DAY)
    return Dates(
        issued_on,
        date.fromisoformat(begins) if begins else issued_on,
        date.fromisoformat(ends) if ends else None,
    )


def conflict(row: StockRow, name: str) -> StockFinding:
    return _refused(row, FaultKind.CONFLICT, name, _("与证照库里已有的不一致，没有改动。请核实后更正。"))


def duplicate(row: StockRow, first: int) -> StockFinding:
    text = _("证照编号与第 %(line)d 行重复。") % {"line": first}
    return _refused(row, FaultKind.DUPLICATE, SERIAL, text)


def overlap(row: StockRow) -> StockFinding:
    return _refused(row, FaultKind.OVERLAP, SERIAL, _("持证人已有一张同类的有效证照，有效期重叠。"))


def _date_faults(row: StockRow, today: date) -> list[StockFinding]:
    read: dict[str, date] = {}
    found = []
    for name in (ISSUED_ON, VALID_FROM, LAST_DAY):
        text = row.values.get(name, "")
        if not text:
            continue
        try:
            read[name] = date.fromisoformat(text)
        except ValueError:
            found.append(_impossible(row, name, _("没有这一天，请写成 2026-03-02 的样子。")))
    issued_on = read.get(ISSUED_ON)
    if issued_on is not None and not _EARLIEST <= issued_on <= today:
        found.append(_impossible(row, ISSUED_ON, _("颁发日期晚于今天，或者早得不可能。")))
    begins = read.get(VALID_FROM, issued_on)
    if begins is not None and LAST_DAY in read and read[LAST_DAY] < begins:
        found.append(_impossible(row, LAST_DAY, _("有效期的截止日早于起始日。")))
    return found


def _identifier_faults(row: StockRow, licence_type: LicenceType) -> list[StockFinding]:
    number = row.values.get(NUMBER, "")
    if not number:
        return []
    try:
        identifier = parse_licence_id(number)
    except FaultyLicenceId as error:
        return [_refused(row, FaultKind.WRONG_NUMBER, NUMBER, _(error.sentence))]
    told = (identifier.licence_type, identifier.serial)
    if told != (licence_type.type_code, serial_of(row)):
        return [
            _refused(row, FaultKind.WRONG_NUMBER, NUMBER, _("电子证照标识与证照类型或者证照编号对不上。"))
        ]
    return []


def _impossible(row: StockRow, name: str, text: str) -> StockFinding:
    return _refused(row, FaultKind.IMPOSSIBLE_DATE, name, text)


def _refused(row: StockRow, kind: FaultKind, name: str, text: str) -> StockFinding:
    return StockFinding(row.line, kind, name[:64], text, is_refused=True)


def is_same(contents: Mapping[str, str], kept: Mapping[str, str]) -> bool:
    """Whether the file says nothing else than the library: what it leaves empty says nothing."""
    return all(kept.get(name) == value for name, value in contents.items())
