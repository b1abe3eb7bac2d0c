"""Flags on open cases: a licence that a case rests on has lost its force since (证照状态提示)."""

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.domains.cases.models import Case, CaseFlag
from tongban.domains.cases.services.transition import find_locked
from tongban.domains.cases.states import OPEN
from tongban.domains.licences import selectors as library
from tongban.domains.licences.events import LicenceChanged
from tongban.domains.licences.types import LicenceStatus
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.errors import TongbanError

_HOLDING = frozenset({LicenceStatus.VALID, LicenceStatus.SUPERSEDED})
"""Of a licence in these the case can rest on it, or on the one that took its place."""


class FlagUnanswered(TongbanError):
    """Granted without a word on a licence that has lost its force."""

    code: ClassVar[str] = "FLAG_UNANSWERED"


def follow_licence(event: LicenceChanged, at: datetime) -> None:
    """Flag the open cases for which the licence was used, or take the flags off again when it holds; safe to run twice."""
    numbers = library.cases_relying_on(event.number)
    for number in Case.objects.filter(number__in=numbers, status__in=sorted(OPEN)).values_list(
        "number", flat=True
    ):
        with transaction.atomic():
            case = find_locked(number)
            if LicenceStatus(event.status) in _HOLDING:
                _take_off(case, event.number, at)
            else:
                _put_on(case, event, at)


def require_answered(case: Case, reason: str, *, actor: Actor, at: datetime) -> None:
    """Raises :class:`FlagUnanswered` for a flagged case without a reason; with one, keeps it beside each flag."""
    open_flags = CaseFlag.objects.filter(case=case, cleared_at__isnull=True)
    names = list(open_flags.order_by("id").values_list("text", flat=True)) if case.is_flagged else []
    if not names:
        return
    if not reason.strip():
        raise FlagUnanswered(
            f"{len(names)} flags of {case.number} are unanswered",
            sentence=_("%(flags)s。仍要准予的，请写明理由。") % {"flags": _("；").join(names)},
        )
    open_flags.update(answer=reason.strip(), answered_by=actor.name, answered_at=at)


def _put_on(case: Case, event: LicenceChanged, at: datetime) -> None:
    licence = library.get_by_number(event.number)
    words = library.status_words(LicenceStatus(event.status))
    _flag, is_new = CaseFlag.objects.update_or_create(
        case=case,
        licence_number=event.number,
        cleared_at=None,
        defaults={
            "text": f"本件用到的{licence.name}（{licence.serial}）已{words}",
            "status": event.status,
            "raised_at": event.at,
        },
    )
    if is_new:
        case.is_flagged = True
        case.save(update_fields=["is_flagged"])
        _record(case, "CASE_FLAGGED", event.number, at)


def _take_off(case: Case, licence_number: str, at: datetime) -> None:
    cleared = CaseFlag.objects.filter(case=case, licence_number=licence_number, cleared_at__isnull=True)
    if cleared.update(cleared_at=at):
        case.is_flagged = CaseFlag.objects.filter(case=case, cleared_at__isnull=True).exists()
        case.save(update_fields=["is_flagged"])
        _record(case, "CASE_UNFLAGGED", licence_number, at)


def _record(case: Case, action: str, licence_number: str, at: datetime) -> None:
    audit.record(
        actor=PLATFORM,
        action=action,
        at=at,
        object_type="case",
        object_id=str(case.id),
        subject_id=case.applicant_id,
        case_number=case.number,
        detail={"licence": licence_number},
    )
