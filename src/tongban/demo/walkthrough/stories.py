"""The three stories: who, for whom, what she answers and what she types."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PUDONG, JINGAN = "310115", "310106"
CHILDS_NUMBER = "310115188602200027"
"""The number the household register gives; of another century, so that nobody has it."""
BANK_ACCOUNT = "6222020000000000018"
"""An account nobody has; its check digit is right."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What another person must agree to first, in a session of her own."""

    username: str
    kind: str


@dataclass(frozen=True, slots=True)
class Story:
    package: str
    words: str
    """What is typed into the search box."""
    person: str
    """Key of the person in the cast."""
    applicant: str
    """Key of the firm or person it is for."""
    division: str
    answers: Mapping[str, str]
    """By data element; what is not named is answered „no"."""
    typed: Mapping[str, str]
    """By form field or data element; what is not named takes the first choice offered."""
    licence_fields: Mapping[str, str] = field(default_factory=dict)
    """What the deciding officer adds to a licence."""
    consent: Consent | None = None
    least_waived: int = 0
    """So many papers at least that the three rules, or the package itself, spare her."""


RESTAURANT = Story(
    package="OPEN_RESTAURANT",
    words="开饭店",
    person="zhangsan",
    applicant="xiaoguan",
    division=PUDONG,
    answers={
        "shop.area_m2": "320",
        "shop.has_signboard": "yes",
        "shop.discharges_sewage": "yes",
        "shop.sells_tobacco": "yes",
    },
    typed={
        "premises.name": "示例小馆",
        "premises.address": "示例市浦东新区示例路10号",
        "premises.tenure": "RENTED",
        "premises.street": "310115007",
        "premises.kitchen_area_m2": "40",
        "premises.seats": "60",
        "premises.floor": "1",
        "food.manager_name": "张三",
        "food.staff": "8",
        "fire.manager_name": "张三",
        "fire.exits": "2",
        "sewage.daily_tonnes": "6",
        "sewage.has_grease_trap": "yes",
        "tobacco.school_distance_m": "260",
        "person.phone": "13800138000",
    },
    least_waived=5,
)
NEWBORN = Story(
    package="NEWBORN",
    words="生孩子",
    person="linxiao",
    applicant="linxiao",
    division=PUDONG,
    answers={"child.born_in_city": "yes"},
    typed={
        "person.phone": "13800138000",
        "child.name": "周小满",
        "CHILD.person.ethnicity": "汉族",
        "vaccination.clinic": "示例社区卫生服务中心",
        "account.bank": "示例银行浦东支行",
        "account.number": BANK_ACCOUNT,
        "card.delivery_address": "示例市浦东新区示例路3号302室",
        "maternity.expense_fen": "6800",
        "maternity.discharge_date": "2026-02-23",
    },
    licence_fields={"resident_id": CHILDS_NUMBER},
    consent=Consent(username="zhouming", kind="SPOUSE_AUTHORISATION"),
    least_waived=7,
)
DEREGISTRATION = Story(
    package="DEREGISTER",
    words="注销公司",
    person="zhaoqiang",
    applicant="shangmao",
    division=JINGAN,
    answers={"entity.has_bank_account": "yes", "entity.has_seal": "yes"},
    typed={
        "person.phone": "13800138000",
        "liquidation.announced_date": "2026-01-05",
        "liquidation.leader_name": "赵强",
        "liquidation.route_reason": "门店租约到期，股东决定不再经营。",
        "liquidation.shareholder_promise": "yes",
        "tax.last_period": "2026年1月",
        "tax.invoices_returned": "yes",
        "customs.code": "3101960001",
        "social.unit_number": "00310001",
        "bank.branch": "示例银行静安支行",
        "bank.account_number": BANK_ACCOUNT,
        "bank.appointment_date": "2026-04-10",
        "seal.count": "2",
    },
)
STORIES = (RESTAURANT, NEWBORN, DEREGISTRATION)
