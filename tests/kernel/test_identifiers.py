from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.strategies import full_width
from tongban.kernel.divisions import (
    DivisionRegister,
    DivisionsMissing,
    load_divisions,
    national_divisions,
    unpadded,
)
from tongban.kernel.identifiers import (
    FaultyItemCode,
    FaultyLicenceId,
    ItemCodeScheme,
    LicenceIdentifier,
    UnknownIdentifierKind,
    compose_case_number,
    compose_implementation_code,
    parse_basic_code,
    parse_implementation_code,
    parse_licence_id,
    validate,
    validate_division,
    validate_item_code,
    validate_licence_id,
    validate_org_code,
    validate_resident_id,
    validate_uscc,
)
from tongban.kernel.identifiers.uscc import ALPHABET
from vectors.sources import shared_document

TODAY = date(2026, 3, 2)
USCC = "91350100M000100Y43"
EXAMPLES = ["11010519491231002X", "440524188001010014"]


@given(st.integers(0, 17), st.sampled_from(sorted(ALPHABET)))
def test_one_wrong_character_is_found_in_a_uscc(position: int, character: str) -> None:
    altered = USCC[:position] + character + USCC[position + 1 :]

    assert validate_uscc(altered).valid is (altered == USCC)


@pytest.mark.parametrize("example", EXAMPLES)
@given(position=st.integers(0, 17), character=st.sampled_from("0123456789X"))
def test_one_wrong_character_is_found_in_a_resident_number(
    example: str, position: int, character: str
) -> None:
    altered = example[:position] + character + example[position + 1 :]

    assert validate_resident_id(altered, today=TODAY).valid is (altered == example)


@given(st.text(max_size=40))
def test_a_repaired_form_is_always_valid_itself(value: str) -> None:
    for kind in ("uscc", "org_code", "resident_id", "licence_id"):
        verdict = validate(kind, value, today=TODAY)
        assert verdict.reason.endswith("。")
        if verdict.normalised is not None:
            assert validate(kind, verdict.normalised, today=TODAY).valid


def test_repair_undoes_what_people_paste() -> None:
    for value in (f" {USCC}\n", "91350100 M000100Y 43", USCC.lower(), full_width(USCC)):
        verdict = validate_uscc(value)
        assert (verdict.valid, verdict.code, verdict.normalised) == (False, "form", USCC)
    assert validate_uscc(USCC).normalised == USCC


def test_repair_names_the_deeper_fault_when_it_does_not_help() -> None:
    verdict = validate_uscc(" 91350100M000100Y44 ")

    assert (verdict.valid, verdict.code, verdict.normalised) == (False, "check18", None)


def test_bodies_registered_by_the_nation_carry_its_area() -> None:
    assert validate_uscc("11100000000013338W").valid


def test_a_birth_date_is_in_the_future_only_after_the_day_asked_about() -> None:
    born_1949 = EXAMPLES[0]

    assert validate_resident_id(born_1949, today=date(1949, 12, 31)).valid
    assert validate_resident_id(born_1949, today=date(1949, 12, 30)).code == "future"


def test_the_hyphen_of_an_organisation_code_stands_before_its_check() -> None:
    assert validate_org_code("74468656-X").normalised == "74468656X"
    assert validate_org_code("7446-8656X").valid is False


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownIdentifierKind, match="passport"):
        validate("passport", "E00000000", today=TODAY)


TYPE = "11100000000013338W011"
ISSUER = "11430000006122244L"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=16), st.integers(1, 999))
def test_a_composed_licence_number_is_valid_and_parses_back(serial: str, version: int) -> None:
    identifier = LicenceIdentifier(TYPE, ISSUER, serial, f"{version:03}")

    assert validate_licence_id(str(identifier)).valid
    assert parse_licence_id(str(identifier)) == identifier


def test_licence_versions_follow_each_other() -> None:
    first = LicenceIdentifier(TYPE, ISSUER, "20230000403")

    assert str(first) == "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    assert str(first.next_version()).endswith(".20230000403.002.S")
    with pytest.raises(FaultyLicenceId):
        LicenceIdentifier(TYPE, ISSUER, "1", "999").next_version()


def test_a_licence_number_of_faulty_parts_is_not_composed() -> None:
    for parts in (("X", ISSUER, "1"), (TYPE, "3101", "1"), (TYPE, ISSUER, ""), (TYPE, ISSUER, "一")):
        with pytest.raises(FaultyLicenceId):
            LicenceIdentifier(*parts)
    with pytest.raises(FaultyLicenceId):
        parse_licence_id("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.V")


def test_the_issuer_of_a_licence_may_be_a_division() -> None:
    assert parse_licence_id(str(LicenceIdentifier(TYPE, "310115", "1"))).issuer == "310115"


IMPLEMENTATION = "12441500196720244T3442199806003"


def test_an_implementation_code_parses_into_body_level_and_basic_code() -> None:
    parsed = parse_implementation_code(IMPLEMENTATION)

    assert (parsed.uscc, parsed.level) == ("12441500196720244T", "3")
    assert parsed.basic == parse_basic_code("442199806003")
    assert str(parsed) == IMPLEMENTATION
    assert compose_implementation_code("12441500196720244T", "3", "442199806003") == IMPLEMENTATION


def test_case_numbers_widen_their_serial_past_9999() -> None:
    first = compose_case_number(IMPLEMENTATION, TODAY, 1)
    wide = compose_case_number(IMPLEMENTATION, TODAY, 10_000)

    assert first == f"{IMPLEMENTATION}202603020001"
    assert len(first) == 43
    assert wide.endswith("2026030210000")
    for number in (first, wide):
        assert validate_item_code(number, ItemCodeScheme.CASE_NUMBER).valid


@pytest.mark.parametrize(
    ("value", "scheme", "code"),
    [
        ("4421998060", ItemCodeScheme.BASIC, "form"),
        ("992199806003", ItemCodeScheme.BASIC, "area"),
        ("12441500196720244T7442199806003", ItemCodeScheme.IMPLEMENTATION, "level"),
        ("12441500196720244X3442199806003", ItemCodeScheme.IMPLEMENTATION, "uscc"),
        (f"{IMPLEMENTATION}01", ItemCodeScheme.IMPLEMENTATION, "length"),
        (IMPLEMENTATION, ItemCodeScheme.BUSINESS, "form"),
        (f"{IMPLEMENTATION}202602300001", ItemCodeScheme.CASE_NUMBER, "date"),
        (f"{IMPLEMENTATION}2026030200001", ItemCodeScheme.CASE_NUMBER, "form"),
        ("编码", ItemCodeScheme.LOCAL, "form"),
        ("a" * 65, ItemCodeScheme.LOCAL, "form"),
    ],
)
def test_a_faulty_item_code_is_refused_by_its_scheme(value: str, scheme: ItemCodeScheme, code: str) -> None:
    verdict = validate_item_code(value, scheme)

    assert (verdict.valid, verdict.code) == (False, code)


def test_valid_item_codes_of_the_other_schemes() -> None:
    assert validate_item_code(f"{IMPLEMENTATION}01", ItemCodeScheme.BUSINESS).valid
    assert validate_item_code("511602-0001-XK-01", ItemCodeScheme.LOCAL).valid
    assert validate_item_code("000199806003", ItemCodeScheme.BASIC).valid


def test_faulty_parts_are_not_composed() -> None:
    with pytest.raises(FaultyItemCode):
        compose_implementation_code(USCC, "9", "442199806003")
    with pytest.raises(FaultyItemCode):
        compose_case_number(IMPLEMENTATION, TODAY, 0)


REGISTER = DivisionRegister(
    {"31": "上海市", "3101": "市辖区", "310106": "静安区", "310115": "浦东新区", "310115100": "示例镇"},
    villages=frozenset({"310115100001"}),
)


def test_divisions_are_judged_by_the_register_they_are_given() -> None:
    answers = {
        code: validate_division(code, REGISTER).code
        for code in (
            *("310000", "310100", "310115", "310115100", "310115100000", "310000000000", "310115100001"),
            *(
                "310108",
                "310108000000",
                "310199",
                "310115101",
                "310115100002",
                "31",
                "3101150",
                full_width("310115"),
            ),
        )
    }

    assert answers == {
        **dict.fromkeys(
            ["310000", "310100", "310115", "310115100", "310115100000", "310000000000", "310115100001"], "ok"
        ),
        **dict.fromkeys(["310108", "310108000000"], "historic"),
        **dict.fromkeys(["310199", "310115101", "310115100002"], "unknown"),
        **dict.fromkeys(["31", "3101150"], "length"),
        full_width("310115"): "form",
    }


def test_former_divisions_keep_their_last_name() -> None:
    assert REGISTER.former_name("310108") == "闸北区"
    assert REGISTER.former_name("440524") == "潮阳县"
    assert REGISTER.former_name("310106") is None
    assert REGISTER.former_name("310199") is None


def test_divisions_below_one_are_listed_in_order() -> None:
    assert list(REGISTER.below("310100")) == [
        ("310106", "静安区"),
        ("310115", "浦东新区"),
        ("310115100", "示例镇"),
    ]


def test_padding_is_cut_by_whole_levels() -> None:
    codes = ["310000000000", "310100", "310115000", "310115100", "310115100001", "310110"]

    assert [unpadded(code) for code in codes] == [
        "31",
        "3101",
        "310115",
        "310115100",
        "310115100001",
        "310110",
    ]


def test_the_divisions_agree_with_the_shared_list_of_shanghai() -> None:
    listed = shared_document("divisions/shanghai_divisions.json")
    rows = [listed["province"], *listed["cities"], *listed["districts"], *listed["streets"]]
    nation = national_divisions()

    below = dict(nation.below("31"))

    assert {"31": nation.name("31"), **below} == {row["code"]: row["name"] for row in rows}
    assert len(below) == 1 + 16 + 234


def test_a_missing_list_of_divisions_is_named(tmp_path: Path) -> None:
    with pytest.raises(DivisionsMissing, match=r"provinces\.csv"):
        load_divisions(tmp_path)
