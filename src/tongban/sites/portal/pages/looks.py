"""谁看过我的数据: every look, one look with its proof, and the complaint about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange.types import Proof
from tongban.domains.privacy.rules import ANSWER_DAYS
from tongban.domains.privacy.selectors import Wanted
from tongban.domains.privacy.types import Complaint, ComplaintStatus, LookPage, SeenLook
from tongban.kernel.instants import SHANGHAI
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.fields import FieldView, Problem, field_id
from tongban.sites.shared.formats import full_day, moment
from tongban.sites.shared.looks import LookWords, outcome_words, words_of

HERE = "portal:looks"
ONE_DAY = timedelta(days=1)
LONGEST_NUMBER = 18
"""Digits of an entry's number that the database takes."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What narrows the list down, as it was typed, and where the page begins."""

    department: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Typed":
        names = ("department", "since", "until", "before")
        return cls(**{name: query.get(name, "").strip() for name in names})

    def wanted(self) -> Wanted:
        since, until = _day(self.since), _day(self.until)
        return Wanted(
            self.department,
            _midnight(since) if since else None,
            _midnight(until + ONE_DAY) if until and until < date.max else None,
        )

    def start(self) -> tuple[datetime, int] | None:
        at, _comma, number = self.before.partition(",")
        if not number.isdecimal() or len(number) > LONGEST_NUMBER:
            return None
        try:
            instant = datetime.fromisoformat(at)
        except ValueError:
            return None
        return (instant, int(number)) if instant.tzinfo is not None else None

    def next_address(self, page: LookPage) -> str:
        if page.next_at is None:
            return ""
        before = f"{page.next_at.isoformat()},{page.next_id}"
        parts = {
            "department": self.department,
            "since": self.since,
            "until": self.until,
            "before": before,
        }
        return f"{reverse(HERE)}?{urlencode({name: text for name, text in parts.items() if text})}"


@dataclass(frozen=True, slots=True)
class LookLine:
    words: LookWords
    address: str
    case_number: str
    case_address: str
    """Empty where the case is not hers."""
    is_alarming: bool
    action: str


@dataclass(frozen=True, slots=True)
class LooksPage:
    lines: tuple[LookLine, ...]
    departments: tuple[tuple[str, str, bool], ...]
    since: str
    until: str
    action: str
    older: str
    is_narrowed: bool


@dataclass(frozen=True, slots=True)
class LookDetail:
    words: LookWords
    facts: tuple[tuple[str, str], ...]
    case_number: str
    case_address: str
    alarm: str
    proof: tuple[tuple[str, str], ...]
    proof_words: str
    complaint: "ComplaintCard | None"
    lead: str
    fields: tuple[FieldView, ...]
    """Of the form to complain; empty once she has."""
    problems: tuple[Problem, ...]
    action: str
    back: str


@dataclass(frozen=True, slots=True)
class ComplaintCard:
    ticket: str
    state: State
    text: str
    answers: tuple[tuple[str, str], ...]


def build(
    page: LookPage, typed: Typed, departments: Mapping[str, str], titles: Mapping[str, str]
) -> LooksPage:
    return LooksPage(
        lines=tuple(_line(one, titles) for one in page.looks),
        departments=tuple(
            (code, name, code == typed.department)
            for code, name in sorted(departments.items(), key=lambda one: one[1])
        ),
        since=typed.since,
        until=typed.until,
        action=reverse(HERE),
        older=typed.next_address(page),
        is_narrowed=typed != Typed(),
    )


def build_one(
    look: SeenLook,
    titles: Mapping[str, str],
    *,
    proof: Proof | None,
    complaint: Complaint | None,
    today: date,
    text: str = "",
    error: str = "",
) -> LookDetail:
    words = words_of(look, titles)
    return LookDetail(
        words=words,
        facts=(
            (_("时间"), words.when),
            (_("谁"), words.who),
            (_("看了什么"), words.what),
            *([(_("其中的内容"), words.fields)] if words.fields else []),
            (_("为了什么"), words.why),
            (_("结果"), words.outcome),
            (_("记录编号"), str(look.id)),
        ),
        case_number=look.case_number,
        case_address=_case_address(look),
        alarm=_alarm(look),
        proof=_proof(look, proof),
        proof_words=words.seal,
        complaint=_card(complaint, today) if complaint else None,
        lead=_("%(department)s要在 %(days)d 个工作日内答复您，个人信息保护负责人会再核对一遍。")
        % {"department": look.department_name or _("平台"), "days": ANSWER_DAYS},
        fields=() if complaint else (_text_field(text, error),),
        problems=({"text": error, "href": f"#{field_id('text')}"},) if error else (),
        action=reverse("portal:look", args=[look.id]),
        back=reverse(HERE),
    )


def _line(look: SeenLook, titles: Mapping[str, str]) -> LookLine:
    return LookLine(
        words=words_of(look, titles),
        address=reverse("portal:look", args=[look.id]),
        case_number=look.case_number,
        case_address=_case_address(look),
        is_alarming=look.is_without_case,
        action=_("看投诉的进展") if look.complaint else _("这次查看我不认可"),
    )


def _case_address(look: SeenLook) -> str:
    return reverse("portal:application", args=[look.application]) if look.application else ""


def _alarm(look: SeenLook) -> str:
    if not look.is_without_case:
        return ""
    return _("这次查看没有对应您在办的办件，平台会报给个人信息保护负责人核实。")


def _proof(look: SeenLook, proof: Proof | None) -> tuple[tuple[str, str], ...]:
    if proof is None:
        return ()
    place = _("第 %(number)d 批 %(size)d 条中的第 %(place)d 条")
    named = {"number": proof.batch.number, "size": proof.batch.size, "place": proof.index + 1}
    return (
        (_("交换编号"), str(look.exchange_id)),
        (_("封存批次"), place % named),
        (_("批首"), proof.batch.head.hex()),
        (_("封存时间"), moment(proof.batch.sealed_at)),
        (_("时间戳"), _("已加盖") if proof.stamp else _("正在加盖")),
    )


def _text_field(text: str, error: str) -> FieldView:
    return FieldView(
        id=field_id("text"),
        name="text",
        label=_("为什么不认可"),
        widget="textarea",
        hint=_("例如“我没有办过这件事”。请不要写别人的姓名和号码。"),
        value=text,
        error=error,
    )


def _card(complaint: Complaint, today: date) -> ComplaintCard:
    return ComplaintCard(
        ticket=complaint.ticket,
        state=_state(complaint, today),
        text=complaint.text,
        answers=tuple(_answers(complaint)),
    )


def _state(complaint: Complaint, today: date) -> State:
    if complaint.status is ComplaintStatus.REVIEWED:
        return State(_("已办结"), "done", "circle-check")
    if complaint.status is ComplaintStatus.ANSWERED:
        return State(_("部门已答复，等待核对"), "going", "hourglass")
    day = {"day": full_day(complaint.due_on)}
    if complaint.is_overdue(today):
        return State(_("已超期，应在%(day)s前答复") % day, "bad", "circle-alert")
    return State(_("%(day)s前答复") % day, "asked", "hourglass")


def _answers(complaint: Complaint) -> list[tuple[str, str]]:
    found = outcome_words()
    lines = []
    if complaint.outcome is not None:
        told = {"outcome": found[complaint.outcome], "words": complaint.answer}
        lines.append((complaint.department_name, _("%(outcome)s：%(words)s") % told))
    if complaint.review_outcome is not None:
        told = {"outcome": found[complaint.review_outcome], "words": complaint.review}
        lines.append((_("个人信息保护负责人"), _("%(outcome)s：%(words)s") % told))
    return lines


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)
