"""Tables of the data catalogue."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Sharing(models.TextChoices):
    """共享类型 (国发〔2016〕51号)."""

    UNCONDITIONAL = "1", _("无条件共享")
    CONDITIONAL = "2", _("有条件共享")
    NONE = "3", _("不予共享")


class Resource(models.Model):
    """政务信息资源."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128)
    provider = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    fields = ArrayField(models.CharField(max_length=64))
    sharing = models.CharField(max_length=1, choices=Sharing.choices)
    is_live = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("信息资源")
        constraints = [models.CheckConstraint(condition=Q(fields__len__gt=0), name="resource_has_fields")]

    def __str__(self) -> str:
        return self.code
