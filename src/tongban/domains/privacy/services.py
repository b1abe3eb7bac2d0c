"""Finding looks without a live case, settling alarms, and complaints about looks."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.messaging import services as messaging
from tongban.domains.privacy import models, permissions, rules, selectors, states
from tongban.domains.privacy.events import AlarmsRaised, ComplaintFiled
from tongban.domains.privacy.types import (
    Alarm,
    AlarmKind,
    AlarmOutcome,
    Complaint,
    ComplaintAction,
    ComplaintStatus,
)
from tongban.foundation.audit import selectors as trail
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.foundation.outbox import services as outbox
from tongban.foundation.telemetry import PRIVACY_ALARMS
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import add_workdays

QUEUE = "privacy"
BATCH = 5_000
"""Entries of the chain judged in one transaction."""
_SCHEME = "privacy.complaint"
_ONLY_WATCH = 1


class AlarmNotFound(TongbanError):
    code: ClassVar[str] = "ALARM_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这条报警，或者已经处理过了。")


class ComplaintNotFound(TongbanError):
    """No such complaint, or another department's: both look the same."""

    code: ClassVar[str] = "COMPLAINT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这件投诉。")


class AlreadyComplained(TongbanError):
    code: ClassVar[str] = "ALREADY_COMPLAINED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这次查看您已经投诉过了。处理结果会发到“我的消息”，不用再投一次。"
    )


class WordsMissing(TongbanError):
    """What was typed is empty or too long."""

    code: ClassVar[str] = "COMPLAINT_WORDS_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明情况，500 个字以内。")


class OutcomeMissing(TongbanError):
    code: ClassVar[str] = "COMPLAINT_OUTCOME_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请选择查看有没有正当理由。")


class OwnLook(TongbanError):
    """Nobody answers for herself."""

    code: ClassVar[str] = "OWN_LOOK"
    default_sentence: ClassVar[str] = gettext_noop("这是您本人的查看，要由别人来处理。请转给同事。")


@transaction.atomic
def judge_looks(*, at: datetime) -> tuple[int, bool]:
    """Judge the next looks of the sealed trail; how many gave alarm, and whether more may be waiting. Safe to run twice."""
    models.Watch.objects.get_or_create(pk=_ONLY_WATCH)
    watch = models.Watch.objects.select_for_update().get(pk=_ONLY_WATCH)
    looks, position = trail.looks_sealed_after(watch.position, selectors.LOOKS, limit=BATCH)
    raised = [_alarm_of(one, at) for one in selectors.without_case(looks)]
    models.Alarm.objects.bulk_create(raised, ignore_conflicts=True)
    has_more = position - watch.position >= BATCH
    if position != watch.position:
        watch.position = position
        watch.save(update_fields=["position"])
    _tell(AlarmKind.NO_LIVE_CASE, len(raised), at)
    return len(raised), has_more


@transaction.atomic
def raise_other_subject(
    *, exchange_id: UUID, provider: str, subject_id: UUID, cause: str, happened_at: datetime, at: datetime
) -> None:
    """A provider answered with another person's record; a second call changes nothing."""
    _row, is_new = models.Alarm.objects.get_or_create(
        exchange_id=exchange_id,
        defaults={
            "kind": AlarmKind.OTHER_SUBJECT,
            "department": provider,
            "subject_id": subject_id,
            "case_number": cause,
            "happened_at": happened_at,
            "raised_at": at,
        },
    )
    _tell(AlarmKind.OTHER_SUBJECT, int(is_new), at)


@transaction.atomic
def settle_alarm(
    alarm_id: UUID, *, outcome: AlarmOutcome | None, words: str, actor: Actor, at: datetime
) -> Alarm:
    """What the privacy officer found; where the look was wrong the person is told (个人信息保护法 §57).

    Raises `AlarmNotFound`, `OutcomeMissing`, `WordsMissing`.
    """
    row = models.Alarm.objects.select_for_update().filter(pk=alarm_id, settled_at__isnull=True).first()
    if row is None or not actor.has_role(*permissions.WATCHERS):
        raise AlarmNotFound(f"alarm {alarm_id}")
    if outcome is None:
        raise OutcomeMissing(f"alarm {alarm_id}")
    row.outcome, row.words = outcome, _require_words(words)
    row.settled_at, row.settled_by = at, actor.name
    row.save(update_fields=["outcome", "words", "settled_at", "settled_by"])
    _record(row.subject_id, "SETTLE_PRIVACY_ALARM", f"privacy.Alarm {row.pk}", outcome, actor, at)
    if outcome is AlarmOutcome.WRONG:
        messaging.send(
            "LOOK_FOUND_WRONG",
            to_subject=row.subject_id,
            context={"day": shanghai_date(row.happened_at).isoformat(), "words": row.words},
            at=at,
        )
    settled = selectors.get_alarm(row.pk)
    assert settled is not None
    return settled


@transaction.atomic
def complain(look_id: int, *, text: str, actor: Actor, at: datetime) -> Complaint:
    """A person does not accept a look at her data, or at the data of whom she acts for.

    Raises `selectors.LookNotFound`, `WordsMissing`, `AlreadyComplained`.
    """
    if actor.acting_for is None:
        raise selectors.LookNotFound(f"look {look_id}")
    look = selectors.get_look(look_id, subject_id=actor.acting_for)
    words = _require_words(text)
    today = shanghai_date(at)
    row = models.Complaint(
        ticket=f"TS{today:%Y%m%d}{numbering.next_serial(_SCHEME, f'{today:%Y%m%d}'):05}",
        look_id=look.id,
        subject_id=look.subject_id,
        complainant_name=actor.name,
        department=look.department,
        text=words,
        filed_at=at,
        due_on=add_workdays(national_calendar(), today, rules.ANSWER_DAYS).due_on,
        status=ComplaintStatus.FILED,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyComplained(f"look {look_id}") from error
    _record(row.subject_id, "COMPLAIN_ABOUT_LOOK", f"privacy.Complaint {row.pk}", None, actor, at)
    outbox.publish(ComplaintFiled(row.pk, row.ticket, row.department, at), queue=QUEUE)
    return _get(row)


def answer_complaint(
    complaint_id: UUID, *, outcome: AlarmOutcome | None, answer: str, actor: Actor, at: datetime
) -> Complaint:
    """The department's answer; the person is told and the privacy officer reviews it.

    Raises `ComplaintNotFound`, `OutcomeMissing`, `WordsMissing`, `OwnLook`, `states.IllegalComplaintStep`.
    """
    with transaction.atomic():
        row = _lock(complaint_id, actor)
        row.status = states.after(ComplaintStatus(row.status), ComplaintAction.ANSWER)
        row.outcome, row.answer = _require_outcome(row, outcome, actor), _require_words(answer)
        row.answered_at, row.answered_by = at, actor.name
        row.save(update_fields=["status", "outcome", "answer", "answered_at", "answered_by"])
        return _tell_complainant(row, row.outcome, row.answer, "ANSWER_LOOK_COMPLAINT", actor, at)


def review_complaint(
    complaint_id: UUID, *, outcome: AlarmOutcome | None, review: str, actor: Actor, at: datetime
) -> Complaint:
    """The privacy officer's last word, whether the department has answered or not; raises as `answer_complaint`."""
    if not actor.has_role(*permissions.WATCHERS):
        raise ComplaintNotFound(f"complaint {complaint_id}")
    with transaction.atomic():
        row = _lock(complaint_id, actor)
        row.status = states.after(ComplaintStatus(row.status), ComplaintAction.REVIEW)
        row.review_outcome, row.review = _require_outcome(row, outcome, actor), _require_words(review)
        row.reviewed_at, row.reviewed_by = at, actor.name
        row.save(update_fields=["status", "review_outcome", "review", "reviewed_at", "reviewed_by"])
        return _tell_complainant(row, row.review_outcome, row.review, "REVIEW_LOOK_COMPLAINT", actor, at)


def _alarm_of(look: trail.Looked, at: datetime) -> models.Alarm:
    assert look.subject_id is not None
    return models.Alarm(
        kind=AlarmKind.NO_LIVE_CASE,
        look_id=look.id,
        department=look.department,
        subject_id=look.subject_id,
        case_number=look.case_number,
        happened_at=look.at,
        raised_at=at,
    )


def _tell(kind: AlarmKind, count: int, at: datetime) -> None:
    if count:
        PRIVACY_ALARMS.labels(kind.value).inc(count)
        outbox.publish(AlarmsRaised(count, at), queue=QUEUE)


def _lock(complaint_id: UUID, actor: Actor) -> models.Complaint:
    departments = permissions.scope(actor)
    row = models.Complaint.objects.select_for_update().filter(pk=complaint_id).first()
    if row is None or (departments is not None and row.department not in departments):
        raise ComplaintNotFound(f"complaint {complaint_id}")
    return row


def _require_outcome(row: models.Complaint, outcome: AlarmOutcome | None, actor: Actor) -> AlarmOutcome:
    look = trail.get_looks([row.look_id])[row.look_id]
    if look.actor_id is not None and look.actor_id == actor.account_id:
        raise OwnLook(f"complaint {row.pk}")
    if outcome is None:
        raise OutcomeMissing(f"complaint {row.pk}")
    return outcome


def _require_words(words: str) -> str:
    told = words.strip()
    if not 0 < len(told) <= rules.LONGEST_TEXT:
        raise WordsMissing(f"{len(told)} characters")
    return told


def _tell_complainant(
    row: models.Complaint, outcome: AlarmOutcome, words: str, action: str, actor: Actor, at: datetime
) -> Complaint:
    _record(row.subject_id, action, f"privacy.Complaint {row.pk}", outcome, actor, at)
    complaint = _get(row)
    found = {
        AlarmOutcome.JUSTIFIED: _("查看有正当理由"),
        AlarmOutcome.WRONG: _("查看不当"),
    }
    messaging.send(
        "LOOK_COMPLAINT_ANSWERED",
        to_subject=row.subject_id,
        context={
            "ticket": row.ticket,
            "who": _("个人信息保护负责人")
            if complaint.status is ComplaintStatus.REVIEWED
            else complaint.department_name,
            "outcome": found[outcome],
            "words": words,
        },
        at=at,
    )
    return complaint


def _get(row: models.Complaint) -> Complaint:
    found = selectors.find_complaint(row.pk, departments=None)
    assert found is not None
    return found


def _record(
    subject_id: UUID, action: str, what: str, outcome: AlarmOutcome | None, actor: Actor, at: datetime
) -> None:
    object_type, _blank, object_id = what.partition(" ")
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type=object_type,
        object_id=object_id,
        subject_id=subject_id,
        detail={"outcome": outcome.value} if outcome else {},
    )
