"""Who may read which resource, and how often it was done in the running minute."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.models.systems import System
from tongban.kernel.ids import new_id


class Grant(models.Model):
    """A department's right to read fields of a conditional resource for a purpose."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="grants")
    department = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    system = models.ForeignKey(System, null=True, on_delete=models.PROTECT, related_name="+")
    fields = ArrayField(models.CharField(max_length=64))
    purpose = models.CharField(max_length=64)
    items = ArrayField(models.CharField(max_length=64), default=list)
    basis = models.CharField(max_length=300, blank=True)
    per_minute = models.PositiveIntegerField(null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("共享授权")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="grant_term_in_order",
            ),
            models.CheckConstraint(
                condition=Q(per_minute__isnull=True) | Q(per_minute__gt=0), name="grant_rate_is_positive"
            ),
            models.UniqueConstraint(
                fields=["resource", "department", "purpose", "valid_from"], name="grant_unique"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class GrantUse(models.Model):
    """Calls under a grant in the running minute, a row for each connection to the database.

    A row that all connections counted in would be locked until a call's transaction ends, and one hanging call would stop all others.
    """

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    backend = models.IntegerField()
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "backend"], name="grant_use_once")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.count}"
