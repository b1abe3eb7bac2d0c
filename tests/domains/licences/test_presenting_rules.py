from datetime import date

import pytest

from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import rules
from tongban.domains.licences.types import Audience, LicenceField, LicenceType, Purpose, VerifierKind

HOTEL = Audience("V000001", "示例酒店", is_department=False, verifier_kind=VerifierKind.HOTEL)
BANK = Audience("V000002", "示例银行", is_department=False, verifier_kind=VerifierKind.BANK)
SHOP = Audience("V000003", "示例小店", is_department=False, verifier_kind=VerifierKind.SHOP)
OFFICE = Audience("SCJG", "示例市市场监督管理局", is_department=True)
CARD = {
    "name": "张三",
    "resident_id": "11010519491231002X",
    "sex": "女",
    "birth_date": "1949-12-31",
    "household_address": "示例路1号",
}
LICENCE = {
    "name": "示例小馆",
    "uscc": "91350100M000100Y43",
    "legal_representative": "张三",
    "address": "示例路88号",
}


def kind(*fields: str) -> LicenceType:
    return LicenceType(
        code="X",
        name="示例证",
        type_code="1" * 18 + "001",
        issuer_kind="GA",
        holder_kinds=(SubjectKind.PERSON,),
        contents=tuple(LicenceField(name, caption=name) for name in fields),
        is_document=False,
    )


def opened(fields: dict[str, str], audience: Audience) -> dict[Purpose, tuple[str, ...]]:
    return {offer.purpose: offer.fields for offer in rules.offers(kind(*fields), fields, audience)}


def test_a_shop_learns_the_age_and_nothing_else() -> None:
    assert opened(CARD, SHOP) == {Purpose.VALIDITY: (), Purpose.AGE_18: (rules.AGE_18,)}


def test_a_hotel_registers_its_guests() -> None:
    assert opened(CARD, HOTEL)[Purpose.LODGING] == ("name", "sex", "resident_id", "household_address")


def test_a_bank_is_not_told_the_address() -> None:
    assert Purpose.LODGING not in opened(CARD, BANK)
    assert opened(CARD, BANK)[Purpose.IDENTITY] == ("name", "sex", "resident_id")
    assert opened(LICENCE, BANK)[Purpose.IDENTITY] == ("name", "uscc", "legal_representative", "address")


def test_a_department_sees_the_whole_licence_for_a_service_alone() -> None:
    found = opened(CARD, OFFICE)

    assert found[Purpose.SERVICE] == tuple(CARD)
    assert found[Purpose.VALIDITY] == ()
    assert Purpose.SERVICE not in opened(CARD, HOTEL)


def test_validity_opens_no_field_at_all() -> None:
    assert rules.shown_fields((), kind(*CARD), CARD, date(2026, 3, 2)) == ()


def test_age_is_told_without_name_number_and_birthday() -> None:
    (field,) = rules.shown_fields((rules.AGE_18,), kind(*CARD), CARD, date(2026, 3, 2))

    assert (field.caption, field.value) == ("是否年满18周岁", "是")


@pytest.mark.parametrize(
    ("born", "on", "answer"),
    [
        ("2008-03-02", date(2026, 3, 2), "否"),  # the birthday itself: she is eighteen from the day after
        ("2008-03-02", date(2026, 3, 3), "是"),
        ("2008-02-29", date(2026, 2, 28), "否"),
        ("2008-02-29", date(2026, 3, 1), "是"),
        ("2020-01-01", date(2026, 3, 2), "否"),
    ],
)
def test_eighteen_counts_from_the_day_after_the_birthday(born: str, on: date, answer: str) -> None:
    assert rules.derived({"birth_date": born}, on) == {rules.AGE_18: answer}


def test_a_day_of_birth_is_read_from_the_number_too() -> None:
    assert rules.born_on({"resident_id": "11010519491231002X"}) == date(1949, 12, 31)
    assert rules.born_on({"resident_id": "X", "birth_date": "昨天"}) is None
    assert rules.derived({"name": "示例小馆"}, date(2026, 3, 2)) == {}


def test_what_was_shown_offline_serves_the_least_telling_purpose() -> None:
    offered = rules.offers(kind(*CARD), CARD, HOTEL)

    assert rules.purpose_of((), offered) is Purpose.VALIDITY
    assert rules.purpose_of((rules.AGE_18,), offered) is Purpose.AGE_18
    assert rules.purpose_of(("name", "resident_id"), offered) is Purpose.IDENTITY
    assert rules.purpose_of(("household_address",), offered) is Purpose.LODGING
    assert rules.purpose_of(("name", rules.AGE_18), offered) is Purpose.SERVICE
