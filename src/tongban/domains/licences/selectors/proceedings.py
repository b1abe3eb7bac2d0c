"""Reads of proceedings about licences."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, states
from tongban.domains.licences.types import (
    LicenceAction,
    Proceeding,
    ProceedingAction,
    ProceedingStatus,
    ProceedingStep,
    SignalKind,
)
from tongban.kernel.errors import TongbanError


class ProceedingNotFound(TongbanError):
    code: ClassVar[str] = "PROCEEDING_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这个程序。请从证照页或程序列表打开。")


def get_proceeding(proceeding_id: UUID) -> Proceeding:
    """One proceeding; raises `ProceedingNotFound`."""
    row = _proceedings().filter(pk=proceeding_id).first()
    if row is None:
        raise ProceedingNotFound(f"proceeding {proceeding_id}")
    return as_proceeding(row)


def list_proceedings(issuers: Iterable[str], *, only_running: bool = True) -> tuple[Proceeding, ...]:
    """Those about licences of these issuers: what ends soonest first, what nobody has looked at yet before it; one query."""
    rows = _proceedings().filter(licence__issuer__in=list(issuers))
    if only_running:
        rows = rows.filter(status__in=states.RUNNING)
    return tuple(as_proceeding(row) for row in rows.order_by("answer_by", "opened_at", "id")[:500])


def proceedings_of(licence_number: str) -> tuple[Proceeding, ...]:
    """Those about one licence, the newest first."""
    rows = _proceedings().filter(licence__number=licence_number)
    return tuple(as_proceeding(row) for row in rows.order_by("-opened_at", "-id"))


def proceedings_of_holders(holders: Iterable[UUID]) -> tuple[Proceeding, ...]:
    """Those that holders were told of, the newest first: a signal nobody has looked into is none of them."""
    rows = _proceedings().filter(licence__holder__in=list(holders), notified_at__isnull=False)
    return tuple(as_proceeding(row) for row in rows.order_by("-opened_at", "-id"))


def course_of(proceeding_id: UUID) -> tuple[ProceedingStep, ...]:
    """Its steps, oldest first."""
    rows = models.ProceedingStep.objects.filter(proceeding=proceeding_id).order_by("at", "id")
    return tuple(
        ProceedingStep(ProceedingAction(row.action), row.at, row.actor_name, str(row.text)) for row in rows
    )


def as_proceeding(row: models.Proceeding) -> Proceeding:
    licence = row.licence
    return Proceeding(
        id=row.pk,
        number=row.number,
        licence_number=licence.number,
        licence_name=licence.licence_type.name,
        licence_serial=licence.serial,
        holder_id=licence.holder_id,
        holder_name=licence.holder_name,
        issuer=licence.issuer_id,
        issuer_name=licence.issuer_name,
        signal=SignalKind(row.signal),
        signal_text=row.signal_text,
        case_number=row.case_number,
        status=ProceedingStatus(row.status),
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        opened_by_id=row.opened_by_id,
        notified_by_id=row.notified_by_id,
        proposed=LicenceAction(row.proposed) if row.proposed else None,
        basis=row.basis,
        facts=row.facts,
        answer_by=row.answer_by,
        may_ask_for_hearing=row.may_ask_for_hearing,
        statement=str(row.statement),
        hearing_on=row.hearing_on,
        hearing_place=row.hearing_place,
        hearing_record=row.hearing_record,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        effective_on=row.effective_on,
    )


def _proceedings() -> QuerySet[models.Proceeding]:
    return models.Proceeding.objects.select_related("licence__licence_type")
