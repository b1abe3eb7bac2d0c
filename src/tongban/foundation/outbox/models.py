from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Message(models.Model):
    """One event for one subscriber; the row goes when it is delivered."""

    subscriber = models.CharField(max_length=80)
    queue = models.CharField(max_length=140)
    """Subscriber and department: what one of them cannot take in holds up nobody else."""
    calls_out = models.BooleanField(default=False)
    payload = models.JSONField()
    at = models.DateTimeField(db_default=Now())
    available_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    is_dead = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "outbox_message"
        indexes: ClassVar = [
            models.Index(
                fields=["available_at", "id"],
                name="outbox_message_due",
                condition=models.Q(is_dead=False, calls_out=False),
            ),
            models.Index(
                fields=["queue", "available_at", "id"],
                name="outbox_message_due_outside",
                condition=models.Q(is_dead=False, calls_out=True),
            ),
            models.Index(fields=["-id"], name="outbox_message_dead", condition=models.Q(is_dead=True)),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} #{self.pk}"


class PausedQueue(models.Model):
    """A queue that rests until `until`: one thread serves it, or its receiver did not answer. Once past, when it last had its turn."""

    queue = models.CharField(max_length=140, primary_key=True)
    until = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "outbox_paused_queue"

    def __str__(self) -> str:
        return f"{self.queue} until {self.until:%H:%M:%S}"
