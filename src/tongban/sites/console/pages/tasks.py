"""Check tasks, letters that did not arrive, the calendar, and who covers for whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import CalendarChange, CalendarStatus, CallTask, CheckTask
from tongban.domains.identity.types import Cover
from tongban.foundation.outbox.services import DeadLetter
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.pages.dossier import CheckLine, check_line
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import full_day, moment, plain_day


@dataclass(frozen=True, slots=True)
class CallLine:
    """An applicant to telephone."""

    id: str
    who: str
    title: str
    when: str
    item: str
    case_number: str
    case_address: str
    settle_action: str


@dataclass(frozen=True, slots=True)
class ChecksPage:
    lines: tuple[CheckLine, ...]
    calls: tuple[CallLine, ...]
    faulty_id: str
    error: str
    note: str
    problems: tuple[Problem, ...]


def build_checks(
    checks: Sequence[CheckTask],
    calls: Sequence[CallTask],
    *,
    faulty_id: str = "",
    error: str = "",
    note: str = "",
) -> ChecksPage:
    """The open tasks by due day; `faulty_id` is the line whose words will not do, kept as typed."""
    return ChecksPage(
        lines=tuple(check_line(one) for one in sorted(checks, key=lambda one: (one.due_on, str(one.id)))),
        calls=tuple(_call_line(one) for one in calls),
        faulty_id=faulty_id,
        error=error,
        note=note,
        problems=({"text": error, "href": f"#note-{faulty_id}"},) if error else (),
    )


def _call_line(call: CallTask) -> CallLine:
    return CallLine(
        id=f"call-{call.id}",
        who=call.applicant_name,
        title=call.title,
        when=moment(call.made_at),
        item=call.item_name,
        case_number=call.case_number,
        case_address=reverse("console:dossier", args=[call.case_number]),
        settle_action=reverse("console:settle_call", args=[call.id]),
    )


@dataclass(frozen=True, slots=True)
class LetterLine:
    id: int
    subscriber: str
    queue: str
    attempts: str
    reason: str
    when: str
    retry_action: str


def build_letters(letters: Sequence[DeadLetter]) -> tuple[LetterLine, ...]:
    return tuple(
        LetterLine(
            id=one.id,
            subscriber=one.subscriber,
            queue=one.queue,
            attempts=_("试过 %(count)d 次") % {"count": one.attempts},
            reason=one.reason,
            when=moment(one.at),
            retry_action=reverse("console:retry", args=[one.id]),
        )
        for one in letters
    )


@dataclass(frozen=True, slots=True)
class CalendarPage:
    sentence: str
    is_ending: bool
    provisional: str
    changes: tuple[tuple[str, str, str], ...]
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str


def build_calendar(
    status: CalendarStatus, changes: Sequence[CalendarChange], form: Form | None
) -> CalendarPage:
    """`form` is None for whoever may only look."""
    reach = status.reach
    told = {"day": plain_day(reach.last_known), "count": reach.days_left}
    return CalendarPage(
        sentence=_("已公布的放假安排到%(day)s为止，还有 %(count)d 天。") % told,
        is_ending=reach.is_ending,
        provisional=_("%(count)d 件在办办件的期限落在还没有公布的日子上，暂按星期推算。")
        % {"count": status.provisional_cases}
        if status.provisional_cases
        else "",
        changes=tuple((full_day(one.on), _("上班") if one.works else _("放假"), one.name) for one in changes),
        fields=controls(form) if form is not None else (),
        problems=problems(form) if form is not None and form.is_bound else (),
        action=reverse("console:calendar"),
    )


@dataclass(frozen=True, slots=True)
class CoverPage:
    covers: tuple[tuple[str, str, str, str], ...]
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str


def build_cover(covers: Sequence[Cover], form: Form, refusal: str = "") -> CoverPage:
    lines: list[Problem] = [{"text": refusal}] if refusal else []
    return CoverPage(
        covers=tuple(
            (one.absentee.name, one.deputy.name, moment(one.valid_from), moment(one.valid_to))
            for one in covers
        ),
        fields=controls(form),
        problems=(*lines, *(problems(form) if form.is_bound else ())),
        action=reverse("console:cover"),
    )
