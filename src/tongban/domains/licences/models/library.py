"""Licences and their history."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.catalogue import LicenceType
from tongban.domains.licences.states import IN_LIFE
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
    type_version = models.PositiveSmallIntegerField(default=1)
    slot = models.CharField(max_length=64, null=True)  # noqa: DJ001  # null: any number of these may hold
    """Keyed hash of what tells it from others of its holder; empty where she has one at a time."""
    revision = models.PositiveIntegerField(default=1)
    key_id = models.CharField(max_length=64, blank=True)
    signature = models.BinaryField(default=bytes)
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
            ExclusionConstraint(
                name="licence_no_overlap",
                expressions=[
                    ("licence_type", RangeOperators.EQUAL),
                    ("holder", RangeOperators.EQUAL),
                    ("slot", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status__in=sorted(one.value for one in IN_LIFE)) & Q(slot__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "licence_type", "status"], name="licence_by_holder"),
            models.Index(
                fields=["valid_to"],
                condition=Q(status__in=[LicenceStatus.VALID.value, LicenceStatus.SUSPENDED.value]),
                name="licence_running_out",
            ),
            models.Index(fields=["issuer", "-issued_on", "-id"], name="licence_by_issuer"),
            models.Index(fields=["serial"], name="licence_by_serial"),
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
    basis = models.CharField(max_length=200, blank=True)
    effective_on = models.DateField(null=True)
    proceeding = models.ForeignKey(
        "licences.Proceeding", null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_fields = ArrayField(models.CharField(max_length=64), default=list)
    former_fields_cipher = models.TextField(blank=True)
    """What it said before a correction, encrypted as in the licence."""

    class Meta:
        verbose_name = _("证照变更记录")
        indexes = [models.Index(fields=["licence", "at"], name="licence_history")]

    def __str__(self) -> str:
        return str(self.pk)


class PlannedChange(models.Model):
    """A change of status decided for a day to come; `settled_at` when it was made, or found to be impossible by then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="planned")
    action = models.CharField(
        max_length=16, choices=[(action.value, action.name) for action in LicenceAction]
    )
    effective_on = models.DateField()
    basis = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    proceeding = models.ForeignKey(
        "licences.Proceeding", null=True, on_delete=models.PROTECT, related_name="+"
    )
    account_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=24)
    actor_name = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    was_made = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("将要生效的变更")
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "action", "effective_on"],
                condition=Q(settled_at__isnull=True),
                name="planned_change_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["effective_on"], condition=Q(settled_at__isnull=True), name="planned_change_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.effective_on}"
