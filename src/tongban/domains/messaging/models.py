"""Tables of messaging: messages, receipts, and what the sandbox kept."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.messaging.types import Channel
from tongban.kernel.ids import new_id


class Message(models.Model):
    """站内消息."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.CharField(max_length=64)
    to_subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    body = models.TextField()
    next_action = models.CharField(max_length=300, blank=True)
    case_number = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("消息")
        constraints = [
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("sent_at")),
                name="message_read_after_sent",
            )
        ]
        indexes = [
            models.Index(fields=["to_subject", "-sent_at", "-id"], name="message_inbox"),
            models.Index(fields=["to_subject"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Receipt(models.Model):
    """Delivery over another channel, or its refusal for good; the address is kept masked, with a keyed hash to know it again."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="receipts")
    channel = models.CharField(max_length=8, choices=[(channel.value, channel.name) for channel in Channel])
    masked_address = models.CharField(max_length=254)
    address_hash = models.BinaryField(max_length=64)
    delivered_at = models.DateTimeField()
    # The release before this one writes receipts without it.
    is_refused = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("送达回执")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel", "address_hash"], name="receipt_once_an_address"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SandboxMail(models.Model):
    """An e-mail kept instead of sent, where no mail server is configured."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    to = ArrayField(models.EmailField())
    subject = models.CharField(max_length=300)
    body = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("沙箱邮件")
        indexes = [models.Index(fields=["-kept_at", "-id"], name="sandbox_mail_newest")]

    def __str__(self) -> str:
        return str(self.pk)
