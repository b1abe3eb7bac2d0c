"""Tables of ratings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.evaluation.types import Level, ServicePoint
from tongban.kernel.ids import new_id


class RatingRight(models.Model):
    """One service of one real case that its applicant may rate once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_number = models.CharField(_("办件编号"), max_length=64)
    nth = models.PositiveSmallIntegerField()
    point = models.CharField(max_length=16, choices=[(one.value, one.value) for one in ServicePoint])
    department = models.CharField(max_length=32)
    applicant_id = models.UUIDField()
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("评价机会")
        constraints = [models.UniqueConstraint(fields=["case_number", "nth"], name="rating_right_once")]
        indexes = [
            models.Index(fields=["applicant_id"], name="rating_right_applicant"),
            models.Index(fields=["department"], name="rating_right_department"),
        ]

    def __str__(self) -> str:
        return f"{self.case_number}#{self.nth}"


class Rating(models.Model):
    """What the applicant said; never changed."""

    right = models.OneToOneField(RatingRight, models.PROTECT, primary_key=True, related_name="rating")
    level = models.PositiveSmallIntegerField(choices=[(one.value, one.name) for one in Level])
    words = models.TextField(blank=True)
    rated_at = models.DateTimeField()
    rated_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("评价")
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_level_known"),
            models.CheckConstraint(condition=Q(level__lte=3) | ~Q(words=""), name="rating_bad_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.level}"
