"""Tables of packages, shared plans and submitted bundles."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.lifeevents.types import BranchStatus, OnRefusal
from tongban.foundation.fields import EncryptedTextField
from tongban.kernel.ids import new_id

_WITH_A_CASE = [BranchStatus.STARTED.value, BranchStatus.GRANTED.value, BranchStatus.ENDED.value]


class PackageVersion(models.Model):
    """One published version of a package; it never changes (the database refuses)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("主题服务套餐版本")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="package_version_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Gathering(models.Model):
    """What registers said to one person about one situation; asked again after a day, then deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent_id = models.UUIDField()
    applicant_id = models.UUIDField()
    package_code = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    package_id = models.UUIDField()
    principals = ArrayField(models.UUIDField())
    """For whom the agent could ask then."""
    content = EncryptedTextField()
    """Parties, and facts with their provenance: JSON."""
    gathered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("已查到的情况")
        constraints = [
            models.UniqueConstraint(
                fields=["agent_id", "applicant_id", "package_code", "division"], name="gathering_once"
            )
        ]
        indexes = [models.Index(fields=["gathered_at"], name="gathering_old")]

    def __str__(self) -> str:
        return self.package_code


class SavedPlan(models.Model):
    """A plan kept behind a link: answers about a situation, none about a person."""

    token = models.CharField(primary_key=True, max_length=32)
    package_code = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    facts = models.JSONField()
    optional_items = ArrayField(models.CharField(max_length=64))
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("保存的计划")

    def __str__(self) -> str:
        return self.package_code


class BundleRun(models.Model):
    """A submitted package."""

    application = models.OneToOneField(
        "cases.Application", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    application_number = models.CharField(max_length=64, unique=True)
    package = models.ForeignKey(PackageVersion, on_delete=models.PROTECT, related_name="+")
    draft = models.OneToOneField("eforms.Draft", on_delete=models.PROTECT, related_name="+")
    applicant_id = models.UUIDField()
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = _("联办")

    def __str__(self) -> str:
        return self.application_number


class Branch(models.Model):
    """One item of a submitted package; `content` is what its case will be opened with, until it is."""

    run = models.ForeignKey(BundleRun, on_delete=models.PROTECT, related_name="branches")
    position = models.PositiveSmallIntegerField()
    basic_code = models.CharField(max_length=64)
    item_name = models.CharField(max_length=200)
    department_name = models.CharField(max_length=100)
    status = models.CharField(max_length=12, choices=[(one.value, one.value) for one in BranchStatus])
    needs = ArrayField(models.CharField(max_length=64))
    on_refusal = models.CharField(max_length=16, choices=[(one.value, one.value) for one in OnRefusal])
    case_number = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    content = EncryptedTextField(blank=True)

    class Meta:
        verbose_name = _("联办分支")
        constraints = [
            models.UniqueConstraint(fields=["run", "basic_code"], name="branch_item_once"),
            models.CheckConstraint(
                condition=~Q(status__in=_WITH_A_CASE) | ~Q(case_number=""),
                name="branch_started_has_case",
            ),
            models.CheckConstraint(
                condition=~Q(status=BranchStatus.STOPPED.value) | ~Q(reason=""),
                name="branch_stopped_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basic_code} {self.status}"
