"""Holders' consents to the use of their licences."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.catalogue import LicenceType
from tongban.domains.licences.types import ConsentStatus
from tongban.kernel.ids import new_id

_UNDECIDED = Q(status=ConsentStatus.ASKED.value)


class Consent(models.Model):
    """What a firm or a department asked a holder for, and what she said (用证授权)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    holder = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, null=True, related_name="+"
    )
    user_name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    is_once = models.BooleanField()
    valid_to = models.DateTimeField()
    status = models.CharField(max_length=16, choices=[(one.value, one.name) for one in ConsentStatus])
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("用证授权")
        indexes = [
            models.Index(fields=["holder", "-asked_at"], name="licence_consent_of_holder"),
            models.Index(fields=["user", "-asked_at"], name="licence_consent_of_user"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, department__isnull=False)
                | Q(user__isnull=False, department__isnull=True),
                name="licence_consent_one_user",
            ),
            models.CheckConstraint(condition=Q(valid_to__gt=F("asked_at")), name="licence_consent_term"),
            models.CheckConstraint(condition=~Q(purpose=""), name="licence_consent_has_purpose"),
            models.CheckConstraint(
                condition=(_UNDECIDED & Q(decided_at__isnull=True))
                | (~_UNDECIDED & Q(decided_at__isnull=False)),
                name="licence_consent_decided_at",
            ),
            models.UniqueConstraint(
                fields=["holder", "user"],
                condition=_UNDECIDED & Q(user__isnull=False),
                name="licence_consent_asked_once_user",
            ),
            models.UniqueConstraint(
                fields=["holder", "department"],
                condition=_UNDECIDED & Q(department__isnull=False),
                name="licence_consent_asked_once_dept",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentItem(models.Model):
    """One licence type of a consent's scope."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="items")
    licence_type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="+")
    fields = ArrayField(models.CharField(max_length=64))

    class Meta:
        verbose_name = _("用证授权范围")
        constraints = [
            models.UniqueConstraint(fields=["consent", "licence_type"], name="licence_consent_type_once"),
            models.CheckConstraint(condition=Q(fields__len__gt=0), name="licence_consent_has_fields"),
        ]

    def __str__(self) -> str:
        return self.licence_type_id
