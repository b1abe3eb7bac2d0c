"""What departments ask for: a grant, or data that nobody supplies yet."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.access import Grant
from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.models.systems import System
from tongban.domains.exchange.types import DemandAction, DemandStatus
from tongban.kernel.ids import new_id

_STATUSES = [(one.value, one.name) for one in DemandStatus]


class Demand(models.Model):
    """需求: `resource` is null while what is asked for is in no catalogue; `provider` then until the data bureau names one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asker = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    provider = models.ForeignKey(
        "directory.Department", to_field="code", null=True, on_delete=models.PROTECT, related_name="+"
    )
    resource = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="+")
    wanted = models.CharField(max_length=300)
    fields = ArrayField(models.CharField(max_length=64), default=list)
    purpose = models.CharField(max_length=64)
    items = ArrayField(models.CharField(max_length=64), default=list)
    basis = models.CharField(max_length=300)
    valid_until = models.DateField()
    per_minute = models.PositiveIntegerField(null=True)
    system = models.ForeignKey(System, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=_STATUSES)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    negative_basis = models.CharField(max_length=300, blank=True)
    grant = models.OneToOneField(Grant, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("数据需求")
        indexes = [
            models.Index(fields=["asker", "-asked_at"], name="demand_by_asker"),
            models.Index(fields=["provider", "status"], name="demand_by_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[DemandStatus.REFUSED.value, DemandStatus.UPHELD.value])
                | ~Q(negative_basis=""),
                name="demand_refused_cites_negative_list",
            ),
            models.CheckConstraint(
                condition=~Q(status=DemandStatus.GRANTED.value) | Q(grant__isnull=False),
                name="demand_granted_has_grant",
            ),
            models.CheckConstraint(
                condition=Q(resource__isnull=True) | Q(provider__isnull=False),
                name="demand_resource_has_provider",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class DemandStep(models.Model):
    """One move of a demand; never rewritten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=16, choices=[(one.value, one.name) for one in DemandAction])
    status = models.CharField(max_length=16, choices=_STATUSES)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=64)
    department = models.CharField(max_length=32, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("demand", "at", "id")

    def __str__(self) -> str:
        return f"{self.demand_id} {self.action}"
