"""Reads of ratings."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count

from tongban.domains.evaluation import models
from tongban.domains.evaluation.types import Distribution, Level, Rating, RatingRight, ServicePoint


def list_rights(subject_ids: Sequence[UUID]) -> tuple[RatingRight, ...]:
    """Every right of these applicants, newest first, with the rating when it was used; one query."""
    rows = models.RatingRight.objects.filter(applicant_id__in=subject_ids).select_related("rating")
    return tuple(_right(row) for row in rows.order_by("-opened_at", "-id"))


def rights_of_cases(case_numbers: Sequence[str]) -> tuple[RatingRight, ...]:
    """The rights of these cases in the order of their services; one query."""
    rows = models.RatingRight.objects.filter(case_number__in=case_numbers).select_related("rating")
    return tuple(_right(row) for row in rows.order_by("case_number", "nth"))


def get_distribution(department: str) -> Distribution:
    """How a department was rated over all its cases; two queries."""
    rights = models.RatingRight.objects.filter(department=department)
    counted = (
        models.Rating.objects.filter(right__department=department).values_list("level").annotate(Count("pk"))
    )
    by_level = dict.fromkeys(Level, 0)
    for level, count in counted:
        by_level[Level(level)] = count
    return Distribution(department, rights.count(), sum(by_level.values()), by_level)


def _right(row: models.RatingRight) -> RatingRight:
    rating = getattr(row, "rating", None)
    return RatingRight(
        case_number=row.case_number,
        nth=row.nth,
        point=ServicePoint(row.point),
        department=row.department,
        applicant_id=row.applicant_id,
        opened_at=row.opened_at,
        rating=Rating(Level(rating.level), rating.words, rating.rated_at) if rating is not None else None,
    )
