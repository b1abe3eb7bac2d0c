"""Append-only tables; the database refuses UPDATE, DELETE and TRUNCATE (migration 0001)."""

from typing import ClassVar

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now


class Entry(models.Model):
    """Who did or saw what, of whom, for which case.

    `transaction` is the number of the writing transaction. Entries are chained in the order (transaction, id) once every transaction
    up to that number has ended, so that a late commit can never slip in before a sealed entry.
    """

    transaction = models.BigIntegerField(db_default=RawSQL("pg_current_xact_id()::text::bigint", []))
    recorded_at = models.DateTimeField(db_default=Now())
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100)
    department = models.CharField(max_length=40, blank=True)
    acting_for = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=100)
    subject_id = models.UUIDField(null=True)
    case_number = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "audit_entry"
        indexes: ClassVar = [
            models.Index(fields=["transaction", "id"], name="audit_entry_sealing_order"),
            models.Index(fields=["subject_id", "at"], name="audit_entry_of_subject"),
            models.Index(
                fields=["case_number"], name="audit_entry_of_case", condition=~models.Q(case_number="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class Link(models.Model):
    """One link of the hash chain: entry `entry_id` stands at `position`."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    transaction = models.BigIntegerField()
    entry_hash = models.BinaryField(max_length=32)
    chain_hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    above_entry = models.BigIntegerField(default=0)
    """Entries with greater ids only. Another server counts transactions anew: a database moved there begins a new stretch of the chain."""

    class Meta:
        db_table = "audit_link"

    def __str__(self) -> str:
        return f"link {self.position}"
