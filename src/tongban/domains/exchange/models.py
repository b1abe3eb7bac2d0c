"""Tables of the exchange: resources, grants and the log of every look-up."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.types import Outcome
from tongban.kernel.actors import ActorKind
from tongban.kernel.ids import new_id


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
