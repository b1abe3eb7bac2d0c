from datetime import date

import pytest

from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import rules
from tongban.domains.licences.types import LicenceField, LicenceStatus, LicenceType

TYPE = LicenceType(
    code="SFZ",
    name="居民身份证",
    type_code="x",
    issuer_kind="GA",
    holder_kinds=(SubjectKind.PERSON,),
    contents=(
        LicenceField("name", "person.name", "姓名", is_required=True),
        LicenceField("resident_id", "person.resident_id", "公民身份号码"),
        LicenceField("sex", "person.sex", "性别"),
    ),
    is_document=False,
)


@pytest.mark.parametrize(
    ("issued_on", "years", "end"),
    [
        (date(2026, 3, 2), 5, date(2031, 3, 2)),
        (date(2024, 2, 29), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2026, 3, 2), None, None),
    ],
)
def test_a_term_is_whole_years(issued_on: date, years: int | None, end: date | None) -> None:
    assert rules.end_of_term(issued_on, years) == end


def test_the_last_day_of_a_term_still_counts() -> None:
    def in_force(on: date, status: LicenceStatus = LicenceStatus.VALID) -> bool:
        return rules.is_in_force(status, date(2026, 3, 2), date(2031, 3, 2), on)

    assert in_force(date(2031, 3, 1))
    assert not in_force(date(2031, 3, 2))
    assert not in_force(date(2026, 3, 1))
    assert not in_force(date(2026, 3, 2), LicenceStatus.SUSPENDED)


def test_a_face_masks_resident_numbers_and_leaves_out_what_is_empty() -> None:
    fields = {"name": "张三", "resident_id": "11010519491231002X", "sex": ""}

    assert rules.face_rows(TYPE, fields, "李四") == [["姓名", "张三"], ["公民身份号码", "1****************X"]]
    assert rules.face_rows(TYPE, fields, "张三") == [["公民身份号码", "1****************X"]]


def test_a_face_says_when_it_cannot_be_relied_on() -> None:
    assert rules.stamp(LicenceStatus.VALID, is_sample=False) == ""
    assert rules.stamp(LicenceStatus.VALID, is_sample=True) == "示例"
    assert rules.stamp(LicenceStatus.CANCELLED, is_sample=True) == "已注销"
    assert set(rules.STAMPS) == set(LicenceStatus) - {LicenceStatus.VALID}


def test_a_printed_term_names_its_last_day() -> None:
    assert rules.term_text(date(2026, 3, 2), date(2031, 3, 2)) == "2026年3月2日至2031年3月1日"
    assert rules.term_text(date(2026, 3, 2), None) == "自2026年3月2日起"
