"""Tables of alarms and complaints."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.privacy.types import AlarmKind, AlarmOutcome, ComplaintStatus
from tongban.foundation.fields import EncryptedTextField
from tongban.kernel.ids import new_id

_OUTCOMES = [(one.value, one.name) for one in AlarmOutcome]


class Watch(models.Model):
    """How far into the audit trail's chain looks have been judged; one row."""

    position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("查看监测进度")

    def __str__(self) -> str:
        return str(self.position)


class Alarm(models.Model):
    """A look without a live case, or another person's record; one for each look and each exchange."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16, choices=[(one.value, one.name) for one in AlarmKind])
    look_id = models.BigIntegerField(null=True, unique=True)
    exchange_id = models.UUIDField(null=True, unique=True)
    department = models.CharField(max_length=32, blank=True)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(max_length=64, blank=True)
    happened_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, null=True, choices=_OUTCOMES)  # noqa: DJ001  # null: not settled
    words = EncryptedTextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("查看报警")
        indexes: ClassVar = [
            models.Index(
                fields=["-happened_at"], condition=Q(settled_at__isnull=True), name="privacy_alarm_open"
            ),
            models.Index(fields=["-settled_at"], name="privacy_alarm_settled"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(look_id__isnull=False, exchange_id__isnull=True)
                | Q(look_id__isnull=True, exchange_id__isnull=False),
                name="privacy_alarm_has_one_cause",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome__isnull=True)
                | Q(settled_at__isnull=False, outcome__isnull=False),
                name="privacy_alarm_settled_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Complaint(models.Model):
    """One complaint about one look; words may name people, so they are encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket = models.CharField(max_length=32, unique=True)
    look_id = models.BigIntegerField(unique=True)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    complainant_name = models.CharField(max_length=200)
    department = models.CharField(max_length=32, blank=True)
    text = EncryptedTextField()
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    status = models.CharField(max_length=16, choices=[(one.value, one.name) for one in ComplaintStatus])
    outcome = models.CharField(max_length=16, null=True, choices=_OUTCOMES)  # noqa: DJ001  # null: no answer yet
    answer = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    review_outcome = models.CharField(max_length=16, null=True, choices=_OUTCOMES)  # noqa: DJ001  # null: no review yet
    review = EncryptedTextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("查看投诉")
        indexes: ClassVar = [
            models.Index(fields=["status", "due_on"], name="privacy_complaint_due"),
            models.Index(fields=["department", "status", "due_on"], name="privacy_complaint_department"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, outcome__isnull=True)
                | Q(answered_at__isnull=False, outcome__isnull=False),
                name="privacy_complaint_answered_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, review_outcome__isnull=True)
                | Q(reviewed_at__isnull=False, review_outcome__isnull=False),
                name="privacy_complaint_reviewed_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.ticket
