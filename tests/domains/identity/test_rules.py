from datetime import date, timedelta

import pytest

from domains.identity.cast import NOW, resident_number
from tongban.domains.identity import rules
from tongban.domains.identity.types import MandateKind, SubjectKind


def test_a_resident_number_shows_only_its_ends() -> None:
    number = resident_number(1)

    masked = rules.mask_number(SubjectKind.PERSON, number)

    assert masked == f"{number[0]}{'*' * 16}{number[-1]}"
    assert rules.mask_number(SubjectKind.ENTITY, "91350100M000100Y43") == "91350100M000100Y43"


def test_the_fifth_wrong_password_closes_the_address_for_a_quarter_of_an_hour() -> None:
    assert not rules.is_locked(4, NOW, NOW)
    assert rules.is_locked(5, NOW, NOW)
    assert rules.is_locked(5, NOW, NOW + timedelta(minutes=14, seconds=59))
    assert not rules.is_locked(5, NOW, NOW + timedelta(minutes=15))


def test_an_empty_scope_is_every_item() -> None:
    assert rules.covers_scope((), "NEWBORN")
    assert rules.covers_scope(("NEWBORN",), "NEWBORN")
    assert not rules.covers_scope(("NEWBORN",), "OPEN_RESTAURANT")


@pytest.mark.parametrize(
    ("kind", "principal", "days", "words"),
    [
        (MandateKind.LEGAL_REPRESENTATIVE, SubjectKind.PERSON, None, "法定代表人"),
        (MandateKind.SPOUSE_AUTHORISATION, SubjectKind.ENTITY, 30, "个人"),
        (MandateKind.AGENT, SubjectKind.ENTITY, None, "截止日期"),
        (MandateKind.AGENT, SubjectKind.ENTITY, 0, "晚于开始"),
        (MandateKind.AGENT, SubjectKind.ENTITY, 30, ""),
        (MandateKind.LEGAL_REPRESENTATIVE, SubjectKind.ENTITY, None, ""),
    ],
)
def test_what_a_mandate_needs(
    kind: MandateKind, principal: SubjectKind, days: int | None, words: str
) -> None:
    until = None if days is None else NOW + timedelta(days=days)

    fault = rules.mandate_fault(kind, principal, NOW, until)

    assert (words in fault) if words else fault == ""


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (date(2026, 2, 20), date(2044, 2, 20)),
        (date(2028, 2, 29), date(2046, 3, 1)),
        (date(1882, 2, 28), date(1900, 2, 28)),
    ],
)
def test_a_child_comes_of_age_on_the_eighteenth_birthday(born: date, of_age: date) -> None:
    assert rules.comes_of_age_on(born) == of_age
