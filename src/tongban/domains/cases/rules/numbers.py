"""Printed numbers of cases, applications and papers; made once and never parsed for meaning."""

from datetime import date

from tongban.domains.cases.types import PaperKind

_WORDS = {
    PaperKind.RECEIPT: "收",
    PaperKind.ACCEPTANCE: "受",
    PaperKind.SUPPLEMENT: "补",
    PaperKind.NON_ACCEPTANCE: "不受",
    PaperKind.GRANT: "准",
    PaperKind.REFUSAL: "不准",
    PaperKind.EXTENSION: "延",
    PaperKind.SPECIAL_PROCEDURE: "特",
}

APPLICATION_PREFIX = "SQ"


def case_number(item_code: str, day: date, serial: int) -> str:
    """办件编号: the item's 实施编码, the day, and a serial of four digits, widened past 9,999."""
    return f"{item_code}{day:%Y%m%d}{serial:04d}"


def application_number(day: date, serial: int) -> str:
    return f"{APPLICATION_PREFIX}{day:%Y%m%d}{serial:06d}"


def paper_number(short_name: str, kind: PaperKind, year: int, serial: int) -> str:
    """文书文号, e.g. 「市场监管受字〔2026〕第12号」."""
    return f"{short_name}{_WORDS[kind]}字〔{year}〕第{serial}号"
