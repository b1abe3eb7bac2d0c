"""个人信息保护: alarms for the privacy officer, complaints for her and for the departments that looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.privacy.types import (
    Alarm,
    AlarmKind,
    AlarmOutcome,
    Complaint,
    ComplaintStatus,
    SeenLook,
)
from tongban.sites.console.words import State
from tongban.sites.shared.fields import FieldView, Problem, field_id
from tongban.sites.shared.formats import full_day, moment
from tongban.sites.shared.looks import outcome_words, words_of

HERE = "console:privacy"
OUTCOMES = MappingProxyType({"justified": AlarmOutcome.JUSTIFIED, "wrong": AlarmOutcome.WRONG})
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    text: str
    state: State
    address: str


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    sentence: str
    has_alarms: bool
    """Only the privacy officer sees them."""
    alarms: tuple[Line, ...]
    settled: tuple[Line, ...]
    complaints: tuple[Line, ...]
    closed: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MatterPage:
    """One alarm or complaint: the look, what was said of it, and the form for what is to be said."""

    title: str
    state: State
    facts: tuple[tuple[str, str], ...]
    sayings: tuple[tuple[str, str], ...]
    form_title: str
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str
    back: str


def build(
    alarms: Sequence[Alarm],
    settled: Sequence[Alarm],
    complaints: Sequence[Complaint],
    closed: Sequence[Complaint],
    *,
    open_alarms: int | None,
    today: date,
) -> PrivacyPage:
    """`open_alarms`: how many there are altogether; None for who does not see them."""
    overdue = sum(one.is_overdue(today) for one in complaints)
    sentence = ngettext(
        "%(count)d 件投诉没有办结，其中 %(overdue)d 件超期。",
        "%(count)d 件投诉没有办结，其中 %(overdue)d 件超期。",
        len(complaints),
    ) % {"count": len(complaints), "overdue": overdue}
    if open_alarms is not None:
        told = ngettext("%(count)d 条报警等着核实。", "%(count)d 条报警等着核实。", open_alarms)
        sentence = told % {"count": open_alarms} + sentence
    return PrivacyPage(
        sentence=sentence,
        has_alarms=open_alarms is not None,
        alarms=tuple(_alarm_line(one) for one in alarms),
        settled=tuple(_alarm_line(one) for one in settled),
        complaints=tuple(_complaint_line(one, today) for one in complaints),
        closed=tuple(_complaint_line(one, today) for one in closed),
    )


def build_alarm(
    alarm: Alarm,
    look: SeenLook | None,
    titles: Mapping[str, str],
    *,
    posted: Mapping[str, str] = NOTHING_TYPED,
    error: str = "",
) -> MatterPage:
    facts = _look_facts(look, titles) if look else _answer_facts(alarm)
    return MatterPage(
        title=_alarm_title(alarm),
        state=_alarm_state(alarm),
        facts=((_("当事人"), alarm.subject_name), *facts),
        sayings=(_saying(alarm.settled_by, alarm.outcome, alarm.words),) if alarm.outcome else (),
        form_title=_("核实的结果"),
        fields=()
        if alarm.outcome
        else _fields(posted, error, _("核实了什么，怎么处理的。查看不当的，当事人会收到这段话。")),
        problems=_problems(error),
        action=reverse("console:privacy_alarm", args=[alarm.id]),
        back=reverse(HERE),
    )


def build_complaint(
    complaint: Complaint,
    look: SeenLook,
    titles: Mapping[str, str],
    *,
    is_watcher: bool,
    today: date,
    posted: Mapping[str, str] = NOTHING_TYPED,
    error: str = "",
) -> MatterPage:
    """A watcher reviews what is not reviewed, a department answers what is not answered."""
    waits = (
        complaint.status is not ComplaintStatus.REVIEWED
        if is_watcher
        else complaint.status is ComplaintStatus.FILED
    )
    sayings = [(_("投诉人的话"), complaint.text)]
    if complaint.outcome:
        sayings.append(_saying(complaint.answered_by, complaint.outcome, complaint.answer))
    if complaint.review_outcome:
        sayings.append(_saying(complaint.reviewed_by, complaint.review_outcome, complaint.review))
    hint = _("写明为什么查看、依据什么；不当的，写明怎么处理。投诉人会收到原文。")
    return MatterPage(
        title=_("投诉 %(ticket)s") % {"ticket": complaint.ticket},
        state=_complaint_state(complaint, today),
        facts=(
            (_("投诉人"), complaint.complainant_name),
            (_("投诉时间"), moment(complaint.filed_at)),
            (_("答复期限"), full_day(complaint.due_on)),
            *_look_facts(look, titles),
        ),
        sayings=tuple(sayings),
        form_title=_("核对的结果") if is_watcher else _("答复"),
        fields=_fields(posted, error, hint) if waits else (),
        problems=_problems(error),
        action=reverse("console:privacy_complaint", args=[complaint.id]),
        back=reverse(HERE),
    )


def _alarm_title(alarm: Alarm) -> str:
    if alarm.kind is AlarmKind.OTHER_SUBJECT:
        return _("接口返回了别人的记录")
    return _("没有在办的办件")


def _alarm_line(alarm: Alarm) -> Line:
    told = {"who": alarm.department_name or _("平台"), "when": moment(alarm.happened_at)}
    return Line(
        title=_alarm_title(alarm),
        text=_("%(who)s，%(when)s") % told,
        state=_alarm_state(alarm),
        address=reverse("console:privacy_alarm", args=[alarm.id]),
    )


def _complaint_line(complaint: Complaint, today: date) -> Line:
    told = {"who": complaint.department_name or _("平台"), "when": moment(complaint.filed_at)}
    return Line(
        title=_("投诉 %(ticket)s") % {"ticket": complaint.ticket},
        text=_("%(who)s，%(when)s") % told,
        state=_complaint_state(complaint, today),
        address=reverse("console:privacy_complaint", args=[complaint.id]),
    )


def _alarm_state(alarm: Alarm) -> State:
    if alarm.outcome is None:
        return State(_("等待核实"), "bad", "circle-alert")
    kind = "done" if alarm.outcome is AlarmOutcome.JUSTIFIED else "asked"
    return State(outcome_words()[alarm.outcome], kind, "circle-check")


def _complaint_state(complaint: Complaint, today: date) -> State:
    if complaint.status is ComplaintStatus.REVIEWED:
        return State(_("已办结"), "done", "circle-check")
    if complaint.status is ComplaintStatus.ANSWERED:
        return State(_("部门已答复，等待核对"), "going", "hourglass")
    day = {"day": full_day(complaint.due_on)}
    if complaint.is_overdue(today):
        return State(_("已超期，应在%(day)s前答复") % day, "bad", "circle-alert")
    return State(_("%(day)s前答复") % day, "asked", "hourglass")


def _look_facts(look: SeenLook, titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    words = words_of(look, titles)
    return (
        (_("查看时间"), words.when),
        (_("谁查看的"), words.who),
        (_("看了什么"), words.what),
        *([(_("其中的内容"), words.fields)] if words.fields else []),
        (_("为了什么"), words.why),
        (_("办件"), look.case_number or "—"),
        (_("结果"), words.outcome),
        (_("记录编号"), str(look.id)),
        (_("留痕"), words.seal),
    )


def _answer_facts(alarm: Alarm) -> tuple[tuple[str, str], ...]:
    return (
        (_("提供部门"), alarm.department_name),
        (_("查询时间"), moment(alarm.happened_at)),
        (_("办件"), alarm.case_number or "—"),
        (_("交换编号"), str(alarm.exchange_id)),
    )


def _saying(name: str, outcome: AlarmOutcome, words: str) -> tuple[str, str]:
    return name, _("%(outcome)s：%(words)s") % {"outcome": outcome_words()[outcome], "words": words}


def _fields(posted: Mapping[str, str], error: str, hint: str) -> tuple[FieldView, ...]:
    found = outcome_words()
    return (
        FieldView(
            id=field_id("outcome"),
            name="outcome",
            label=_("查看有没有正当理由"),
            widget="radios",
            items=tuple(
                {"value": key, "text": found[one], "checked": key == posted.get("outcome")}
                for key, one in OUTCOMES.items()
            ),
        ),
        FieldView(
            id=field_id("words"),
            name="words",
            label=_("说明"),
            widget="textarea",
            hint=hint,
            value=posted.get("words", ""),
            error=error,
        ),
    )


def _problems(error: str) -> tuple[Problem, ...]:
    return ({"text": error, "href": f"#{field_id('words')}"},) if error else ()
