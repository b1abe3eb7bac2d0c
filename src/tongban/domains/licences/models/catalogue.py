"""The catalogue of licence types (证照目录)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LicenceType(models.Model):
    """证照目录: what stays the same over the versions of a type."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128)
    type_code = models.CharField(max_length=21, unique=True)
    issuer_kind = models.CharField(max_length=32)
    is_document = models.BooleanField(default=False)
    is_identity = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("证照类型")
        constraints = [
            models.CheckConstraint(
                condition=Q(type_code__regex=r"^[0-9A-Z]{18}[0-9]{3}$"), name="licence_type_code_form"
            )
        ]

    def __str__(self) -> str:
        return self.code


class LicenceTypeVersion(models.Model):
    """What licences of a type are issued by from a day on; each licence keeps its own version."""

    licence_type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    applies_from = models.DateField()
    holder_kinds = ArrayField(models.CharField(max_length=8))
    contents = models.JSONField()
    """Fields in their order, each with its data element and caption; read whole, never searched."""
    validity = models.JSONField()
    told_apart_by = ArrayField(models.CharField(max_length=64), null=True)
    template = models.CharField(max_length=32, blank=True)
    renewed_by = models.CharField(max_length=64, blank=True)
    depends_on = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        verbose_name = _("证照类型版本")
        constraints = [
            models.UniqueConstraint(fields=["licence_type", "version"], name="licence_type_version_once"),
            models.UniqueConstraint(
                fields=["licence_type", "applies_from"], name="licence_type_version_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(holder_kinds__len__gt=0), name="licence_type_version_has_holder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence_type_id} v{self.version}"
