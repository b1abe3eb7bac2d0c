"""Quality rules as DuckDB runs them, against the kernel's own checks where there are some."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.domains.exchange.rules import quality
from tongban.domains.exchange.services.checking import FAULTY, check_rows, load_rows, load_values
from tongban.domains.exchange.types import Check, Dimension, QualityRule
from tongban.kernel.identifiers.resident_id import check_character
from tongban.kernel.identifiers.uscc import compose_uscc

TODAY = date(2026, 3, 2)
NUMBER = "11010519491231002X"
FIELDS = ("a", "b")


def rule(check: Check, *, fields: tuple[str, ...] = ("a",), **params: object) -> QualityRule:
    return QualityRule("T", check.value, Dimension.VALID, check, fields, params, check.value)


def broken(demand: QualityRule, *rows: dict[str, object]) -> list[int]:
    """Numbers of the rows that break the rule."""
    with duckdb.connect() as connection:
        load_rows(connection, rows, FIELDS)
        sweep = check_rows(connection, [demand], today=TODAY)
        found = connection.execute(f"SELECT row FROM {FAULTY} ORDER BY row").fetchall()
    assert sweep.outcomes[0].wrong == len(found)
    return [row for (row,) in found]


@pytest.mark.parametrize(
    ("demand", "right", "wrong"),
    [
        (rule(Check.PATTERN, regex="[0-9]{3}"), "123", "1234"),
        (rule(Check.LENGTH, least=2, most=3), "张三丰", "张"),
        (rule(Check.RANGE, least=1, most=9), "9", "ten"),
        (rule(Check.ONE_OF, values=["1", "2"]), "2", "3"),
        (rule(Check.RESIDENT_NUMBER), NUMBER, "110105194912310021"),
        (rule(Check.RESIDENT_NUMBER), NUMBER, "11010519491231A02X"),
        (rule(Check.RESIDENT_NUMBER), NUMBER, "1101051949123100"),
        (rule(Check.USCC), "91350100M000100Y43", "91350100M000100Y44"),
        (rule(Check.DATE), "2024-02-29", "2023-02-29"),
        (rule(Check.DATE), "2024-02-29", "2024-2-29"),
        (rule(Check.NOT_IN_FUTURE), "2026-03-02", "2026-03-03"),
        (rule(Check.FRESH, days=30), "2026-01-31", "2026-01-30"),
    ],
)
def test_a_value_is_right_or_wrong_and_an_empty_one_is_let_pass(
    demand: QualityRule, right: str, wrong: str
) -> None:
    assert broken(demand, {"a": right}, {"a": wrong}, {"a": ""}, {"a": None}) == [2]


@pytest.mark.parametrize(
    ("demand", "right", "wrong"),
    [
        (rule(Check.GIVEN), ("x", ""), ("", "x")),
        (rule(Check.GIVEN_WITH, other="b"), ("", ""), ("", "x")),
        (rule(Check.NOT_AFTER, other="b"), ("2026-01-01", "2026-01-01"), ("2026-01-02", "2026-01-01")),
        (
            rule(Check.EQUALS_PART, other="b", start=7, length=8),
            ("1949-12-31", NUMBER),
            ("1949-12-30", NUMBER),
        ),
    ],
)
def test_fields_of_one_row_agree(demand: QualityRule, right: tuple[str, str], wrong: tuple[str, str]) -> None:
    rows = [dict(zip(FIELDS, values, strict=True)) for values in (right, wrong)]

    assert broken(demand, *rows) == [2]


def test_the_first_of_rows_alike_is_right() -> None:
    rows = [
        {"a": a, "b": b} for a, b in (("1", "x"), ("1", "y"), ("1", "x"), ("", "x"), ("", "x"), ("1", "x"))
    ]

    assert broken(rule(Check.UNIQUE, fields=("a", "b")), *rows) == [3, 6]


def test_a_value_that_another_source_has_otherwise_is_found() -> None:
    demand = rule(Check.SAME_AS, fields=("b",), resource="OTHER", key="a", field="b")
    with duckdb.connect() as connection:
        load_rows(connection, [{"a": "1", "b": "x"}, {"a": "2", "b": "x"}, {"a": "3", "b": "x"}], FIELDS)
        load_values(connection, 0, [("1", "x"), ("2", "y"), ("3", None)])

        sweep = check_rows(connection, [demand], today=TODAY)

    assert (sweep.rows, sweep.outcomes[0].wrong) == (3, 1)


few = settings(max_examples=15, deadline=None)
bodies = st.text("0123456789", min_size=17, max_size=17)


@few
@given(numbers=st.lists(st.tuples(bodies, st.sampled_from("0123456789X")), min_size=1, max_size=50))
def test_resident_numbers_pass_exactly_when_the_kernel_lets_them(numbers: list[tuple[str, str]]) -> None:
    expected = [nth for nth, (body, last) in enumerate(numbers, 1) if check_character(body) != last]
    right = [body + check_character(body) for body, _last in numbers]

    assert broken(rule(Check.RESIDENT_NUMBER), *({"a": body + last} for body, last in numbers)) == expected
    assert broken(rule(Check.RESIDENT_NUMBER), *({"a": number} for number in right)) == []


@few
@given(subjects=st.lists(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), min_size=1))
def test_whole_credit_codes_pass(subjects: list[str]) -> None:
    rows = ({"a": compose_uscc("91", "310115", subject)} for subject in subjects)

    assert broken(rule(Check.USCC), *rows) == []


@few
@given(values=st.lists(st.text(st.characters(exclude_characters="\x00"), max_size=30), min_size=1))
def test_no_value_makes_a_rule_fail(values: list[str]) -> None:
    every = [
        rule(Check.RESIDENT_NUMBER),
        rule(Check.USCC),
        rule(Check.DATE),
        rule(Check.RANGE, least=0, most=1),
        rule(Check.EQUALS_PART, other="b", start=7, length=8),
        rule(Check.UNIQUE),
    ]
    with duckdb.connect() as connection:
        load_rows(connection, [{"a": value, "b": value} for value in values], FIELDS)

        assert check_rows(connection, every, today=TODAY).rows == len(values)


@pytest.mark.parametrize(
    "demand",
    [
        rule(Check.PATTERN),
        rule(Check.PATTERN, regex="("),
        rule(Check.ONE_OF, values=[]),
        rule(Check.RANGE, least="1; DROP TABLE data", most=2),
        rule(Check.GIVEN, fields=("c",)),
        rule(Check.GIVEN, fields=()),
        rule(Check.NOT_AFTER, other="c"),
        rule(Check.DATE, earliest="then"),
    ],
)
def test_a_rule_that_cannot_be_checked_is_refused(demand: QualityRule) -> None:
    with pytest.raises(quality.FaultyRule):
        quality.check_rules([demand], FIELDS, TODAY)


def test_text_in_a_rule_stays_text() -> None:
    demand = rule(Check.ONE_OF, values=["'); DROP TABLE data; --"])

    assert broken(demand, {"a": "'); DROP TABLE data; --"}, {"a": "x"}) == [2]
