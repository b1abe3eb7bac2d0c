"""The one writer of a case's status."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypedDict
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.cases.events import CaseEnded, CaseEvent, CaseGranted, CaseMoved
from tongban.domains.cases.models import Case, ClockEvent, Conflict, HistoryEntry, LimitMark
from tongban.domains.cases.rules.access import CaseNotFound, may_do, may_see
from tongban.domains.cases.rules.clock import ClockEventKind, Standing, light, stand
from tongban.domains.cases.selectors.calendar import get_calendar
from tongban.domains.cases.selectors.facts import load_facts
from tongban.domains.cases.states import (
    ENDED,
    ENDED_WITHOUT_GRANT,
    next_status,
)
from tongban.domains.cases.types import Action, ActReceipt, Light, LimitKind, Paper, Status
from tongban.foundation import rows
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox import services as outbox
from tongban.foundation.prepared import prepared
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import ONE_DAY

# Moves inside the office that are no business of the applicant's.
INTERNAL_ACTIONS = frozenset({Action.HAND_OVER, Action.STEP_ASIDE})


class StaleDossier(TongbanError):
    """Somebody acted since the page was opened; nothing is overwritten."""

    code: ClassVar[str] = "STALE_DOSSIER"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个办件刚刚有了新的办理记录，您的操作没有提交。请刷新页面，看过最新进展后再操作。"
    )


class ConflictOfInterest(TongbanError):
    """The officer stepped aside from this case."""

    code: ClassVar[str] = "CONFLICT_OF_INTEREST"
    default_sentence: ClassVar[str] = gettext_noop("您已申请回避本办件，不能再办理。")


class EventFields(TypedDict):
    """What every event of a case carries."""

    case_id: UUID
    case_number: str
    application_id: UUID
    application_number: str
    purpose: str
    basic_code: str
    item_code: str
    department: str
    applicant_id: UUID
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a case as history, audit and event tell it. `at` is the business clock's instant."""

    action: Action
    actor: Actor
    at: datetime
    sentence: str
    reason: str = ""
    licences: tuple[str, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)


def lock_case(*, case_number: str, revision: int | None, action: Action, actor: Actor) -> Case:
    """The case, locked for the running transaction, for an act its state and the actor's post allow.

    Raises :class:`CaseNotFound`, :class:`ConflictOfInterest`, :class:`StaleDossier` or
    ``IllegalTransition``. Only the platform's own jobs pass no revision: they judge the locked row itself.
    """
    case = find_locked(case_number)
    if not may_do(actor, action, department=case.department, applicant_id=case.applicant_id):
        raise CaseNotFound(f"{actor.kind} may not {action} case {case_number}")
    refuse_conflicted(case, actor)
    refuse_stale(case, revision)
    next_status(Status(case.status), action)
    return case


def find_locked(case_number: str) -> Case:
    """The row under a lock, whoever asks; raises :class:`CaseNotFound`."""
    for found in _locked(case_number):
        return found
    raise CaseNotFound(f"no case {case_number}")


@prepared
def _locked(number: str) -> QuerySet[Case]:
    return Case.objects.select_for_update(of=("self",)).select_related("application").filter(number=number)


def refuse_conflicted(case: Case, actor: Actor) -> None:
    if (
        actor.account_id is None
        or not actor.is_officer
        or not may_see(actor, department=case.department, applicant_id=case.applicant_id)
    ):
        return
    if _conflicts(case.id, actor.account_id):
        raise ConflictOfInterest(f"officer {actor.account_id} stepped aside from {case.number}")


@prepared
def _conflicts(case_id: UUID, officer_id: UUID) -> QuerySet[Conflict, int]:
    return Conflict.objects.filter(case_id=case_id, officer_id=officer_id).values_list("id", flat=True)


def refuse_stale(case: Case, revision: int | None) -> None:
    """Nobody acts on what she did not see; None comes from who judges the locked row itself."""
    if revision is not None and case.revision != revision:
        raise StaleDossier(f"case {case.number} is at revision {case.revision}, the page showed {revision}")


def note_clock(
    case: Case, kind: ClockEventKind, at: datetime, *, days: int | None = None, reason: str = ""
) -> None:
    """A fact for the clock, written before the transition that makes it count."""
    rows.insert([ClockEvent(case=case, kind=kind.value, at=at, days=days, reason=reason)])


def transition(case: Case, act: Act) -> Standing:
    """Apply the act to a locked case: status, clock, history, audit, event; the clock as it now stands.

    Raises ``IllegalTransition``; then nothing was written.
    """
    origin = Status(case.status)
    to = next_status(origin, act.action)
    mark_passed_limit(case, act.at)
    case.status = to.value
    case.revision += 1
    if to in ENDED:
        case.ended_at = act.at
    if act.actor.is_officer and case.assignee_id is None and act.action not in INTERNAL_ACTIONS:
        case.assignee_id = act.actor.account_id
        case.assignee_name = act.actor.name
    standing = stand(get_calendar(), load_facts(case), act.at)
    apply_standing(case, standing)
    case.save()
    entry = audit.Entry(
        actor=act.actor,
        action=f"CASE_{act.action.value}",
        at=act.at,
        object_type="case",
        object_id=str(case.id),
        subject_id=case.applicant_id,
        case_number=case.number,
        detail={"from": origin.value, "to": to.value, **act.detail},
    )
    events = [] if act.action in INTERNAL_ACTIONS else [(event_of(case, act), case.department)]
    rows.insert([history_entry(case, origin, act)], audit.rows_for([entry]), outbox.rows_for(events))
    return standing


def apply_standing(case: Case, standing: Standing) -> bool:
    """Keep the clock's dates on the row; whether any of them changed."""
    kept = (case.limit_kind, case.due_on, case.amber_on, case.is_provisional)
    case.limit_kind = standing.limit.kind.value if standing.limit is not None else ""
    case.due_on = standing.due_on
    case.amber_on = standing.amber_on
    case.is_provisional = standing.is_provisional
    return kept != (case.limit_kind, case.due_on, case.amber_on, case.is_provisional)


def mark_passed_limit(case: Case, at: datetime) -> None:
    """An act after the last day leaves its mark, whether or not the worker had been there to see it pass."""
    if light(due_on=case.due_on, amber_on=case.amber_on, today=shanghai_date(at)) is Light.RED:
        LimitMark.objects.bulk_create([mark_of(case, Light.RED, at)], ignore_conflicts=True)


def mark_of(case: Case, colour: Light, at: datetime) -> LimitMark:
    since_on = case.amber_on if colour is Light.AMBER else case.due_on + ONE_DAY
    is_applicants = case.limit_kind == LimitKind.SUPPLEMENT
    return LimitMark(
        case=case,
        kind=case.limit_kind,
        light=colour.value,
        due_on=since_on - ONE_DAY if is_applicants else case.due_on,
        since_on=since_on,
        noticed_at=at,
    )


def history_entry(case: Case, origin: Status | None, act: Act) -> HistoryEntry:
    return HistoryEntry(
        case=case,
        at=act.at,
        action=act.action.value,
        from_status=origin.value if origin is not None else None,
        to_status=case.status,
        actor_kind=act.actor.kind.value,
        actor_id=act.actor.account_id,
        actor_name=act.actor.name,
        department_name=case.department_name if act.actor.department is not None else "",
        sentence=act.sentence,
        is_public=act.action not in INTERNAL_ACTIONS,
    )


def event_of(case: Case, act: Act) -> CaseEvent:
    """The event a higher domain or a department's system learns of the act by."""
    base = event_fields(case, act.at)
    if act.action is Action.GRANT:
        return CaseGranted(**base, licences=act.licences)
    if Status(case.status) in ENDED_WITHOUT_GRANT and act.action is not Action.CORRECT:
        return CaseEnded(**base, reason=act.reason or act.sentence)
    return CaseMoved(**base, action=act.action.value, reason=act.reason)


def event_fields(case: Case, at: datetime) -> EventFields:
    return {
        "case_id": case.id,
        "case_number": case.number,
        "application_id": case.application_id,
        "application_number": case.application.number,
        "purpose": case.purpose,
        "basic_code": case.basic_code,
        "item_code": case.item_code,
        "department": case.department,
        "applicant_id": case.applicant_id,
        "status": case.status,
        "at": at,
    }


def receipt_of(case: Case, papers: tuple[Paper, ...] = (), licences: tuple[str, ...] = ()) -> ActReceipt:
    return ActReceipt(case.id, case.number, Status(case.status), case.revision, papers, licences)
