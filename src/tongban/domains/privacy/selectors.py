"""Reads of looks, alarms and complaints."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_noop

from tongban.domains.cases import selectors as cases
from tongban.domains.cases.types import CaseFacts
from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import selectors as exchange
from tongban.domains.licences import rules as licence_rules
from tongban.domains.licences import selectors as licences
from tongban.domains.privacy import models, rules, states
from tongban.domains.privacy.types import (
    Alarm,
    AlarmKind,
    AlarmOutcome,
    Complaint,
    ComplaintStatus,
    LookPage,
    Manner,
    SeenLook,
)
from tongban.foundation.audit import selectors as audit
from tongban.foundation.audit.selectors import Looked, LookFilter
from tongban.kernel.errors import TongbanError

LOOKS = LookFilter(frozenset(rules.MANNERS) - rules.OPENINGS, rules.OPENINGS)


class LookNotFound(TongbanError):
    """No such look at her data: another's and none are the same."""

    code: ClassVar[str] = "LOOK_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这条查看记录。")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person narrows her list down to; `until` is not included."""

    department: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_looks(
    subject_id: UUID, wanted: Wanted, *, before: tuple[datetime, int] | None = None, limit: int
) -> LookPage:
    """Who looked at a subject's data, the newest first; a fixed number of queries."""
    narrowed = replace(LOOKS, department=wanted.department, since=wanted.since, until=wanted.until)
    found = audit.list_looks(subject_id, narrowed, before=before, limit=limit + 1)
    looks = _seen(found[:limit])
    if len(found) <= limit:
        return LookPage(looks)
    return LookPage(looks, found[limit - 1].at, found[limit - 1].id)


def get_look(look_id: int, *, subject_id: UUID) -> SeenLook:
    """One look at the subject's data; raises `LookNotFound`."""
    look = find_looks([look_id]).get(look_id)
    if look is None or look.subject_id != subject_id:
        raise LookNotFound(f"look {look_id} at {subject_id}")
    return look


def find_looks(ids: Iterable[int]) -> Mapping[int, SeenLook]:
    """Looks by id; what is no look is left out."""
    found = audit.get_looks(set(ids)).values()
    return {
        one.id: one for one in _seen([one for one in found if one.action in rules.MANNERS and one.subject_id])
    }


def looking_departments(subject_id: UUID) -> Mapping[str, str]:
    """Names of the departments that ever looked at a subject's data, by code."""
    return directory.department_names(audit.departments_that_looked(subject_id, LOOKS))


def without_case(looks: Sequence[Looked]) -> list[Looked]:
    """Those of the looks that had no live case to stand on; two queries."""
    facts = cases.facts_of({one.case_number for one in looks if one.case_number})
    return [one for one in looks if _is_without_case(one, facts)]


def list_alarms(*, is_open: bool, limit: int) -> tuple[Alarm, ...]:
    """Alarms to settle, or those settled last."""
    rows = models.Alarm.objects.filter(settled_at__isnull=is_open).select_related("subject")
    found = list(rows.order_by("-happened_at" if is_open else "-settled_at", "-id")[:limit])
    names = directory.department_names({row.department for row in found if row.department})
    return tuple(_alarm(row, names) for row in found)


def get_alarm(alarm_id: UUID) -> Alarm | None:
    row = models.Alarm.objects.select_related("subject").filter(pk=alarm_id).first()
    return _alarm(row, directory.department_names({row.department} - {""})) if row else None


def count_open_alarms() -> int:
    return models.Alarm.objects.filter(settled_at__isnull=True).count()


def list_complaints(
    departments: Collection[str] | None, *, is_open: bool, limit: int
) -> tuple[Complaint, ...]:
    """Complaints to deal with, the most urgent first, or those dealt with last; None: every department's."""
    rows = models.Complaint.objects.all()
    if departments is not None:
        rows = rows.filter(department__in=set(departments))
    if is_open:
        rows = rows.filter(status__in=sorted(states.OPEN)).order_by("due_on", "id")
    else:
        rows = rows.exclude(status__in=sorted(states.OPEN)).order_by("-reviewed_at", "-id")
    found = list(rows[:limit])
    names = directory.department_names({row.department for row in found if row.department})
    return tuple(as_complaint(row, names) for row in found)


def find_complaint(complaint_id: UUID, *, departments: Collection[str] | None) -> Complaint | None:
    """None also for another department's."""
    row = models.Complaint.objects.filter(pk=complaint_id).first()
    if row is None or (departments is not None and row.department not in departments):
        return None
    return as_complaint(row, directory.department_names({row.department} - {""}))


def find_complaint_about(look_id: int) -> Complaint | None:
    row = models.Complaint.objects.filter(look_id=look_id).first()
    return as_complaint(row, directory.department_names({row.department} - {""})) if row else None


def as_complaint(row: models.Complaint, names: Mapping[str, str]) -> Complaint:
    return Complaint(
        id=row.pk,
        ticket=row.ticket,
        look_id=row.look_id,
        subject_id=row.subject_id,
        complainant_name=row.complainant_name,
        department=row.department,
        department_name=names.get(row.department, ""),
        text=row.text,
        filed_at=row.filed_at,
        due_on=row.due_on,
        status=ComplaintStatus(row.status),
        outcome=AlarmOutcome(row.outcome) if row.outcome else None,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        review_outcome=AlarmOutcome(row.review_outcome) if row.review_outcome else None,
        review=row.review,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
    )


def _alarm(row: models.Alarm, names: Mapping[str, str]) -> Alarm:
    return Alarm(
        id=row.pk,
        kind=AlarmKind(row.kind),
        look_id=row.look_id,
        exchange_id=row.exchange_id,
        department=row.department,
        department_name=names.get(row.department, ""),
        subject_id=row.subject_id,
        subject_name=row.subject.name,
        case_number=row.case_number,
        happened_at=row.happened_at,
        raised_at=row.raised_at,
        outcome=AlarmOutcome(row.outcome) if row.outcome else None,
        words=row.words,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
    )


def _seen(looks: Sequence[Looked]) -> tuple[SeenLook, ...]:
    facts = cases.facts_of({one.case_number for one in looks if one.case_number})
    names = directory.department_names({one.department for one in looks if one.department})
    words = _Words(looks)
    complaints = models.Complaint.objects.filter(look_id__in=[one.id for one in looks])
    complained = dict(complaints.values_list("look_id", "id"))
    return tuple(_as_seen(one, facts, names, words, complained.get(one.id)) for one in looks)


class _Words:
    """What resources, licences and their fields are called."""

    def __init__(self, looks: Sequence[Looked]) -> None:
        self.entries = {
            one.code: one
            for one in exchange.entries({one.object_id for one in looks if one.action == "LOOK_UP"})
        }
        self.types = licences.licence_types()

    def what(self, look: Looked) -> str:
        match rules.MANNERS[look.action]:
            case Manner.RECORD:
                return self.entries[look.object_id].name
            case Manner.FETCHED:
                return self._licence(look.object_id)
            case Manner.COUNTER:
                return "、".join(self._licence(code) for code in look.detail.get("held", ()))
        return ""

    def fields(self, look: Looked) -> tuple[str, ...]:
        names = [str(name) for name in look.detail.get("fields", ())]
        if look.action == "LOOK_UP":
            labels = {one.name: one.label for one in self.entries[look.object_id].fields}
            return tuple(labels.get(name, name) for name in names)
        licence_type = self.types.get(look.object_id)
        if licence_type is None:
            return ()
        return tuple(licence_rules.caption(licence_type, name) for name in names)

    def _licence(self, code: str) -> str:
        return self.types[code].name if code in self.types else code


def _as_seen(
    look: Looked,
    facts: Mapping[str, CaseFacts],
    names: Mapping[str, str],
    words: _Words,
    complaint: UUID | None,
) -> SeenLook:
    assert look.subject_id is not None
    case = facts.get(look.case_number)
    exchange_id = look.detail.get("exchange")
    return SeenLook(
        id=look.id,
        at=look.at,
        manner=rules.MANNERS[look.action],
        actor_kind=look.actor_kind,
        department=look.department,
        department_name=names.get(look.department, ""),
        what=words.what(look),
        fields=words.fields(look),
        purpose=str(look.detail.get("purpose", "")),
        case_number=look.case_number,
        item_name=case.item_name if case else "",
        application=case.application if case and case.applicant_id == look.subject_id else "",
        outcome=str(look.detail.get("outcome", "")) if look.action in ("LOOK_UP", "FETCH_LICENCE") else "",
        is_without_case=_is_without_case(look, facts),
        is_sealed=look.position is not None,
        exchange_id=UUID(exchange_id) if exchange_id else None,
        subject_id=look.subject_id,
        complaint=complaint,
    )


def _is_without_case(look: Looked, facts: Mapping[str, CaseFacts]) -> bool:
    case = facts.get(look.case_number)
    age = look.at - case.ended_at if case and case.ended_at and case.ended_at < look.at else None
    return rules.is_without_case(
        action=look.action,
        actor_kind=look.actor_kind,
        department=look.department,
        case_number=look.case_number,
        outcome=str(look.detail.get("outcome", "")),
        is_hers=case is not None and case.applicant_id == look.subject_id,
        case=case,
        age=age,
    )
