"""Pure rules of licences: terms and what a face may show."""

from collections.abc import Mapping
from datetime import date, timedelta

from tongban.domains.licences.types import LicenceStatus, LicenceType

# 个人信息保护法 §46: a person may have what is inaccurate about her corrected.
CORRECTION_LAW, CORRECTION_ARTICLE = "个人信息保护法", "第四十六条"
OWN_NUMBER = "resident_id"
# Fields whose value is a resident number: a face shows it masked.
NUMBER_FIELDS = frozenset({OWN_NUMBER, "legal_representative_id", "spouse_resident_id"})


def end_of_term(issued_on: date, valid_years: int | None) -> date | None:
    """The first day on which a licence is no longer valid; None for one without an end.

    29 February ends on 1 March of a common year: the full years must have passed.
    """
    if valid_years is None:
        return None
    year = issued_on.year + valid_years
    try:
        return issued_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_in_force(status: LicenceStatus, valid_from: date, valid_to: date | None, on: date) -> bool:
    """Whether a licence can be relied on on a day; the library's status alone may lag behind the calendar."""
    if status is not LicenceStatus.VALID or on < valid_from:
        return False
    return valid_to is None or on < valid_to


RUNS_OUT_SOON = timedelta(days=60)


def runs_out_soon(status: LicenceStatus, valid_to: date | None, on: date) -> bool:
    """Whether a licence that can be relied on ends within sixty days: time to renew it (行政许可法 §50: thirty days before)."""
    if status is not LicenceStatus.VALID or valid_to is None:
        return False
    return on < valid_to <= on + RUNS_OUT_SOON


def compose_serial(year: int, serial: int) -> str:
    """The serial of GB/T 36904: the year of issue and a number that never repeats within it."""
    return f"{year:04}{serial:07}"


STATUS_NAMES: Mapping[LicenceStatus, str] = {
    LicenceStatus.VALID: "有效",
    LicenceStatus.EXPIRED: "过期",
    LicenceStatus.SUSPENDED: "暂停",
    LicenceStatus.REVOKED: "吊销",
    LicenceStatus.CANCELLED: "注销",
    LicenceStatus.ANNULLED: "撤销",
    LicenceStatus.SUPERSEDED: "已由新证替代",
}
# What is printed across a face that can no longer be relied on.
STAMPS: Mapping[LicenceStatus, str] = {
    LicenceStatus.EXPIRED: "已过期",
    LicenceStatus.SUSPENDED: "已暂停",
    LicenceStatus.REVOKED: "已吊销",
    LicenceStatus.CANCELLED: "已注销",
    LicenceStatus.ANNULLED: "已撤销",
    LicenceStatus.SUPERSEDED: "已换新",
}
SAMPLE_STAMP = "示例"
SEAL_MARK = "电子证照专用章"


def stamp(status: LicenceStatus, *, is_sample: bool) -> str:
    """What is printed across the face: why it can't be relied on, or that it is a sample; empty otherwise."""
    if status in STAMPS:
        return STAMPS[status]
    return SAMPLE_STAMP if is_sample else ""


def face_rows(licence_type: LicenceType, fields: Mapping[str, str], holder_name: str) -> list[list[str]]:
    """Caption and text of each field that has a value, in the order of the type; resident numbers masked.

    The holder's name is left out: it has a line of its own.
    """
    rows = []
    for one in licence_type.contents:
        text = fields.get(one.name, "")
        if not text or (one.name == "name" and text == holder_name):
            continue
        if one.name in NUMBER_FIELDS:
            text = masked(text)
        rows.append([one.caption, text])
    return rows


def masked(number: str) -> str:
    """A number of a person: its first and last character."""
    return f"{number[:1]}{'*' * (len(number) - 2)}{number[-1:]}"


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def term_text(valid_from: date, valid_to: date | None) -> str:
    """A term as printed: its last day is the one before the half-open end."""
    if valid_to is None:
        return f"自{chinese_date(valid_from)}起"
    return f"{chinese_date(valid_from)}至{chinese_date(valid_to - timedelta(days=1))}"


def caption(licence_type: LicenceType, name: str) -> str:
    """What a field of a licence is called on its face."""
    for one in licence_type.contents:
        if one.name == name:
            return one.caption
    return name
