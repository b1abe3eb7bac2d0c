"""Collections of a department's stock, and what was found in them."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.catalogue import LicenceType
from tongban.domains.licences.types import FaultKind
from tongban.kernel.ids import new_id


class Collection(models.Model):
    """One file taken in (证照归集)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence_type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=200)
    collected_at = models.DateTimeField()
    collected_by = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    created = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("证照归集")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rows=F("created") + F("corrected") + F("unchanged") + F("refused")),
                name="collection_adds_up",
            )
        ]
        indexes = [models.Index(fields=["issuer", "-collected_at"], name="collection_by_issuer")]

    def __str__(self) -> str:
        return f"{self.licence_type_id} {self.collected_at:%Y-%m-%d %H:%M}"


class CollectionFinding(models.Model):
    """What was found in one row of a file; it names no person."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="findings")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in FaultKind])
    field = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=300)
    is_refused = models.BooleanField()

    class Meta:
        verbose_name = _("证照归集发现的问题")
        indexes = [models.Index(fields=["collection", "line"], name="collection_finding_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.kind}"
