"""Open the right to rate a service, and use it once."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.evaluation.models import Rating, RatingRight
from tongban.domains.evaluation.rules import (
    UnknownLevel,
    WordsMissing,
    WordsTooLong,
    read_level,
    require_words,
)
from tongban.domains.evaluation.types import Rating as RatingView
from tongban.domains.evaluation.types import ServicePoint
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError

__all__ = [
    "AlreadyRated",
    "RightNotFound",
    "UnknownLevel",
    "WordsMissing",
    "WordsTooLong",
    "open_right",
    "rate",
]


class RightNotFound(TongbanError):
    """No such service of such a case, or not the actor's: the two look the same."""

    code: ClassVar[str] = "RIGHT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到可以评价的服务。办件有结果后才能评价。")


class AlreadyRated(TongbanError):
    code: ClassVar[str] = "ALREADY_RATED"
    default_sentence: ClassVar[str] = gettext_noop("这项服务您已经评价过了，每项服务只能评价一次。")


def open_right(
    *, case_number: str, point: ServicePoint, department: str, applicant_id: UUID, at: datetime
) -> None:
    """Let the applicant rate a service; a second call changes nothing."""
    RatingRight.objects.bulk_create(
        [
            RatingRight(
                case_number=case_number,
                nth=point.nth,
                point=point.value,
                department=department,
                applicant_id=applicant_id,
                opened_at=at,
            )
        ],
        ignore_conflicts=True,
    )


def rate(case_number: str, nth: int, level: int, words: str, *, actor: Actor, at: datetime) -> RatingView:
    """Keep the rating, whichever of the five levels it is.

    Raises :class:`RightNotFound`, :class:`AlreadyRated`, ``UnknownLevel`` or ``WordsMissing``.
    """
    with transaction.atomic():
        right = RatingRight.objects.select_for_update().filter(case_number=case_number, nth=nth).first()
        if right is None or not _is_applicant(actor, right.applicant_id):
            raise RightNotFound(f"service {nth} of case {case_number}")
        chosen = read_level(level)
        told = require_words(chosen, words)
        if Rating.objects.filter(right=right).exists():
            raise AlreadyRated(f"service {nth} of case {case_number} was rated before")
        Rating.objects.create(
            right=right, level=chosen.value, words=told, rated_at=at, rated_by_id=actor.account_id
        )
        audit.record(
            actor=actor,
            action="CASE_RATED",
            at=at,
            object_type="rating",
            object_id=str(right.id),
            subject_id=right.applicant_id,
            case_number=case_number,
            detail={"nth": str(nth), "level": str(chosen.value)},
        )
        return RatingView(chosen, told, at)


def _is_applicant(actor: Actor, applicant_id: UUID) -> bool:
    return actor.kind is ActorKind.CITIZEN and applicant_id in (actor.subject_id, actor.acting_for)
