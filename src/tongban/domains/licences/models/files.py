"""The files of licences."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.library import Licence
from tongban.domains.licences.types import LicenceStatus
from tongban.foundation.fields import StorageKeyField
from tongban.kernel.ids import new_id


class LicenceFile(models.Model):
    """One file a licence, state and signer; never changed. What it says is known by its hash for as long as the licence is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="files")
    status = models.CharField(
        max_length=16, choices=[(status.value, status.name) for status in LicenceStatus]
    )
    data_sha256 = models.CharField(max_length=64)
    pdf_key = StorageKeyField()
    data_key = StorageKeyField()
    key_id = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("证照文件")
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "data_sha256", "key_id"], name="licence_file_once_a_state_and_signer"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
