"""Who may read which resource."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.kernel.ids import new_id


class Grant(models.Model):
    """A department's right to read fields of a conditional resource for a purpose."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="grants")
    department = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    fields = ArrayField(models.CharField(max_length=64))
    purpose = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("共享授权")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="grant_term_in_order",
            ),
            models.UniqueConstraint(
                fields=["resource", "department", "purpose", "valid_from"], name="grant_unique"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
