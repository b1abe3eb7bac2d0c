"""Tell the applicant what happened to her case (处理进度通知)."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.cases import services
from tongban.domains.cases.events import (
    CalendarEnding,
    CaseEnded,
    CaseEvent,
    CaseGranted,
    CaseLimitNoticed,
    CaseMoved,
    CaseReceived,
    DataWanted,
)
from tongban.domains.cases.models import Case, CheckTask, ClockEvent, SupplementItem
from tongban.domains.cases.rules.clock import NO_LIMIT, ClockEventKind
from tongban.domains.cases.rules.papers import day_words, instant_words
from tongban.domains.cases.types import Action, CheckKind, CheckOutcome, Light, Status
from tongban.domains.licences.events import LicenceChanged
from tongban.domains.messaging import services as messaging
from tongban.domains.messaging.events import MailRefused
from tongban.foundation.prepared import prepared
from tongban.kernel.actors import Role
from tongban.kernel.clock import PauseReason

_MOVES = {
    Action.ACCEPT.value: "CASE_ACCEPTED",
    Action.ACCEPT_BY_SILENCE.value: "CASE_ACCEPTED_BY_SILENCE",
    Action.REQUEST_SUPPLEMENT.value: "SUPPLEMENT_REQUESTED",
    Action.ANSWER_SUPPLEMENT.value: "SUPPLEMENT_ANSWERED",
    Action.FINISH_EXAMINATION.value: "EXAMINATION_FINISHED",
    Action.RETURN_TO_EXAMINATION.value: "EXAMINATION_REOPENED",
    Action.SUSPEND.value: "CASE_SUSPENDED",
    Action.RESUME.value: "CASE_RESUMED",
    Action.EXTEND.value: "CASE_EXTENDED",
    Action.RECORD_PROCEDURE.value: "PROCEDURE_RECORDED",
    Action.SERVE.value: "CASE_SERVED",
    Action.CLOSE.value: "CASE_CLOSED",
    Action.CORRECT.value: "CASE_CORRECTED",
    Action.ASK_FOR_MISSING.value: "MISSING_DATA_ASKED",
    Action.REQUEST_ASSISTANCE.value: "ASSISTANCE_ASKED",
    Action.ANSWER_ASSISTANCE.value: "ASSISTANCE_ANSWERED",
}
_ENDS = {
    Status.NOT_ACCEPTED.value: "CASE_NOT_ACCEPTED",
    Status.REFUSED.value: "CASE_REFUSED",
    Status.WITHDRAWN.value: "CASE_WITHDRAWN",
    Status.TERMINATED.value: "CASE_TERMINATED",
}


def tell_applicant(event: CaseEvent, at: datetime) -> None:
    """One message for a change the applicant should hear of, and one for a whole application received."""
    template = template_of(event)
    if template is None:
        return
    case = _received_first(event) if isinstance(event, CaseReceived) else _with_application(event.case_id)[0]
    if case is None:
        return
    messaging.send(
        template,
        to_subject=event.applicant_id,
        context=_context(event, case),
        at=at,
        case_number=event.case_number,
    )
    if template in ("CASE_ACCEPTED", "CASE_ACCEPTED_BY_SILENCE"):
        _remind_of_deferred(case, at)


@prepared
def _with_application(case_id: UUID) -> QuerySet[Case]:
    return Case.objects.select_related("application").filter(id=case_id)


def _received_first(event: CaseReceived) -> Case | None:
    """The case, if it is the first of its application: of the others nothing is told."""
    (first,) = _first_of_application(event.application_id)
    return first if first.id == event.case_id else None


@prepared
def _first_of_application(application_id: UUID) -> QuerySet[Case]:
    return Case.objects.select_related("application").filter(application_id=application_id).order_by("id")[:1]


def fetch_materials(event: DataWanted, at: datetime) -> None:
    """Ask the registers for what the new case wants from them; runs outside a transaction."""
    services.fetch_materials(case_number=event.case_number, at=at)


def plan_call(event: MailRefused, at: datetime) -> None:
    """Whom no mail reaches is telephoned by who handles her case."""
    services.plan_call(
        message_id=event.message_id,
        subject_id=event.to_subject,
        title=event.title,
        case_number=event.case_number,
        at=at,
    )


def follow_licence(event: LicenceChanged, at: datetime) -> None:
    """Open cases that rest on the licence are flagged, or no longer."""
    services.follow_licence(event, at)


def tell_calendar_editors(event: CalendarEnding, at: datetime) -> None:
    """E-mail to whoever records holidays; runs outside a transaction."""
    context = {"last_day": day_words(event.last_known), "days": event.days_left}
    messaging.mail_officers("CALENDAR_ENDING", roles={Role.OPERATOR}, context=context, at=at)


def template_of(event: CaseEvent) -> str | None:
    """The message that tells the applicant of the event; None for what she is not told. That of a case received is for them all."""
    if isinstance(event, CaseReceived):
        return "APPLICATION_RECEIVED"
    if isinstance(event, CaseGranted):
        return "CASE_GRANTED"
    if isinstance(event, CaseEnded):
        return _ENDS.get(event.status)
    if isinstance(event, CaseMoved):
        return _MOVES.get(event.action)
    if isinstance(event, CaseLimitNoticed):
        return "CASE_OVERDUE" if event.light == Light.RED.value else None
    return None


def _context(event: CaseEvent, case: Case) -> dict[str, object]:
    """The values the templates name; those an event has nothing to say about stay empty."""
    context: dict[str, object] = {
        "title": case.application.title,
        "item_name": case.item_name,
        "department_name": case.department_name,
        "application_number": event.application_number,
        "case_number": event.case_number,
        "received_at": instant_words(case.received_at),
        "served_at": instant_words(event.at),
        "due_text": _due_text(case),
        "reason": "",
        "result_text": "",
        "procedure": "",
        "days": "",
        "count": "",
    }
    if isinstance(event, CaseEnded):
        context["reason"] = event.reason
    if isinstance(event, CaseGranted) and event.licences:
        context["result_text"] = f"证照编号：{'、'.join(event.licences)}。"
    if isinstance(event, CaseMoved):
        context["reason"] = event.reason
        context |= _of_move(event.action, case)
    return context


def _of_move(action: str, case: Case) -> dict[str, object]:
    if action == Action.REQUEST_SUPPLEMENT.value:
        return {"count": SupplementItem.objects.filter(request_id=case.id).count()}
    if action in (Action.SUSPEND.value, Action.RESUME.value):
        pause = _last(case, ClockEventKind.PAUSED)
        return {"procedure": PauseReason(pause.reason).label, "days": pause.days}
    if action == Action.EXTEND.value:
        return {"days": _last(case, ClockEventKind.EXTENDED).days}
    return {}


def _last(case: Case, kind: ClockEventKind) -> ClockEvent:
    return case.clock_events.filter(kind=kind.value).latest("at", "id")


def _due_text(case: Case) -> str:
    if case.due_on == NO_LIMIT or case.is_provisional:
        days = case.statutory_days if case.promised_days is None else case.promised_days
        return f"自受理之日起{days}个工作日内办结"
    return f"应于{day_words(case.due_on)}前办结"


def _remind_of_deferred(case: Case, at: datetime) -> None:
    tasks = CheckTask.objects.filter(
        case=case, kind=CheckKind.DEFERRED_MATERIAL.value, outcome=CheckOutcome.OPEN.value
    ).order_by("due_on", "id")
    if not tasks:
        return
    messaging.send(
        "CHECK_DUE",
        to_subject=case.applicant_id,
        context={
            "item_name": case.item_name,
            "case_number": case.number,
            "due_on": day_words(tasks[0].due_on),
            "materials": "、".join(task.subject for task in tasks),
        },
        at=at,
        case_number=case.number,
    )
