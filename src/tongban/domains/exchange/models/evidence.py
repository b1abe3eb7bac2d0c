"""The log of every look-up."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.types import Outcome
from tongban.kernel.actors import ActorKind
from tongban.kernel.ids import new_id


class ExchangeLog(models.Model):
    """Evidence of one look-up, whatever its outcome; values are never written here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    fields = ArrayField(models.CharField(max_length=64))
    purpose = models.CharField(max_length=64)
    cause = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16, choices=[(outcome.value, outcome.name) for outcome in Outcome])
    actor_kind = models.CharField(max_length=32, choices=[(kind.value, kind.name) for kind in ActorKind])
    account_id = models.UUIDField(null=True)
    department = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = _("查询留痕")
        indexes = [models.Index(fields=["subject", "-at"], name="exchange_log_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(cause="") | Q(outcome=Outcome.NOT_ALLOWED.value),
                name="exchange_log_answer_has_cause",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
