"""Proceedings about licences, and each step of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.library import Licence
from tongban.domains.licences.states import BY_PROCEEDING, RUNNING
from tongban.domains.licences.types import (
    ProceedingAction,
    ProceedingStatus,
    SignalKind,
)
from tongban.foundation.fields import EncryptedTextField
from tongban.kernel.ids import new_id


class Proceeding(models.Model):
    """From a signal to a decision: nobody's licence is taken without notice and without being heard."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=32, unique=True)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="proceedings")
    signal = models.CharField(max_length=16, choices=[(one.value, one.name) for one in SignalKind])
    signal_text = models.CharField(max_length=500)
    reference = models.CharField(max_length=128, blank=True)
    """What the signal came from: the same signal opens one proceeding."""
    case_number = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=[(one.value, one.name) for one in ProceedingStatus])
    opened_at = models.DateTimeField()
    opened_by_id = models.UUIDField(null=True)
    opened_by = models.CharField(max_length=64)
    proposed = models.CharField(
        max_length=16, blank=True, choices=[(one.value, one.name) for one in sorted(BY_PROCEEDING)]
    )
    basis = models.CharField(max_length=200, blank=True)
    facts = models.TextField(blank=True)
    notified_at = models.DateTimeField(null=True)
    notified_by_id = models.UUIDField(null=True)
    answer_by = models.DateField(null=True)
    may_ask_for_hearing = models.BooleanField(default=False)
    statement = EncryptedTextField(blank=True)
    hearing_on = models.DateField(null=True)
    hearing_place = models.CharField(max_length=200, blank=True)
    hearing_record = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.UUIDField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision_reason = models.TextField(blank=True)
    effective_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("证照程序")
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "signal", "reference"],
                condition=~Q(reference=""),
                name="proceeding_once_a_signal",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[ProceedingStatus.OPEN.value, ProceedingStatus.DISMISSED.value])
                | (Q(notified_at__isnull=False, answer_by__isnull=False) & ~Q(proposed="") & ~Q(basis="")),
                name="proceeding_told_before_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status=ProceedingStatus.DECIDED.value)
                | (Q(decided_by_id__isnull=False) & ~Q(decision_reason="")),
                name="proceeding_decision_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=ProceedingStatus.DECIDED.value)
                | Q(opened_by_id__isnull=True)
                | ~Q(decided_by_id=models.F("opened_by_id")),
                name="proceeding_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["licence", "answer_by"],
                condition=Q(status__in=sorted(one.value for one in RUNNING)),
                name="proceeding_runs",
            )
        ]

    def __str__(self) -> str:
        return self.number


class ProceedingStep(models.Model):
    """One step, never changed afterwards."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    proceeding = models.ForeignKey(Proceeding, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(max_length=24, choices=[(one.value, one.name) for one in ProceedingAction])
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=64)
    text = EncryptedTextField(blank=True)

    class Meta:
        verbose_name = _("证照程序记录")
        indexes = [models.Index(fields=["proceeding", "at"], name="proceeding_course")]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
