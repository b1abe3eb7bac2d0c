"""Proceedings (证照程序): signal, notice, statement, hearing, decision. No licence is taken without them."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, permissions, rules, selectors, states
from tongban.domains.licences.services import life
from tongban.domains.licences.services.life import GroundMissing
from tongban.domains.licences.types import (
    Ground,
    LicenceAction,
    LicenceStatus,
    Notice,
    Proceeding,
    ProceedingAction,
    ProceedingStatus,
    SignalKind,
)
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.kernel.actors import Actor, Role
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar


class NothingToProceedOn(TongbanError):
    """The licence is over: there is nothing left to take."""

    code: ClassVar[str] = "NOTHING_TO_PROCEED_ON"
    default_sentence: ClassVar[str] = gettext_noop("这张证照已经失去效力，不需要再立案。")


class TooLate(TongbanError):
    """The day for statements has passed."""

    code: ClassVar[str] = "PROCEEDING_TOO_LATE"
    default_sentence: ClassVar[str] = gettext_noop(
        "陈述、申辩的期限已经过了。对决定不服的，可以申请行政复议或者起诉。"
    )


class NoHearingHere(TongbanError):
    code: ClassVar[str] = "NO_HEARING_HERE"
    default_sentence: ClassVar[str] = gettext_noop("这种处理依法不适用听证。您可以在期限内书面陈述、申辩。")


class NotHeardYet(TongbanError):
    """Decided before her time is over: refused."""

    code: ClassVar[str] = "NOT_HEARD_YET"
    default_sentence: ClassVar[str] = gettext_noop(
        "还不能决定：当事人陈述、申辩的期限没有过，或者她要求的听证还没有举行。"
    )


class SamePerson(TongbanError):
    """Who brought the charge does not judge it."""

    code: ClassVar[str] = "PROCEEDING_SAME_PERSON"
    default_sentence: ClassVar[str] = gettext_noop(
        "立案或者发出告知的人不能主持听证，也不能作决定。请由另一位有决定权的同事办理。"
    )


class WordsMissing(TongbanError):
    code: ClassVar[str] = "PROCEEDING_WORDS_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明内容，这一项会进入程序记录并告知当事人。")


class HearingTooSoon(TongbanError):
    code: ClassVar[str] = "HEARING_TOO_SOON"


@transaction.atomic
def open_proceeding(
    licence_number: str,
    *,
    signal: SignalKind,
    text: str,
    actor: Actor,
    at: datetime,
    reference: str = "",
    case_number: str = "",
) -> Proceeding:
    """Look into a signal about a licence; nothing changes for it by that. The same signal (`reference`) opens one proceeding.

    Raises `selectors.LicenceNotFound`, `NothingToProceedOn`, `WordsMissing`, `permissions.NotYours`.
    """
    licence = life.lock(licence_number)
    if not case_number:
        permissions.require_role(actor, Role.LICENCE_KEEPER, licence.issuer_id)
    if reference:
        there = models.Proceeding.objects.filter(licence=licence, signal=signal, reference=reference).first()
        if there is not None:
            return selectors.get_proceeding(there.pk)
    if LicenceStatus(licence.status) in states.FINAL:
        raise NothingToProceedOn(f"licence {licence_number} is {licence.status}")
    _require_words(text)
    row = models.Proceeding.objects.create(
        number=_number(at),
        licence=licence,
        signal=signal,
        signal_text=text.strip(),
        reference=reference,
        case_number=case_number,
        status=states.next_proceeding_status(None, ProceedingAction.OPEN),
        opened_at=at,
        opened_by_id=actor.account_id,
        opened_by=actor.name,
    )
    _note(row, ProceedingAction.OPEN, text.strip(), actor, at)
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def notify(
    proceeding_id: UUID, notice: Notice, *, calendar: Calendar, actor: Actor, at: datetime
) -> Proceeding:
    """事先告知: tell the holder what the office means to do, why and on which law, and until when she can answer.

    Raises `GroundMissing`, `states.IllegalStep`, `states.IllegalTransition` when the licence could not be so treated.
    """
    row = _lock(proceeding_id, ProceedingAction.NOTIFY, Role.LICENCE_KEEPER, actor)
    if notice.action not in states.BY_PROCEEDING:
        raise states.IllegalTransition(f"{notice.action} is no outcome of a proceeding")
    states.next_status(LicenceStatus(row.licence.status), notice.action)
    if not (notice.law.strip() and notice.article.strip() and notice.facts.strip()):
        raise GroundMissing(f"notice of {row.number} without law, article or facts")
    row.proposed = notice.action
    row.basis = Ground(notice.law.strip(), notice.article.strip(), notice.facts).basis
    row.facts = notice.facts.strip()
    row.notified_at, row.notified_by_id = at, actor.account_id
    row.answer_by = rules.answer_by(calendar, shanghai_date(at))
    row.may_ask_for_hearing = rules.may_ask_for_hearing(notice.action)
    _move(row, ProceedingAction.NOTIFY, row.facts, actor, at)
    messaging.send(
        "PROCEEDING_NOTICE",
        to_subject=row.licence.holder_id,
        context={
            **_told(row),
            "facts": row.facts,
            "answer_by": rules.chinese_date(row.answer_by),
            "hearing": "，也可以要求听证" if row.may_ask_for_hearing else "",
        },
        at=at,
    )
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def state_case(proceeding_id: UUID, text: str, *, actor: Actor, at: datetime) -> Proceeding:
    """陈述、申辩: the holder's own words, once or several times until her day; raises `TooLate`, `WordsMissing`."""
    row = _lock_for_holder(proceeding_id, ProceedingAction.STATE, actor, at)
    _require_words(text)
    row.statement = f"{row.statement}\n\n{text.strip()}".strip()
    _move(row, ProceedingAction.STATE, text.strip(), actor, at)
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def ask_for_hearing(proceeding_id: UUID, *, actor: Actor, at: datetime) -> Proceeding:
    """The holder asks for a hearing (行政处罚法 §63, §64); raises `TooLate`, `NoHearingHere`."""
    row = _lock_for_holder(proceeding_id, ProceedingAction.ASK_FOR_HEARING, actor, at)
    if not row.may_ask_for_hearing:
        raise NoHearingHere(f"{row.proposed} of {row.number}")
    _move(row, ProceedingAction.ASK_FOR_HEARING, "", actor, at)
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def announce_hearing(
    proceeding_id: UUID, *, on: date, place: str, calendar: Calendar, actor: Actor, at: datetime
) -> Proceeding:
    """Time and place of the hearing, told to the holder seven working days before (§64 (2)); raises `HearingTooSoon`."""
    row = _lock(proceeding_id, ProceedingAction.ANNOUNCE_HEARING, Role.LICENCE_KEEPER, actor)
    _require_words(place)
    first = rules.first_hearing_day(calendar, shanghai_date(at))
    if on < first:
        raise HearingTooSoon(
            f"hearing of {row.number} on {on}, first {first}",
            sentence=_("听证的时间、地点要提前七个工作日通知：最早是%(day)s。")
            % {"day": rules.chinese_date(first)},
        )
    row.hearing_on, row.hearing_place = on, place.strip()
    text = f"{rules.chinese_date(on)}，{row.hearing_place}"
    _move(row, ProceedingAction.ANNOUNCE_HEARING, text, actor, at)
    messaging.send(
        "PROCEEDING_HEARING",
        to_subject=row.licence.holder_id,
        context={**_told(row), "hearing_on": rules.chinese_date(on), "place": row.hearing_place},
        at=at,
    )
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def record_hearing(proceeding_id: UUID, record: str, *, actor: Actor, at: datetime) -> Proceeding:
    """笔录 of the hearing, by who presided over it: not who investigated (§64 (4)).

    Raises `SamePerson`, `WordsMissing`, `NotHeardYet` before the day.
    """
    row = _lock(proceeding_id, ProceedingAction.RECORD_HEARING, Role.DECIDER, actor)
    _require_another(row, actor)
    _require_words(record)
    if row.hearing_on is None or shanghai_date(at) < row.hearing_on:
        raise NotHeardYet(f"hearing of {row.number} is on {row.hearing_on}")
    row.hearing_record = record.strip()
    _move(row, ProceedingAction.RECORD_HEARING, row.hearing_record, actor, at)
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def decide(
    proceeding_id: UUID, *, reason: str, actor: Actor, at: datetime, effective_on: date | None = None
) -> Proceeding:
    """Do what the notice proposed, at once or from a day on: by a decider who neither opened it nor gave the notice.

    Raises `SamePerson`, `NotHeardYet`, `WordsMissing`, `states.IllegalStep`, `states.IllegalTransition`.
    """
    row = _lock(proceeding_id, ProceedingAction.DECIDE, Role.DECIDER, actor)
    _require_another(row, actor)
    _require_words(reason)
    if not rules.was_heard(selectors.as_proceeding(row), shanghai_date(at)):
        raise NotHeardYet(f"{row.number} may be answered until {row.answer_by}")
    _settle(row, ProceedingAction.DECIDE, reason, actor, at)
    row.effective_on = effective_on or shanghai_date(at)
    row.save(update_fields=["effective_on"])
    licence = life.lock(row.licence.number)
    law, _mark, article = row.basis.removeprefix("《").partition("》")
    ground = Ground(law, article, reason.strip(), row.case_number, effective_on=effective_on)
    life.apply(licence, LicenceAction(row.proposed), ground, actor=actor, at=at, proceeding=row.pk)
    messaging.send(
        "PROCEEDING_DECIDED",
        to_subject=row.licence.holder_id,
        context={
            **_told(row),
            "reason": row.decision_reason,
            "effective_on": rules.chinese_date(row.effective_on),
        },
        at=at,
    )
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def drop(proceeding_id: UUID, *, reason: str, actor: Actor, at: datetime) -> Proceeding:
    """Having heard the holder, leave the licence as it is; raises `SamePerson`, `WordsMissing`."""
    row = _lock(proceeding_id, ProceedingAction.DROP, Role.DECIDER, actor)
    _require_another(row, actor)
    _require_words(reason)
    _settle(row, ProceedingAction.DROP, reason, actor, at)
    messaging.send(
        "PROCEEDING_DROPPED",
        to_subject=row.licence.holder_id,
        context={**_told(row), "reason": row.decision_reason},
        at=at,
    )
    return selectors.get_proceeding(row.pk)


@transaction.atomic
def dismiss(proceeding_id: UUID, *, reason: str, actor: Actor, at: datetime) -> Proceeding:
    """The signal was looked into and nothing is wrong: the keeper ends it before anybody is told; raises `WordsMissing`."""
    row = _lock(proceeding_id, ProceedingAction.DISMISS, Role.LICENCE_KEEPER, actor)
    _require_words(reason)
    _settle(row, ProceedingAction.DISMISS, reason, actor, at)
    return selectors.get_proceeding(row.pk)


def _number(at: datetime) -> str:
    """证照程序编号: the year and a running number."""
    year = shanghai_date(at).year
    return f"ZZCX{year}{numbering.next_serial('licence-proceeding', str(year)):06}"


def _lock(proceeding_id: UUID, action: ProceedingAction, role: Role, actor: Actor) -> models.Proceeding:
    row = _locked(proceeding_id)
    permissions.require_role(actor, role, row.licence.issuer_id)
    states.next_proceeding_status(ProceedingStatus(row.status), action)
    return row


def _lock_for_holder(
    proceeding_id: UUID, action: ProceedingAction, actor: Actor, at: datetime
) -> models.Proceeding:
    row = _locked(proceeding_id)
    if (
        row.licence.holder_id not in permissions.holders_for(actor, at=at)
        or row.status == ProceedingStatus.OPEN
    ):
        raise selectors.ProceedingNotFound(f"proceeding {proceeding_id} is not about this holder")
    states.next_proceeding_status(ProceedingStatus(row.status), action)
    if row.answer_by is not None and shanghai_date(at) > row.answer_by:
        raise TooLate(f"{row.number} was to be answered by {row.answer_by}")
    return row


def _locked(proceeding_id: UUID) -> models.Proceeding:
    found = models.Proceeding.objects.select_for_update(of=("self",)).filter(pk=proceeding_id)
    row = found.select_related("licence__licence_type").first()
    if row is None:
        raise selectors.ProceedingNotFound(f"proceeding {proceeding_id}")
    return row


def _require_another(row: models.Proceeding, actor: Actor) -> None:
    if actor.account_id is None or actor.account_id in (row.opened_by_id, row.notified_by_id):
        raise SamePerson(f"{actor.account_id} opened {row.number} or gave its notice")


def _require_words(text: str) -> None:
    if not text.strip():
        raise WordsMissing("a step of a proceeding without words")


def _settle(
    row: models.Proceeding, action: ProceedingAction, reason: str, actor: Actor, at: datetime
) -> None:
    row.decided_at, row.decided_by_id, row.decided_by = at, actor.account_id, actor.name
    row.decision_reason = reason.strip()
    _move(row, action, row.decision_reason, actor, at)


def _move(row: models.Proceeding, action: ProceedingAction, text: str, actor: Actor, at: datetime) -> None:
    """The one writer of a locked proceeding's status, together with its course."""
    row.status = states.next_proceeding_status(ProceedingStatus(row.status), action)
    row.save()
    _note(row, action, text, actor, at)


def _note(row: models.Proceeding, action: ProceedingAction, text: str, actor: Actor, at: datetime) -> None:
    models.ProceedingStep.objects.create(
        proceeding=row,
        action=action,
        at=at,
        account_id=actor.account_id,
        actor_name=actor.name,
        text=text,
    )
    audit.record(
        actor=actor,
        action=f"PROCEEDING_{action.value}",
        at=at,
        object_type="licences.Proceeding",
        object_id=row.number,
        subject_id=row.licence.holder_id,
        case_number=row.case_number,
        detail={"licence": row.licence.number},
    )


def _told(row: models.Proceeding) -> dict[str, object]:
    return {
        "number": row.number,
        "licence_name": row.licence.licence_type.name,
        "department_name": row.licence.issuer_name,
        "action": rules.ACTION_NAMES[LicenceAction(row.proposed)],
        "basis": row.basis,
    }
