"""What was reported to an issuer: errors on licences, and places that do not take them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.licences import rules
from tongban.domains.licences.rules import CORRECTION_ARTICLE, CORRECTION_LAW
from tongban.domains.licences.types import (
    Correction,
    Licence,
    LicenceType,
    Report,
    ReportKind,
    ReportOutcome,
)
from tongban.kernel.actors import Actor
from tongban.sites.console.pages.data import Tab
from tongban.sites.console.pages.licences import tabs
from tongban.sites.console.words import State
from tongban.sites.shared.fields import FieldView, Problem, field_id
from tongban.sites.shared.formats import full_day, moment

TO = "to-"
"""Before the name of a field: what it is put right to."""
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})
OUTCOMES = {"upheld": ReportOutcome.UPHELD, "not_upheld": ReportOutcome.NOT_UPHELD}


@dataclass(frozen=True, slots=True)
class ReportLine:
    ticket: str
    title: str
    licence: str
    issuer: str
    when: str
    state: State
    address: str


@dataclass(frozen=True, slots=True)
class ReportsPage:
    tabs: tuple[Tab, ...]
    sentence: str
    open: tuple[ReportLine, ...]
    answered: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    ticket: str
    title: str
    facts: tuple[tuple[str, str], ...]
    text: str
    state: State
    answer: str
    """Empty while it waits for one."""
    answered: str
    contents: tuple[tuple[str, str], ...]
    """What the licence says now, resident numbers masked; for an error."""
    fields: tuple[FieldView, ...]
    """Empty once it is answered."""
    corrections: tuple[FieldView, ...]
    """What to put an error right to; empty for what is no error, or answered."""
    problems: tuple[Problem, ...]
    action: str


def build_list(
    open_ones: Sequence[Report], answered: Sequence[Report], *, today: date, actor: Actor
) -> ReportsPage:
    overdue = sum(one.is_overdue(today) for one in open_ones)
    told = {"count": len(open_ones), "overdue": overdue}
    sentence = ngettext(
        "%(count)d 份报告等着答复，其中 %(overdue)d 份已经超期。",
        "%(count)d 份报告等着答复，其中 %(overdue)d 份已经超期。",
        len(open_ones),
    )
    return ReportsPage(
        tabs=tabs(actor, "console:licence_reports"),
        sentence=sentence % told,
        open=tuple(_line(one, today) for one in open_ones),
        answered=tuple(_line(one, today) for one in answered),
    )


def build(
    report: Report,
    licence: Licence,
    licence_type: LicenceType,
    *,
    today: date,
    posted: Mapping[str, str] = NOTHING_TYPED,
    error: str = "",
) -> ReportPage:
    is_open_error = report.outcome is None and report.kind is ReportKind.ERROR
    facts = [
        (_("证照"), f"{report.licence_name}　{report.number}"),
        (_("持有人"), report.holder_name),
        (_("颁发"), report.issuer_name),
        (_("报告人"), report.reporter_name),
        (_("报告时间"), moment(report.filed_at)),
        (_("答复期限"), full_day(report.due_on)),
    ]
    if report.place:
        facts.insert(0, (_("哪里不认"), report.place))
    answered = ""
    if report.answered_at is not None:
        told = {"name": report.answered_by, "when": moment(report.answered_at)}
        answered = _("%(name)s，%(when)s") % told
    return ReportPage(
        ticket=report.ticket,
        title=_title(report),
        facts=tuple(facts),
        text=report.text,
        state=_state(report, today),
        answer=report.answer,
        answered=answered,
        contents=tuple((caption, text) for caption, text in rules.face_rows(licence_type, licence.fields, ""))
        if is_open_error
        else (),
        fields=_fields(posted.get("outcome", ""), posted.get("answer", ""), error)
        if report.outcome is None
        else (),
        corrections=_corrections(licence, licence_type, posted) if is_open_error else (),
        problems=({"text": error, "href": f"#{field_id('answer')}"},) if error else (),
        action=reverse("console:licence_report", args=[report.id]),
    )


def _fields(outcome: str, answer: str, error: str) -> tuple[FieldView, ...]:
    words = {"upheld": _("属实，已经处理"), "not_upheld": _("不属实")}
    return (
        FieldView(
            id=field_id("outcome"),
            name="outcome",
            label=_("查下来"),
            widget="radios",
            items=tuple(
                {"value": key, "text": text, "checked": key == outcome} for key, text in words.items()
            ),
        ),
        FieldView(
            id=field_id("answer"),
            name="answer",
            label=_("答复报告人"),
            widget="textarea",
            hint=_("写明怎么处理的，或者不属实的理由。报告人会收到原文。"),
            value=answer,
            error=error,
        ),
    )


def read_correction(licence_type: LicenceType, posted: Mapping[str, str]) -> Correction | None:
    """What was typed to put right; None when nothing was."""
    typed = {name: posted.get(f"{TO}{name}", "").strip() for name in licence_type.fields}
    changes = {name: text for name, text in typed.items() if text}
    if not changes:
        return None
    return Correction(changes, posted.get("law", "").strip(), posted.get("article", "").strip())


def _corrections(
    licence: Licence, licence_type: LicenceType, posted: Mapping[str, str]
) -> tuple[FieldView, ...]:
    fields = [
        FieldView(
            id=field_id(f"{TO}{name}"),
            name=f"{TO}{name}",
            label=rules.caption(licence_type, name),
            value=posted.get(f"{TO}{name}", ""),
            autocomplete="off",
        )
        for name in licence_type.fields
    ]
    is_persons = rules.OWN_NUMBER in licence.fields
    basis = (
        ("law", _("更正的依据：法律名称"), CORRECTION_LAW if is_persons else ""),
        ("article", _("第几条"), CORRECTION_ARTICLE if is_persons else ""),
    )
    return (
        *fields,
        *(
            FieldView(id=field_id(name), name=name, label=label, value=posted.get(name, given))
            for name, label, given in basis
        ),
    )


def _line(report: Report, today: date) -> ReportLine:
    return ReportLine(
        ticket=report.ticket,
        title=_title(report),
        licence=report.licence_name,
        issuer=report.issuer_name,
        when=moment(report.filed_at),
        state=_state(report, today),
        address=reverse("console:licence_report", args=[report.id]),
    )


def _title(report: Report) -> str:
    if report.kind is ReportKind.ERROR:
        return _("证照有错")
    return _("这里不认：%(place)s") % {"place": report.place}


def _state(report: Report, today: date) -> State:
    if report.outcome is ReportOutcome.UPHELD:
        return State(_("属实，已处理"), "done", "circle-check")
    if report.outcome is ReportOutcome.NOT_UPHELD:
        return State(_("不属实"), "ended", "ban")
    day = {"day": full_day(report.due_on)}
    if report.is_overdue(today):
        return State(_("已超期，应在%(day)s前答复") % day, "bad", "circle-alert")
    return State(_("%(day)s前答复") % day, "asked", "hourglass")
