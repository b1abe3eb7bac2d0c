"""How resources are reached that the platform does not hold."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.types import WayKind
from tongban.foundation.fields import EncryptedTextField
from tongban.kernel.ids import new_id


class Way(models.Model):
    """The way to a provider's own system; each change has a new `version`, by which processes know what they have compiled."""

    resource = models.OneToOneField(Resource, primary_key=True, on_delete=models.PROTECT, related_name="way")
    version = models.UUIDField(default=new_id)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in WayKind])
    address = models.CharField(max_length=500)
    mapping = models.JSONField()
    description = models.JSONField()
    timeout_ms = models.PositiveIntegerField()
    at_once = models.PositiveIntegerField()
    is_safe_to_retry = models.BooleanField()
    is_logged = models.BooleanField()
    credential_header = models.CharField(max_length=64, blank=True)
    credential = EncryptedTextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("接入方式")
        constraints = [
            models.CheckConstraint(
                condition=Q(timeout_ms__gte=100, timeout_ms__lte=10_000), name="way_time_limit_in_bounds"
            ),
            models.CheckConstraint(condition=Q(at_once__gte=1, at_once__lte=64), name="way_some_at_once"),
        ]

    def __str__(self) -> str:
        return self.resource_id
