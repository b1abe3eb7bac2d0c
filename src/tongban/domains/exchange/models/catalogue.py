"""Tables of the data catalogue."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.models.systems import System
from tongban.domains.exchange.types import Format, Manner, Openness, UpdateCycle
from tongban.kernel.ids import new_id


class Sharing(models.TextChoices):
    """共享类型 (国发〔2016〕51号)."""

    UNCONDITIONAL = "1", _("无条件共享")
    CONDITIONAL = "2", _("有条件共享")
    NONE = "3", _("不予共享")


class Resource(models.Model):
    """政务信息资源.

    `code` is what callers use and never changes, `catalogue_code` the national one. `fields` repeats the names of the fields' rows,
    for the look-up. Not published: not described yet by the national guide.
    """

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128)
    provider = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    fields = ArrayField(models.CharField(max_length=64))
    sharing = models.CharField(max_length=1, choices=Sharing.choices)
    is_live = models.BooleanField(default=True)
    catalogue_code = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  # null: not described yet
    abstract = models.CharField(max_length=500, blank=True)
    format = models.CharField(max_length=16, blank=True, choices=[(one.value, one.name) for one in Format])
    condition = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=300, blank=True)
    manner = models.CharField(max_length=16, blank=True, choices=[(one.value, one.name) for one in Manner])
    openness = models.CharField(
        max_length=16, blank=True, choices=[(one.value, one.name) for one in Openness]
    )
    update_cycle = models.CharField(
        max_length=16, blank=True, choices=[(one.value, one.name) for one in UpdateCycle]
    )
    system = models.ForeignKey(System, null=True, on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField(null=True)
    updated_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("信息资源")
        constraints = [
            models.CheckConstraint(condition=Q(fields__len__gt=0), name="resource_has_fields"),
            # 政务数据共享条例: what is not shared needs a law, regulation or State Council rule that says so.
            models.CheckConstraint(
                condition=~Q(sharing=Sharing.NONE) | ~Q(basis="") | Q(published_on__isnull=True),
                name="resource_not_shared_cites_law",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True)
                | Q(catalogue_code__isnull=False, updated_on__gte=F("published_on")),
                name="resource_published_is_described",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ResourceField(models.Model):
    """信息项; the same element may stand in several resources, of which the data standard names one as the source."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=64)
    label = models.CharField(max_length=64)
    element = models.ForeignKey("standards.Element", null=True, on_delete=models.PROTECT, related_name="+")
    field_type = models.CharField(max_length=8)
    length = models.PositiveIntegerField(null=True)
    is_key = models.BooleanField(default=False)
    is_sensitive = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("信息项")
        ordering = ("resource", "position")
        constraints = [
            models.UniqueConstraint(fields=["resource", "name"], name="resource_field_once"),
            models.UniqueConstraint(fields=["resource", "position"], name="resource_field_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}.{self.name}"


class ResourceVersion(models.Model):
    """What was published and when; never rewritten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    """The entry as it was published, in the form that the catalogue is exported in."""
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("目录版本")
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="resource_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.number}"
