"""Certificates and, sealed, the keys that are kept in software."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongban.foundation.signing.types import Algorithm, CertificateKind


class Certificate(models.Model):
    """One key and its certificate. The key is sealed here, or lies on a token under `token_label`, or is not ours at all."""

    key_id = models.CharField(max_length=64, unique=True)
    owner = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in CertificateKind])
    algorithm = models.CharField(max_length=10, choices=[(name.value, name.value) for name in Algorithm])
    certificate = models.BinaryField()
    issued_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    sealed_key = models.BinaryField(null=True)
    token_label = models.CharField(max_length=100, blank=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "signing_certificate"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sealed_key__isnull=True) | Q(token_label=""), name="signing_key_in_one_place"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revocation_reason=""),
                name="signing_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(not_before__lt=models.F("not_after")), name="signing_term_not_empty"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "algorithm", "-not_before"], name="signing_certificate_newest")
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.algorithm} {self.key_id[:12]}"
