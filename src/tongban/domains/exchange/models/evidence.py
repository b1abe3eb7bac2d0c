"""The record of every look-up, and the signed batches in which the records stand; append-only, the database refuses anything else."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.catalogue import Resource
from tongban.domains.exchange.types import Outcome
from tongban.kernel.actors import ActorKind
from tongban.kernel.ids import new_id


class ExchangeLog(models.Model):
    """Evidence of one look-up, whatever its outcome; values are never written here.

    `at` is the business clock's, `recorded_at` the machine's. Records are sealed in the order (transaction, serial), see
    `foundation.sealing`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    fields = ArrayField(models.CharField(max_length=64))
    purpose = models.CharField(max_length=64)
    cause = models.CharField(max_length=64)
    item = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, choices=[(outcome.value, outcome.name) for outcome in Outcome])
    actor_kind = models.CharField(max_length=32, choices=[(kind.value, kind.name) for kind in ActorKind])
    account_id = models.UUIDField(null=True)
    department = models.CharField(max_length=32, blank=True)
    system = models.CharField(max_length=64, blank=True)
    request_hash = models.BinaryField(max_length=32, default=bytes)
    response_hash = models.BinaryField(max_length=32, default=bytes)
    provider_reference = models.CharField(max_length=128, blank=True)
    provider_signature = models.BinaryField(default=bytes)
    is_logged_there = models.BooleanField(default=False)
    """The provider keeps a record of its own, with which this one is compared."""
    transaction = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []))
    serial = models.BigIntegerField(unique=True, db_default=RawSQL("nextval('exchange_log_serial')", []))

    class Meta:
        verbose_name = _("查询留痕")
        indexes = [
            models.Index(fields=["subject", "-at"], name="exchange_log_by_subject"),
            models.Index(fields=["transaction", "serial"], name="exchange_log_sealing_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(cause="") | Q(outcome=Outcome.NOT_ALLOWED.value),
                name="exchange_log_answer_has_cause",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EvidenceBatch(models.Model):
    """Records as a Merkle tree (RFC 6962) with a signed head; each head names the one before.

    `ids` and `leaves` are 16 and 32 bytes a record, in order. `root` is over the leaves, `head` the SHA-256 of the signed form
    (`rules.evidence.head_form`) and its signature.
    """

    number = models.BigIntegerField(primary_key=True)
    size = models.IntegerField()
    ids = models.BinaryField()
    leaves = models.BinaryField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=128)
    signature = models.BinaryField()
    head = models.BinaryField(max_length=32)
    transaction = models.BigIntegerField()
    serial = models.BigIntegerField()
    above = models.BigIntegerField()
    top = models.BigIntegerField()
    """Where its last record stands, see `foundation.sealing.Place`."""

    class Meta:
        verbose_name = _("留痕批次")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_batch_not_empty")
        ]

    def __str__(self) -> str:
        return f"batch {self.number}"


class EvidenceMark(models.Model):
    """What happened to the head of a batch, and thereby to all before it."""

    class Kind(models.TextChoices):
        STAMPED = "STAMPED", _("已加盖时间戳")
        EXPORTED = "EXPORTED", _("已写到库外")

    batch = models.ForeignKey(EvidenceBatch, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField(db_default=Now())
    token = models.BinaryField(default=bytes)
    """The time stamp of RFC 3161 over `head`."""

    class Meta:
        verbose_name = _("批次标记")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "batch"], name="evidence_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.batch_id}"


class EvidenceCheck(models.Model):
    """One verification of all the evidence, and how many problems it found."""

    at = models.DateTimeField()
    entries = models.BigIntegerField()
    batches = models.BigIntegerField()
    problems = models.BigIntegerField()

    class Meta:
        verbose_name = _("留痕核验")

    def __str__(self) -> str:
        return f"check {self.at.isoformat()}"
