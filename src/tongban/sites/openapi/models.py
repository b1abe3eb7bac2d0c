from typing import ClassVar
from uuid import uuid4

from django.db import models

from tongban.foundation.fields import EncryptedTextField


class ApiClient(models.Model):
    """The credentials of one department system, and where it wants to be told of events."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    department = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    system = models.CharField(max_length=32, blank=True)
    """Code in the register of systems; empty for credentials that are older than the register."""
    secret_sha256 = models.CharField(max_length=64)
    """Of 256 random bits: a fast hash is enough, nobody tries them all."""
    is_active = models.BooleanField(default=True)
    requests_per_minute = models.PositiveIntegerField(default=600)
    webhook_url = models.CharField(max_length=500, blank=True)
    webhook_secret = EncryptedTextField(blank=True)
    previous_webhook_secret = EncryptedTextField(blank=True)
    """Still signs until `previous_secret_until`, so that a receiver can change over without losing a message."""
    previous_secret_until = models.DateTimeField(null=True)
    last_sequence = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "openapi_client"
        indexes: ClassVar = [models.Index(fields=["department"], name="openapi_client_department")]

    def __str__(self) -> str:
        return f"{self.department} {self.name}"


class RateWindow(models.Model):
    """Requests of a client in the running minute, by the machine's clock."""

    client = models.OneToOneField(ApiClient, primary_key=True, on_delete=models.CASCADE)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "openapi_rate_window"

    def __str__(self) -> str:
        return f"{self.client_id} {self.count}"


class IdempotentAnswer(models.Model):
    """What a department's key was answered with; written in the transaction of the act itself."""

    department = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    request_sha256 = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "openapi_idempotent_answer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department", "key"], name="idempotent_answer_once")
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="idempotent_answer_age")]

    def __str__(self) -> str:
        return f"{self.department} {self.key}"


class WebhookEvent(models.Model):
    """One event as one client is told of it; `sequence` counts each client's events without a gap."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE)
    sequence = models.BigIntegerField()
    body = models.JSONField()
    """The CloudEvents envelope."""
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "openapi_webhook_event"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "sequence"], name="webhook_event_sequence_once")
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="webhook_event_age")]

    def __str__(self) -> str:
        return f"{self.client_id} #{self.sequence}"
