"""Whose word was not kept, and how it counts again (失信记录与信用修复, 国办发〔2020〕42号)."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.registers import models
from tongban.domains.registers.types import BrokenPromiseKind
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError


class NothingToRepair(TongbanError):
    """No such open record, or another department's: both look the same."""

    code: ClassVar[str] = "NOTHING_TO_REPAIR"
    default_sentence: ClassVar[str] = gettext_noop("没有这条失信记录，或者已经修复。")


@transaction.atomic
def record_broken_promise(
    *,
    subject_id: UUID,
    case_number: str,
    department: str,
    kind: BrokenPromiseKind,
    reason: str,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep the record; a second time for the same case and kind changes nothing and is False."""
    row, is_new = models.BrokenPromise.objects.get_or_create(
        case_number=case_number,
        kind=kind.value,
        defaults={
            "subject_id": subject_id,
            "department": department,
            "reason": reason,
            "recorded_at": at,
        },
    )
    if is_new:
        _record(row, "BROKEN_PROMISE_RECORDED", actor, at, reason)
    return is_new


@transaction.atomic
def repair_trust(
    record_id: UUID, *, departments: Collection[str], reason: str, actor: Actor, at: datetime
) -> None:
    """What was wrong has been put right: the record counts no more (信用修复); raises :class:`NothingToRepair`."""
    rows = models.BrokenPromise.objects.select_for_update().filter(
        pk=record_id, department__in=sorted(departments), repaired_at__isnull=True
    )
    _repair(rows.first(), f"record {record_id}", reason, actor, at)


@transaction.atomic
def repair_trust_in(
    case_number: str, kind: BrokenPromiseKind, *, reason: str, actor: Actor, at: datetime
) -> None:
    """The same for what a case put on record; raises :class:`NothingToRepair`."""
    rows = models.BrokenPromise.objects.select_for_update().filter(
        case_number=case_number, kind=kind.value, repaired_at__isnull=True
    )
    _repair(rows.first(), f"{kind} of {case_number}", reason, actor, at)


def _repair(row: models.BrokenPromise | None, named: str, reason: str, actor: Actor, at: datetime) -> None:
    if row is None:
        raise NothingToRepair(named)
    row.repaired_at = at
    row.save(update_fields=["repaired_at"])
    _record(row, "TRUST_REPAIRED", actor, at, reason)


def _record(row: models.BrokenPromise, action: str, actor: Actor, at: datetime, reason: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="registers.BrokenPromise",
        object_id=str(row.pk),
        subject_id=row.subject_id,
        case_number=row.case_number,
        detail={"kind": row.kind, "reason": reason},
    )
