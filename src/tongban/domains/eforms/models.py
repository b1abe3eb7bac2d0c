"""Tables of drafts and uploads. What a person typed and the names of her files are encrypted."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.eforms.types import AttachmentStatus
from tongban.foundation.fields import EncryptedTextField, StorageKeyField
from tongban.kernel.ids import new_id


class Draft(models.Model):
    """An unfinished form; after submission, the record of what was handed in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    division = models.CharField(max_length=12)
    content = EncryptedTextField()
    """Facts, answers with provenance, parties: JSON."""
    idempotency_key = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("草稿")
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="draft_key_once"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("saved_at")), name="draft_expires_after_saved"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-saved_at"], name="draft_of_owner"),
            models.Index(
                fields=["expires_at"], name="draft_expiring", condition=Q(submitted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Attachment(models.Model):
    """One upload, stored encrypted under its key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="attachments")
    slot = models.CharField(max_length=120)
    filename = EncryptedTextField()
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = StorageKeyField()
    thumbnail_key = StorageKeyField(blank=True)
    status = models.CharField(max_length=8, choices=[(one.value, one.value) for one in AttachmentStatus])
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("附件")
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty")]
        indexes = [
            models.Index(
                fields=["id"], name="attachment_held", condition=Q(status=AttachmentStatus.HELD.value)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
