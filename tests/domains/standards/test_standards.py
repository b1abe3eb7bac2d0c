import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

import tongban
from domains.identity.cast import NOW, resident_number, uscc
from tongban.domains.standards import models, rules, selectors, services
from tongban.domains.standards.selectors import dictionary
from tongban.domains.standards.types import DataElement, ElementType, LoadReport, Option
from tongban.kernel.actors import PLATFORM
from tongban.kernel.conditions import FieldType

TODAY = date(2026, 3, 2)


def element(kind: ElementType = ElementType.TEXT, **changes: Any) -> DataElement:
    values: dict[str, Any] = {
        "code": "x.y",
        "name": "示例",
        "element_type": kind,
        "label": "示例",
        "question": "示例？",
        "why": "",
        "help": "",
        "unit": None,
        "scheme": None,
        "options": (),
        "validator": None,
        "is_sensitive": False,
        "closed_world": False,
        "resource": None,
        "resource_field": None,
    }
    return DataElement(**{**values, **changes})


def row(code: str = "shop.area_m2", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": "经营场所面积",
        "element_type": "int",
        "label": "店面面积",
        "question": "店面一共有多少平方米？",
        "unit": "平方米",
        **changes,
    }


@pytest.mark.parametrize(
    ("kind", "changes", "raw", "kept"),
    [
        (ElementType.TEXT, {}, "  示例小馆\r\n二楼 ", "示例小馆\n二楼"),
        (ElementType.TEXT, {}, "   ", None),
        (ElementType.TEXT, {}, None, None),
        (ElementType.BOOL, {}, "是", True),
        (ElementType.BOOL, {}, "false", False),
        (ElementType.BOOL, {}, False, False),
        (ElementType.INT, {"unit": "平方米"}, "\uff11,\uff12\uff10\uff10 平方米", 1200),
        (ElementType.INT, {}, 30, 30),
        (ElementType.MONEY, {}, "¥1,234.50", 123450),
        (ElementType.MONEY, {}, "3万", None),
        (ElementType.MONEY, {}, 123450, 123450),
        (ElementType.DATE, {}, "2026年3月2日", "2026-03-02"),
        (ElementType.DATE, {}, "2026/3/2", "2026-03-02"),
        (ElementType.DATE, {}, "20260302", "2026-03-02"),
        (ElementType.DATE, {}, date(2026, 3, 2), "2026-03-02"),
        (ElementType.CODE, {"options": (Option("RENTED", "租的"),)}, "RENTED", "RENTED"),
        (ElementType.LIST, {"options": (Option("A", "甲"), Option("B", "乙"))}, "A,B,A", ("A", "B")),
        (ElementType.TEXT, {"validator": "mobile"}, "+86 138-0000-0000", "13800000000"),
        (ElementType.TEXT, {"validator": "phone"}, "021-50000001", "021-50000001"),
        (ElementType.TEXT, {"validator": "phone"}, "12345", "12345"),
        (ElementType.TEXT, {"validator": "email"}, "a\uff20example.com", "a@example.com"),
        (ElementType.TEXT, {"validator": "postcode"}, "200120", "200120"),
        (ElementType.TEXT, {"validator": "bank_account"}, "6222 0000 0000 0000 000", "6222000000000000000"),
        (ElementType.TEXT, {"validator": "uscc"}, "91350100m000100y43", "91350100M000100Y43"),
        (ElementType.TEXT, {"validator": "resident_id"}, "11010519491231002x", "11010519491231002X"),
        (ElementType.DATE, {"validator": "past_date"}, "2026-03-02", "2026-03-02"),
    ],
)
def test_a_value_is_kept_in_its_one_form(
    kind: ElementType, changes: dict[str, Any], raw: object, kept: object
) -> None:
    value, problem = rules.check_value(element(kind, **changes), raw, today=TODAY)

    assert value == kept
    assert (problem is None) == (kept is not None or raw in (None, "   "))


@pytest.mark.parametrize(
    ("kind", "changes", "raw", "words"),
    [
        (ElementType.TEXT, {"max_length": 2}, "三个字", "最多填写2个字"),
        (ElementType.TEXT, {}, "a\x00b", "控制字符"),
        (ElementType.TEXT, {}, 12, "请填写文字"),
        (ElementType.BOOL, {}, "也许", "请选择“是”或“否”"),
        (ElementType.INT, {}, "三十", "请填写整数"),
        (ElementType.INT, {}, "1.5", "请填写整数"),
        (ElementType.INT, {}, True, "请填写整数"),
        (ElementType.INT, {"minimum": 1, "unit": "平方米"}, "0", "应不小于1平方米"),
        (ElementType.INT, {"maximum": 100}, "101", "应不大于100"),
        (ElementType.MONEY, {}, "1.234", "两位小数"),
        (ElementType.MONEY, {}, "-1", "不能是负数"),
        (ElementType.MONEY, {}, "NaN", "请填写金额"),
        (ElementType.MONEY, {}, "1e400", "请填写金额"),
        (ElementType.DATE, {}, "2026-02-30", "没有“2026-02-30”这一天"),
        (ElementType.DATE, {}, "三月二日", "完整的年月日"),
        (ElementType.DATE, {}, "0026-03-02", "过早"),
        (ElementType.DATE, {"validator": "past_date"}, "2026-03-03", "不能晚于今天"),
        (ElementType.DATE, {"validator": "future_date"}, "2026-03-01", "不能早于今天"),
        (ElementType.CODE, {"options": (Option("A", "甲"),)}, "B", "选择一项"),
        (ElementType.CODE, {"scheme": "division"}, "999999999", "没有代码为“999999999”的现行行政区划"),
        (ElementType.LIST, {"options": (Option("A", "甲"),)}, ["A", "B"], "所列选项"),
        (ElementType.TEXT, {"validator": "mobile"}, "1380000000", "11位"),
        (ElementType.TEXT, {"validator": "email"}, "not-an-address", "电子邮箱"),
        (ElementType.TEXT, {"validator": "postcode"}, "99", "6位"),
        (ElementType.TEXT, {"validator": "uscc"}, "91350100M000100Y44", "校验码"),
        (ElementType.TEXT, {"validator": "resident_id"}, "110105491231002", "15位"),
        (ElementType.TEXT, {"validator": "resident_id"}, resident_number(1, "20991231"), "晚于今天"),
    ],
)
def test_a_value_that_does_not_suit_is_refused_with_what_to_do(
    kind: ElementType, changes: dict[str, Any], raw: object, words: str
) -> None:
    value, problem = rules.check_value(element(kind, **changes), raw, today=TODAY)

    assert value is None
    assert problem is not None
    assert words in problem


def test_a_refused_number_is_not_repeated_in_the_sentence() -> None:
    number = resident_number(1, "20991231")

    _value, problem = rules.check_value(element(validator="resident_id"), number, today=TODAY)

    assert problem is not None
    assert number not in problem


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"validator": "horoscope"}, "unknown validator 'horoscope'"),
        ({"kind": ElementType.INT, "validator": "uscc"}, "a int element takes no validator"),
        ({"kind": ElementType.CODE}, "a code element needs options or a scheme"),
        ({"kind": ElementType.CODE, "scheme": "zip"}, "unknown code scheme 'zip'"),
        (
            {"kind": ElementType.CODE, "options": (Option("A", "甲"), Option("A", "乙"))},
            "an option is given twice",
        ),
        ({}, ""),
    ],
)
def test_an_element_that_contradicts_itself_is_told(changes: dict[str, Any], fault: str) -> None:
    assert rules.element_fault(element(**changes)) == fault


def test_money_stands_in_conditions_as_whole_fen() -> None:
    field = element(ElementType.MONEY, code="entity.capital", label="资本").condition_field

    assert (field.name, field.field_type) == ("entity.capital", FieldType.INT)
    with pytest.raises(ValueError, match="cannot stand in a condition"):
        _ = element(ElementType.TEXT).condition_field


@pytest.mark.django_db
class TestDictionary:
    @pytest.fixture(autouse=True)
    def _fresh(self) -> Any:
        selectors.forget_dictionary()
        yield
        selectors.forget_dictionary()

    def load(self, *rows: dict[str, Any]) -> LoadReport:
        return services.load_dictionary(rows, actor=PLATFORM, at=NOW)

    def test_a_second_load_changes_nothing(self) -> None:
        options = [{"value": "A", "label": "甲"}, {"value": "B", "label": "乙"}]
        rows = (row(), row("premises.tenure", element_type="code", options=options))

        first, second = self.load(*rows), self.load(*rows)

        assert (first, second) == (LoadReport(2, 0, 0), LoadReport(0, 0, 2))
        assert models.DictionaryRevision.objects.get().revision == 1
        assert [option.value for option in selectors.get_element("premises.tenure").options] == ["A", "B"]

    def test_a_changed_element_is_seen_at_once_in_this_process(self) -> None:
        self.load(row())
        assert selectors.get_element("shop.area_m2").maximum is None

        report = self.load(row(maximum=100))

        assert report == LoadReport(0, 1, 0)
        assert selectors.get_element("shop.area_m2").maximum == 100

    def test_another_process_sees_a_load_after_its_next_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.load(row())
        selectors.elements()
        models.Element.objects.update(label="改过")
        models.DictionaryRevision.objects.update(revision=99)
        assert selectors.get_element("shop.area_m2").label == "店面面积"

        monkeypatch.setattr(dictionary, "SECONDS_BETWEEN_CHECKS", 0.0)

        assert selectors.get_element("shop.area_m2").label == "改过"

    def test_reading_costs_no_query_between_checks(self, django_assert_num_queries: Any) -> None:
        self.load(row())
        selectors.elements()

        with django_assert_num_queries(0):
            selectors.get_element("shop.area_m2")
            selectors.condition_fields()
            selectors.material_types()

    @pytest.mark.parametrize("count", [2, 20])
    def test_a_fresh_copy_costs_four_queries(self, count: int, django_assert_num_queries: Any) -> None:
        self.load(*(row(f"shop.n{number}") for number in range(count)))

        with django_assert_num_queries(4):
            assert len(selectors.elements()) == count

    @pytest.mark.parametrize(
        "bad",
        [
            {"code": "x", "element_type": "int"},
            row("b", element_type="colour"),
            row("b", validator="horoscope"),
            row("b", surprise=1),
            row(),
        ],
    )
    def test_one_faulty_row_refuses_the_whole_load(self, bad: dict[str, Any]) -> None:
        with pytest.raises(services.FaultyDictionary):
            self.load(row(), bad)

        assert models.Element.objects.count() == 0

    def test_the_dictionaries_of_the_demo_load(self) -> None:
        data = Path(tongban.__file__).parent / "demo" / "data"
        elements = json.loads((data / "elements.json").read_text("utf-8"))
        materials = json.loads((data / "material_types.json").read_text("utf-8"))

        self.load(*elements)
        services.load_material_types(materials, actor=PLATFORM, at=NOW)

        assert selectors.elements().keys() == {element["code"] for element in elements}
        assert selectors.material_types().keys() == {material["code"] for material in materials}
        assert selectors.condition_fields()["shop.area_m2"].field_type is FieldType.INT

    def test_material_types_are_loaded_and_found(self) -> None:
        rows = [{"code": "MT-SFZ", "name": "居民身份证", "aliases": ["身份证"], "licence_type": "SFZ"}]

        report = services.load_material_types(rows, actor=PLATFORM, at=NOW)

        assert report == LoadReport(1, 0, 0)
        assert selectors.get_material_type("MT-SFZ").aliases == ("身份证",)
        with pytest.raises(selectors.MaterialTypeNotFound):
            selectors.get_material_type("MT-NONE")


def test_identifiers_are_judged_a_line_each_with_their_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    good = uscc(88).encode()
    lines = [
        b"uscc\t" + good,
        b"uscc\t " + good + b"\r",
        b"uscc\t" + good + b"\t",
        b"uscc\t" + good + b"\rA",
        b"uscc\t\xff" + good,
        b"resident_id\t" + b"1" * 1_000_000,
        b"horoscope\tLeo",
        b"uscc",
        b"",
        b"uscc\t" + good,
    ]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(lines))))
    out = io.StringIO()

    call_command("standards_validate", "--stdin", "--json", stdout=out)

    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {frozenset(answer) for answer in answers} == {frozenset({"valid", "reason", "normalised"})}
    assert [answer["valid"] for answer in answers] == [True, *[False] * 8, True]
    assert [answer["normalised"] for answer in answers] == [*[uscc(88)] * 3, *[None] * 6, uscc(88)]
    assert all(answer["reason"] for answer in answers)
