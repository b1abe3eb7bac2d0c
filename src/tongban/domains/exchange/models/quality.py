"""What is demanded of a resource's rows, and what runs of these rules found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.types import Check, Dimension
from tongban.kernel.ids import new_id


class QualityRule(models.Model):
    """质量规则."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    dimension = models.CharField(max_length=16, choices=[(one.value, one.name) for one in Dimension])
    check_kind = models.CharField(max_length=16, choices=[(one.value, one.name) for one in Check])
    fields = ArrayField(models.CharField(max_length=64))
    params = models.JSONField(default=dict)
    text = models.CharField(max_length=200)
    least = models.FloatField(default=1.0)

    class Meta:
        verbose_name = _("质量规则")
        constraints = [
            models.UniqueConstraint(fields=["resource", "code"], name="quality_rule_once"),
            models.CheckConstraint(
                condition=Q(least__gt=0) & Q(least__lte=1), name="quality_rule_least_is_share"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class QualityRun(models.Model):
    """One run of a resource's rules over all its rows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    rows = models.BigIntegerField()
    score = models.FloatField()

    class Meta:
        verbose_name = _("质量检查")
        indexes = [models.Index(fields=["resource", "-at"], name="quality_run_latest")]

    def __str__(self) -> str:
        return str(self.pk)


class RuleOutcome(models.Model):
    """What a run found by one rule, in the words the rule had."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(QualityRun, on_delete=models.CASCADE, related_name="outcomes")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64)
    text = models.CharField(max_length=200)
    dimension = models.CharField(max_length=16, choices=[(one.value, one.name) for one in Dimension])
    wrong = models.BigIntegerField()
    least = models.FloatField()

    class Meta:
        verbose_name = _("规则结果")
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="rule_outcome_once")]

    def __str__(self) -> str:
        return self.code
