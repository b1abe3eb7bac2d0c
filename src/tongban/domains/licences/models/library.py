"""Licences and their history."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.catalogue import LicenceType
from tongban.domains.licences.types import LicenceAction, LicenceStatus
from tongban.kernel.ids import new_id


class Licence(models.Model):
    """A licence or document; `fields_cipher` holds its contents encrypted, nothing is decided on them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=128, unique=True)
    serial = models.CharField(max_length=32)
    version = models.CharField(max_length=3)
    licence_type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=200)
    issuer = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    issuer_name = models.CharField(max_length=128)
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    status = models.CharField(
        max_length=16, choices=[(status.value, status.name) for status in LicenceStatus]
    )
    fields_cipher = models.TextField()
    case_number = models.CharField(max_length=64, null=True)  # noqa: DJ001  # null: taken over, not from a case
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        verbose_name = _("证照")
        constraints = [
            models.UniqueConstraint(
                fields=["case_number", "licence_type"],
                condition=Q(case_number__isnull=False),
                name="licence_once_a_case_and_type",
            ),
            models.UniqueConstraint(
                fields=["licence_type", "issuer", "serial", "version"], name="licence_serial_unique"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="licence_term_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "licence_type", "status"], name="licence_by_holder"),
            models.Index(
                fields=["valid_to"],
                condition=Q(status__in=[LicenceStatus.VALID.value, LicenceStatus.SUSPENDED.value]),
                name="licence_running_out",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatusEntry(models.Model):
    """One line of a licence's history; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="history")
    action = models.CharField(
        max_length=16, choices=[(action.value, action.name) for action in LicenceAction]
    )
    to_status = models.CharField(
        max_length=16, choices=[(status.value, status.name) for status in LicenceStatus]
    )
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("证照变更记录")
        indexes = [models.Index(fields=["licence", "at"], name="licence_history")]

    def __str__(self) -> str:
        return str(self.pk)
