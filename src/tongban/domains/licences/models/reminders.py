"""Which holders were told that a licence runs out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.library import Licence


class ExpiryNotice(models.Model):
    """The holder was told, once, that a licence runs out (到期提醒)."""

    licence = models.OneToOneField(Licence, primary_key=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("证照到期提醒")

    def __str__(self) -> str:
        return str(self.licence_id)
