"""A small dictionary of data elements for these tests."""

from dataclasses import replace
from datetime import date

from tongban.domains.standards.types import DataElement, ElementType, Option

TODAY = date(2026, 3, 2)


def element(code: str, kind: ElementType = ElementType.TEXT, **changes: object) -> DataElement:
    plain = DataElement(
        code=code,
        name=code,
        element_type=kind,
        label=code,
        question="",
        why="",
        help="",
        unit=None,
        scheme=None,
        options=(),
        validator=None,
        is_sensitive=False,
        closed_world=False,
        resource=None,
        resource_field=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name real fields


NAME = element("person.name", label="姓名")
PHONE = element("person.phone", label="手机号码", validator="mobile")
NUMBER = element("person.resident_id", label="身份证号", validator="resident_id", is_sensitive=True)
BORN = element("child.birth_date", ElementType.DATE, label="宝宝出生日期", validator="past_date")
SEATS = element("premises.seats", ElementType.INT, label="餐位数", unit="个")
FEE = element("maternity.expense_fen", ElementType.MONEY, label="医疗费用")
TRAP = element("sewage.has_grease_trap", ElementType.BOOL, label="已安装隔油设施")
TENURE = element(
    "premises.tenure",
    ElementType.CODE,
    label="店面是租的还是自有的",
    options=(Option("RENT", "租"), Option("OWN", "自有")),
)
ELEMENTS = {one.code: one for one in (NAME, PHONE, NUMBER, BORN, SEATS, FEE, TRAP, TENURE)}
