"""The catalogue of licence types (证照目录)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LicenceType(models.Model):
    """证照目录."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128)
    type_code = models.CharField(max_length=21, unique=True)
    issuer_kind = models.CharField(max_length=32)
    holder_kind = models.CharField(max_length=8)
    fields = ArrayField(models.CharField(max_length=64), default=list)
    is_document = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("证照类型")
        constraints = [
            models.CheckConstraint(
                condition=Q(type_code__regex=r"^[0-9A-Z]{18}[0-9]{3}$"), name="licence_type_code_form"
            )
        ]

    def __str__(self) -> str:
        return self.code
