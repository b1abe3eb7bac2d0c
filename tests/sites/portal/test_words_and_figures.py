from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from domains.eforms.elements import element
from tongban.domains.standards.types import ElementType
from tongban.sites.console.words import value_words as console_words
from tongban.sites.portal.facts import read_facts, to_query
from tongban.sites.portal.pages.events import value_words as portal_words
from tongban.sites.shared import formats

ELEMENTS = {
    "shop.area_m2": element("shop.area_m2", ElementType.INT),
    "food.cold_dishes": element("food.cold_dishes", ElementType.BOOL),
    "premises.opening_date": element("premises.opening_date", ElementType.DATE),
    "loan.amount_fen": element("loan.amount_fen", ElementType.MONEY),
}
TODAY = date(2026, 3, 2)


def test_days_carry_their_weekday() -> None:
    assert formats.full_day(date(2026, 11, 24)) == "2026年11月24日（周二）"


def test_instants_are_shown_in_shanghai() -> None:
    assert formats.moment(datetime(2026, 3, 2, 16, 30, tzinfo=UTC)) == "2026年3月3日 00:30"


def test_money_is_exact_to_the_fen() -> None:
    assert formats.yuan(123450) == "¥1,234.50"
    assert (formats.typed_yuan(123450), formats.typed_yuan(10_000_000)) == ("1234.50", "100000")
    assert portal_words(ELEMENTS["loan.amount_fen"], 123450) == "¥1,234.50"
    assert console_words(ELEMENTS["loan.amount_fen"], 123450) == "¥1,234.50"


def test_a_deadline_is_absolute_and_relative() -> None:
    assert formats.deadline(date(2026, 11, 30), 4) == "11月30日前，还剩 4 个工作日"
    assert formats.deadline(date(2026, 11, 30), 0) == "11月30日前，今天到期"


def test_numbers_are_grouped_from_the_right() -> None:
    assert formats.grouped("SQ20260302000001").split("\u2009") == ["SQ20", "2603", "0200", "0001"]
    assert formats.grouped("12345").split("\u2009") == ["1", "2345"]


def test_english_days_are_english() -> None:
    with translation.override("en"):
        assert "年" not in formats.full_day(date(2026, 11, 24))


facts = st.fixed_dictionaries(
    {},
    optional={
        "shop.area_m2": st.one_of(st.none(), st.integers(1, 100_000)),
        "food.cold_dishes": st.one_of(st.none(), st.booleans()),
        "loan.amount_fen": st.one_of(st.none(), st.integers(0, 10**12)),
        "premises.opening_date": st.one_of(
            st.none(), st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(date.isoformat)
        ),
    },
)


@given(facts)
def test_an_address_holds_every_fact_without_loss(given_facts: dict[str, object]) -> None:
    query = QueryDict(to_query("310115", given_facts, ELEMENTS))

    assert read_facts(query, ELEMENTS, today=TODAY) == given_facts


@pytest.mark.parametrize("value", ["zwölf", "-1.5", "1e9x", "<script>"])
def test_a_forged_fact_is_left_out(value: str) -> None:
    query = QueryDict(mutable=True)
    query["shop.area_m2"] = value

    assert read_facts(query, ELEMENTS, today=TODAY) == {}
