"""What people report to the issuer of a licence."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.library import Licence
from tongban.domains.licences.types import ReportKind, ReportOutcome
from tongban.foundation.fields import EncryptedTextField
from tongban.kernel.ids import new_id


class Report(models.Model):
    """One report (证照报告), for the issuer to answer by a day; words may name people, so they are encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in ReportKind])
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    place = models.CharField(max_length=200, blank=True)
    reporter = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    reporter_name = models.CharField(max_length=200)
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    outcome = models.CharField(  # noqa: DJ001  # null: not answered yet
        max_length=16, null=True, choices=[(one.value, one.name) for one in ReportOutcome]
    )
    answer = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("证照报告")
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(answered_at__isnull=True), name="licence_report_open"
            ),
            models.Index(fields=["licence", "-filed_at"], name="licence_report_of_licence"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "kind", "place"],
                condition=Q(answered_at__isnull=True),
                name="licence_report_open_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReportKind.ERROR.value) | ~Q(place=""), name="licence_report_says_where"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, outcome__isnull=True)
                | Q(answered_at__isnull=False, outcome__isnull=False),
                name="licence_report_answered_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.ticket
