"""The wording of the statutory papers (法定文书), composed once when the act is done and frozen.

Dates that rest on a calendar not yet announced are never printed: the limit is then given in working days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongban.domains.cases.types import PaperKind, SupplementItem
from tongban.domains.catalogue.types import ExaminationPoint, Guide, LegalBasis
from tongban.domains.directory.types import Department
from tongban.kernel.clock import DELIVERY_DAYS, PauseReason
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.workdays import DueDate

TITLES = {
    PaperKind.RECEIPT: "收件凭证",
    PaperKind.ACCEPTANCE: "受理通知书",
    PaperKind.SUPPLEMENT: "补正告知书",
    PaperKind.NON_ACCEPTANCE: "不予受理决定书",
    PaperKind.GRANT: "准予行政许可决定书",
    PaperKind.REFUSAL: "不予行政许可决定书",
    PaperKind.EXTENSION: "延期告知书",
    PaperKind.SPECIAL_PROCEDURE: "特别程序告知书",
}
# Other powers on application end in a decision too, but not in a licence.
_DECISION_TITLES = {PaperKind.GRANT: "准予决定书", PaperKind.REFUSAL: "不予决定书"}
_LICENSING = "01"

Content = dict[str, object]


@dataclass(frozen=True, slots=True)
class Heading:
    """Who writes to whom about which case."""

    kind: PaperKind
    number: str
    case_number: str
    application_number: str
    applicant_name: str
    department: Department
    guide: Guide
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One case on the receipt: what was handed over for it."""

    case_number: str
    item_name: str
    department_name: str
    things: tuple[str, ...]


def title_of(kind: PaperKind, guide: Guide) -> str:
    if guide.substance.kind.value != _LICENSING and kind in _DECISION_TITLES:
        return _DECISION_TITLES[kind]
    return TITLES[kind]


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def term_words(first: date, last: date) -> str:
    return day_words(first) if first == last else f"{day_words(first)}至{day_words(last)}"


def limit_words(due: DueDate | None, days: int) -> str:
    """「应于…前」 for a firm date, 「…个工作日内」 for one that rests on an unannounced calendar."""
    if due is None or due.provisional:
        return f"{days}个工作日内"
    return f"{days}个工作日内（即{day_words(due.due_on)}二十四时前）"


def receipt(
    *, number: str, title: str, applicant_name: str, received_at: datetime, cases: Sequence[HandedIn]
) -> Content:
    """收件凭证: what was handed over, when, under which numbers. Receipt is not acceptance."""
    rows: list[dict[str, str]] = []
    for case in cases:
        things = "；".join(case.things) or "一张表单"
        rows.append(
            {"label": f"{case.item_name}（{case.department_name}）", "text": f"{case.case_number}\n{things}"}
        )
    return {
        "title": TITLES[PaperKind.RECEIPT],
        "number": number,
        "issuer": "政务服务统一受理平台",
        "addressee": applicant_name,
        "paragraphs": [
            f"你（单位）于{instant_words(received_at)}提交的“{title}”申请材料已经收到，申请编号{number}，清单如下。",
            "收件不等于受理。各部门自收到之日起五个工作日内决定是否受理；材料不齐全或者不符合法定形式的，"
            "应当在五个工作日内一次告知需要补正的全部内容，逾期不告知的，自收到申请材料之日起即为受理"
            "（《中华人民共和国行政许可法》第三十二条；其他政务服务事项参照执行）。",
        ],
        "rows": rows,
        "remedies": [],
        "contact": "",
        "issued_on": day_words(shanghai_date(received_at)),
        "application_number": number,
    }


def acceptance(
    heading: Heading,
    *,
    accepted_on: date,
    is_deemed: bool,
    statutory: tuple[DueDate | None, int],
    promise: tuple[DueDate | None, int] | None,
    deferred: Sequence[tuple[str, DueDate]],
) -> Content:
    """受理通知书, with both limits and, under 容缺, what must follow by when."""
    if is_deemed:
        first = (
            f"你（单位）提交的“{heading.guide.title}”申请，本机关逾期未告知补正，依照《中华人民共和国行政许可法》"
            f"第三十二条第一款第四项，自{day_words(accepted_on)}收到申请材料之日起即为受理。"
        )
    else:
        first = f"你（单位）提交的“{heading.guide.title}”申请，本机关于{day_words(accepted_on)}决定受理。"
    paragraphs = [first, f"法定办理期限：自受理之日起{limit_words(*statutory)}。"]
    if promise is not None:
        paragraphs.append(f"承诺办理期限：自受理之日起{limit_words(*promise)}。")
    rows: list[dict[str, str]] = []
    if deferred:
        paragraphs.append(
            "下列非主要材料经你（单位）承诺可以后补，请在所列日期前补交；未补交的，本机关不作出准予决定。"
        )
        for name, due in deferred:
            rows.append(
                {"label": name, "text": "待补交" if due.provisional else f"{day_words(due.due_on)}前"}
            )
    return _content(heading, paragraphs, rows=rows)


def supplement(heading: Heading, items: Sequence[SupplementItem], answer_by: date) -> Content:
    """补正告知书: all that is to be put right, told once (§32(4))."""
    until = f"请于{day_words(answer_by)}前一次补正。"
    return _content(
        heading,
        [
            f"你（单位）提交的“{heading.guide.title}”申请，需要补正下列内容。{until}",
            "本机关已一次告知需要补正的全部内容（《中华人民共和国行政许可法》第三十二条第一款第四项），不再要求第二次补正。",
        ],
        rows=[{"label": item.label, "text": f"{item.problem}\n{item.remedy}"} for item in items],
    )


def non_acceptance(heading: Heading, *, reason: str, where_to_go: str) -> Content:
    """不予受理决定书: why not, and where to go instead (§32)."""
    paragraphs = [
        f"你（单位）提交的“{heading.guide.title}”申请，经审查，本机关决定不予受理。",
        f"理由：{reason}",
    ]
    if where_to_go:
        paragraphs.append(f"请向有关行政机关申请：{where_to_go}")
    paragraphs.append("依据：《中华人民共和国行政许可法》第三十二条。")
    return _content(heading, paragraphs, remedies=_remedies(heading.department))


def grant(heading: Heading, *, results: Mapping[str, str], served_by: DueDate | None) -> Content:
    """准予决定书; the licence follows within ten working days (§44)."""
    substance = heading.guide.substance
    basis = "；".join(_cite(one) for one in substance.legal_basis if not one.is_repealed)
    # 行政许可法 speaks of licences; other powers on application rest on their own basis alone.
    is_licence = substance.kind.value == _LICENSING
    of_licences = (
        "；《中华人民共和国行政许可法》第三十八条第一款",
        "（《中华人民共和国行政许可法》第四十四条）",
    )
    article, delivery = of_licences if is_licence else ("", "")
    served = limit_words(served_by, DELIVERY_DAYS)
    paragraphs = [
        f"你（单位）提交的“{substance.name}”申请，经审查符合法定条件，本机关决定准予。",
        f"依据：{basis}{article}。" if basis else "",
        f"本决定依据的事项版本：基本编码{substance.basic_code}，第{substance.version}版。",
        f"证照、文书自本决定之日起{served}颁发、送达{delivery}。",
    ]
    rows = [{"label": name, "text": number} for name, number in results.items()]
    return _content(heading, [line for line in paragraphs if line], rows=rows)


def refusal(
    heading: Heading,
    *,
    points: Sequence[tuple[ExaminationPoint, str]],
    bases: Sequence[LegalBasis],
    reason: str,
) -> Content:
    """不予决定书: which conditions are not met, on what basis, and the way to contest it (§38)."""
    substance = heading.guide.substance
    is_licence = substance.kind.value == _LICENSING
    outcome = "法定条件、标准，本机关决定不予许可" if is_licence else "规定条件，本机关决定不予办理"
    article = "；《中华人民共和国行政许可法》第三十八条第二款" if is_licence else ""
    return _content(
        heading,
        [
            f"你（单位）提交的“{substance.name}”申请，经审查不符合{outcome}。",
            f"理由：{reason}",
            f"依据：{'；'.join(_cite(basis) for basis in bases)}{article}。",
            f"本决定依据的事项版本：基本编码{substance.basic_code}，第{substance.version}版。",
        ],
        rows=[{"label": point.text, "text": f"不符合。{note}"} for point, note in points],
        remedies=_remedies(heading.department),
    )


def extension(heading: Heading, *, days: int, due: DueDate | None, reason: str, approved_by: str) -> Content:
    """延期告知书: the applicant is told the reason (§42)."""
    until = "" if due is None or due.provisional else f"，延长后的期限届满日为{day_words(due.due_on)}"
    return _content(
        heading,
        [
            f"你（单位）提交的“{heading.guide.title}”申请，在法定期限内不能作出决定，经{approved_by}批准，"
            f"延长{days}个工作日{until}。",
            f"延长理由：{reason}",
            "依据：《中华人民共和国行政许可法》第四十二条。",
        ],
    )


def special_procedure(heading: Heading, *, reason: PauseReason, days: int) -> Content:
    """特别程序告知书: the time needed is told in writing and not counted (§45)."""
    return _content(
        heading,
        [
            f"办理你（单位）提交的“{heading.guide.title}”申请，依法需要{reason.label}，所需时间为{days}个工作日。",
            "上述时间不计算在办理期限内（《中华人民共和国行政许可法》第四十五条）；超过上述时间的，超出部分计入办理期限。",
        ],
    )


def _content(
    heading: Heading,
    paragraphs: Sequence[str],
    *,
    rows: Sequence[Mapping[str, str]] = (),
    remedies: Sequence[str] = (),
) -> Content:
    department = heading.department
    contact = [part for part in (department.address, department.phone) if part]
    return {
        "title": title_of(heading.kind, heading.guide),
        "number": heading.number,
        "issuer": department.name,
        "addressee": heading.applicant_name,
        "paragraphs": list(paragraphs),
        "rows": [dict(row) for row in rows],
        "remedies": list(remedies),
        "contact": "　".join(contact),
        "issued_on": day_words(shanghai_date(heading.issued_at)),
        "application_number": heading.application_number,
        "case_number": heading.case_number,
    }


def _remedies(department: Department) -> tuple[str, ...]:
    """行政复议法: sixty days; 行政诉讼法 §46: six months. Both bodies are named with where they are."""
    return (
        "如不服本决定，可以自收到本决定书之日起六十日内，依照《中华人民共和国行政复议法》向"
        f"{department.reconsideration_body}申请行政复议；",
        f"也可以自收到本决定书之日起六个月内，依照《中华人民共和国行政诉讼法》第四十六条向{department.court}提起行政诉讼。",
    )


def _cite(basis: LegalBasis) -> str:
    return f"《{basis.law}》{basis.article}"


def instant_words(instant: datetime) -> str:
    from_day = day_words(shanghai_date(instant))
    local = instant.astimezone(SHANGHAI)
    return f"{from_day}{local.hour}时{local.minute:02d}分"
