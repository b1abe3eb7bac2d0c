"""To whom licences are shown, each showing, and the credentials that phones keep."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.library import Licence
from tongban.domains.licences.rules import LIFE_OF_A_CODE
from tongban.domains.licences.types import Purpose, VerifierKind
from tongban.kernel.ids import new_id


class Verifier(models.Model):
    """核验方."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in VerifierKind])
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=32, blank=True)
    owner = models.ForeignKey("identity.Subject", null=True, on_delete=models.PROTECT, related_name="+")
    secret_sha256 = models.CharField(max_length=64)
    registered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("核验方")
        indexes = [models.Index(fields=["owner"], name="verifier_of_firm")]

    def __str__(self) -> str:
        return self.code


class Showing(models.Model):
    """One showing of a licence to one audience; used once or never."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+")
    verifier = models.ForeignKey(Verifier, null=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        "directory.Department", to_field="code", null=True, on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField(max_length=16, choices=[(purpose.value, purpose.name) for purpose in Purpose])
    code_hash = models.BinaryField(null=True, unique=True, max_length=32)
    """Keyed hash of the code, or hash of an offline showing's signature; forgotten after a day."""
    is_offline = models.BooleanField(default=False)
    account_id = models.UUIDField(null=True)
    shown_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    field_names = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        verbose_name = _("亮证")
        constraints = [
            models.CheckConstraint(
                condition=Q(verifier__isnull=True) ^ Q(department__isnull=True),
                name="showing_has_one_audience",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("made_at") + LIFE_OF_A_CODE), name="showing_is_short"
            ),
        ]
        indexes = [
            models.Index(fields=["licence", "-made_at"], name="showing_of_licence"),
            models.Index(fields=["made_at"], condition=Q(code_hash__isnull=False), name="showing_to_forget"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StatusList(models.Model):
    """A list of an issuer in which phones' credentials have their places; its bits follow from the licences."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    issuer = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    size = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("状态名单")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("size")), name="status_list_has_room"),
        ]
        indexes = [models.Index(fields=["issuer", "-opened_at"], name="status_list_of_issuer")]

    def __str__(self) -> str:
        return str(self.pk)


class Credential(models.Model):
    """A licence in a phone (SD-JWT VC): bound to the phone's key, with a place of its own in a status list."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+")
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    licence_revision = models.PositiveIntegerField(default=1)
    """Of the contents it was made from: a correction of the licence ends it."""
    key_thumbprint = models.CharField(max_length=43)
    account_id = models.UUIDField()
    holder_name = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("手机里的证照")
        constraints = [
            models.UniqueConstraint(fields=["status_list", "place"], name="credential_place_unique"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="credential_term_in_order"
            ),
        ]
        indexes = [models.Index(fields=["licence", "-issued_at"], name="credential_of_licence")]

    def __str__(self) -> str:
        return str(self.pk)
