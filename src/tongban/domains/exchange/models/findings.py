"""What a provider has to put right."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.types import FindingKind
from tongban.kernel.ids import new_id


class Finding(models.Model):
    """One fault of a resource, for its provider to answer by a day; `reference` is what it was found in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in FindingKind])
    text = models.CharField(max_length=500)
    reference = models.CharField(max_length=128, blank=True)
    found_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("数据问题")
        indexes = [
            models.Index(
                fields=["resource", "due_on"], condition=Q(answered_at__isnull=True), name="finding_open"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "kind", "reference"],
                condition=Q(answered_at__isnull=True) & ~Q(reference=""),
                name="finding_open_once",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="finding_answer_has_words"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
