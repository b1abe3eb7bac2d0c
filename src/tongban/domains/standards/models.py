"""Tables of the data standard: elements with their options, material types, and the revision caches watch."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.standards.types import ElementType


class Element(models.Model):
    """数据元."""

    code = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=128)
    element_type = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in ElementType])
    label = models.CharField(max_length=64)
    question = models.CharField(max_length=200)
    why = models.CharField(max_length=300, blank=True)
    help = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=16, null=True)  # noqa: DJ001  # null: has no unit
    scheme = models.CharField(max_length=16, null=True)  # noqa: DJ001  # null: no code scheme
    validator = models.CharField(max_length=32, null=True)  # noqa: DJ001  # null: no check beyond the type
    is_sensitive = models.BooleanField(default=False)
    closed_world = models.BooleanField(default=False)
    resource = models.CharField(max_length=32, null=True)  # noqa: DJ001  # null: only the applicant supplies it
    resource_field = models.CharField(max_length=64, null=True)  # noqa: DJ001
    max_length = models.PositiveIntegerField(null=True)
    minimum = models.BigIntegerField(null=True)
    maximum = models.BigIntegerField(null=True)
    ended_on = models.DateField(null=True)
    """From this day on nothing new is built on it; what uses it stays readable."""

    class Meta:
        verbose_name = _("数据元")
        constraints = [
            models.CheckConstraint(
                condition=Q(resource__isnull=True, resource_field__isnull=True)
                | Q(resource__isnull=False, resource_field__isnull=False),
                name="element_source_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")),
                name="element_bounds_in_order",
            ),
            models.CheckConstraint(
                condition=Q(scheme__isnull=True) | Q(element_type=ElementType.CODE.value),
                name="element_scheme_only_for_codes",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ElementOption(models.Model):
    """One entry of an element's code list, in the order it is offered."""

    element = models.ForeignKey(Element, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    value = models.CharField(max_length=64)
    label = models.CharField(max_length=128)
    help = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("数据元取值")
        ordering = ("element", "position")
        constraints = [
            models.UniqueConstraint(fields=["element", "value"], name="element_option_value_unique"),
            models.UniqueConstraint(fields=["element", "position"], name="element_option_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.element_id}={self.value}"


class ElementVersion(models.Model):
    """An element as it was or will be; the row of `Element` is the one that holds now."""

    element = models.ForeignKey(Element, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    effective_from = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("数据元版本")
        ordering = ("element", "number")
        constraints = [
            models.UniqueConstraint(fields=["element", "number"], name="element_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.element_id} {self.number}"


class ElementMapping(models.Model):
    """What an element or one of its values is called in another standard."""

    element = models.ForeignKey(Element, on_delete=models.CASCADE, related_name="mappings")
    standard = models.CharField(max_length=64)
    value = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=128, blank=True)

    class Meta:
        verbose_name = _("数据元对照")
        constraints = [
            models.UniqueConstraint(fields=["element", "standard", "value"], name="element_mapped_once"),
        ]

    def __str__(self) -> str:
        return f"{self.element_id} {self.standard}"


class MaterialType(models.Model):
    """材料字典: the one name of a material."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128, unique=True)
    aliases = ArrayField(models.CharField(max_length=128), default=list)
    licence_type = models.CharField(max_length=32, null=True)  # noqa: DJ001  # null: not a licence
    resource = models.CharField(max_length=32, null=True)  # noqa: DJ001  # null: no register holds what it says

    class Meta:
        verbose_name = _("材料")

    def __str__(self) -> str:
        return self.code


class DictionaryRevision(models.Model):
    """One row whose number rises with every load, so that processes know when to read again."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="dictionary_revision_single_row")]

    def __str__(self) -> str:
        return str(self.revision)
