"""Files of rows that a department drops, and the rows that were not taken."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.types import BatchState
from tongban.kernel.ids import new_id


class Batch(models.Model):
    """批量文件; the same content of a resource is one batch, however often it is dropped."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=[(one.value, one.name) for one in BatchState])
    reason = models.CharField(max_length=500, blank=True)
    rows = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("批量文件")
        constraints = [models.UniqueConstraint(fields=["resource", "sha256"], name="batch_content_once")]
        indexes = [models.Index(fields=["resource", "-received_at"], name="batch_latest")]

    def __str__(self) -> str:
        return str(self.pk)


class QuarantinedRow(models.Model):
    """A row that was not taken, encrypted, with the words that say why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="quarantine")
    row = models.BigIntegerField()
    reasons = ArrayField(models.CharField(max_length=200))
    values_cipher = models.TextField()

    class Meta:
        verbose_name = _("隔离的行")
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="quarantined_row_once")]

    def __str__(self) -> str:
        return str(self.pk)
