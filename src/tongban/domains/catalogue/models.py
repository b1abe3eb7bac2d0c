"""Powers, implementations and their versions (行政权力事项清单).

A version is one document; published it never changes (the migration makes the database refuse). What is searched, joined and
counted is derived from it at publication: `MaterialUse`, `ElementUse`, `BasisUse`, `SearchEntry`.
"""

from typing import ClassVar, TypeAlias

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.catalogue.types import VersionStatus
from tongban.kernel.ids import new_id

_STATUSES = [
    (VersionStatus.DRAFT.value, _("草稿")),
    (VersionStatus.IN_REVIEW.value, _("待发布审核")),
    (VersionStatus.PUBLISHED.value, _("已发布")),
    (VersionStatus.RETIRED.value, _("已停用")),
]


class _DateRange(Func):
    function = "daterange"


class Power(models.Model):
    """权力事项; its substance is kept by the city department."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    basic_code = models.CharField(max_length=64)
    code_scheme = models.CharField(max_length=40)
    region = models.CharField(max_length=12)
    """Code of the division whose list this is."""
    department = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("权力事项")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "basic_code"], name="power_code_in_region")
        ]

    def __str__(self) -> str:
        return self.basic_code


class _Version(models.Model):
    """What versions of substance and procedure share; effect is half open: effective_from <= day < effective_to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=_STATUSES)
    document = models.JSONField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    drafted_by = models.UUIDField(null=True)
    submitted_by = models.UUIDField(null=True)
    return_reason = models.TextField(blank=True)
    """Why the second person gave the draft back; empty again once it is submitted."""
    published_by = models.UUIDField(null=True)
    published_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"version {self.number} ({self.status})"


def _version_constraints(name: str, owner: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=[owner, "number"], name=f"{name}_number_once"),
        models.UniqueConstraint(
            fields=[owner], condition=Q(status__in=["DRAFT", "IN_REVIEW"]), name=f"{name}_one_draft"
        ),
        models.CheckConstraint(
            condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
            name=f"{name}_ends_after_start",
        ),
        models.CheckConstraint(
            condition=~Q(status="PUBLISHED") | (Q(published_at__isnull=False)),
            name=f"{name}_published_has_instant",
        ),
        models.CheckConstraint(
            condition=Q(submitted_by__isnull=True)
            | Q(published_by__isnull=True)
            | ~Q(submitted_by=F("published_by")),
            name=f"{name}_two_persons",
        ),
        ExclusionConstraint(
            name=f"{name}_no_overlap",
            expressions=[
                (owner, RangeOperators.EQUAL),
                (_DateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
            ],
            condition=Q(status="PUBLISHED"),
        ),
    ]


class PowerVersion(_Version):
    power = models.ForeignKey(Power, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        verbose_name = _("事项版本（实体性内容）")
        constraints: ClassVar = _version_constraints("power_version", "power")

    @property
    def owner(self) -> Power:
        return self.power


class Implementation(models.Model):
    """实施事项; one body carrying out a power in its division."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    power = models.ForeignKey(Power, on_delete=models.PROTECT, related_name="implementations")
    department = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    division = models.CharField(max_length=12)
    code = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("实施事项")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["power", "division"], name="implementation_one_a_division")
        ]

    def __str__(self) -> str:
        return self.code


class ImplementationVersion(_Version):
    implementation = models.ForeignKey(Implementation, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        verbose_name = _("实施版本（程序性内容）")
        constraints: ClassVar = _version_constraints("implementation_version", "implementation")

    @property
    def owner(self) -> Implementation:
        return self.implementation


Version: TypeAlias = PowerVersion | ImplementationVersion


class MaterialUse(models.Model):
    """A material a published version asks for; derived."""

    version = models.ForeignKey(PowerVersion, on_delete=models.CASCADE, related_name="material_uses")
    code = models.CharField(max_length=40)
    name = models.TextField()
    material_type = models.CharField(max_length=40)
    licence_type = models.CharField(max_length=40, blank=True)
    resource = models.CharField(max_length=40, blank=True)
    necessity = models.CharField(max_length=12)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="material_use_once")
        ]
        indexes: ClassVar = [models.Index(fields=["material_type"], name="material_use_of_type")]

    def __str__(self) -> str:
        return self.name


class ElementUse(models.Model):
    """A data element of one subject role a published version's form asks for; derived."""

    version = models.ForeignKey(PowerVersion, on_delete=models.CASCADE, related_name="element_uses")
    element = models.CharField(max_length=60)
    role = models.CharField(max_length=30)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "element", "role"], name="element_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.role}.{self.element}"


class MaterialAudit(models.Model):
    """What the audit of the three rules found on a day, so that the fall can be shown."""

    on = models.DateField(primary_key=True)
    taken_at = models.DateTimeField()
    items = models.PositiveIntegerField()
    asked = models.PositiveIntegerField()
    items_with_paper = models.PositiveIntegerField()
    """Items that ask for paper or for copies of a licence that the library keeps."""
    is_baseline = models.BooleanField()
    """Counted as it was before library and exchange."""
    departments = models.JSONField()

    class Meta:
        verbose_name = _("材料审计")

    def __str__(self) -> str:
        return f"{self.on}"


class BasisUse(models.Model):
    """An article a published version rests on; derived, so that a change of law finds its items."""

    version = models.ForeignKey(PowerVersion, on_delete=models.CASCADE, related_name="basis_uses")
    law = models.TextField()
    article = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["law", "article"], name="basis_use_of_article")]

    def __str__(self) -> str:
        return f"{self.law} {self.article}"


class SearchEntry(models.Model):
    """One findable thing: an item or a package."""

    code = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    region = models.CharField(max_length=12)
    title = models.TextField()
    sentence = models.TextField()
    department = models.CharField(max_length=40)
    department_name = models.CharField(max_length=128)
    audiences = ArrayField(models.CharField(max_length=24))
    address = models.TextField()
    weight = models.FloatField()
    is_one_licence = models.BooleanField(default=False, db_default=False)
    """一证通办: besides the licence that says who one is, nothing is to be brought. Kept by the index and a nightly job."""
    words = SearchVectorField()
    names = models.TextField()
    """Title and aliases, normalised, one a line."""
    pinyin = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "code"], name="search_entry_once")
        ]
        indexes: ClassVar = [GinIndex(fields=["words"], name="search_entry_words")]

    def __str__(self) -> str:
        return self.title


class ZeroHit(models.Model):
    """A search that found nothing, for editors. Queries with digits or of more than 20 characters are not kept: they may name a person."""

    query = models.CharField(max_length=20, primary_key=True)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("未命中的搜索")

    def __str__(self) -> str:
        return self.query
