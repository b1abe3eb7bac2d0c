"""Tables of the directory: divisions, departments, service centres and windows."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.directory.types import Connection, Level
from tongban.kernel.ids import new_id

_LEVELS = [(level.value, level.name) for level in Level]
_CONNECTIONS = [
    (Connection.CONSOLE.value, _("在总操作台办理")),
    (Connection.OWN_SYSTEM.value, _("用本部门系统办理")),
    (Connection.LINKED_ONLY.value, _("仅链接")),
]


class Division(models.Model):
    """行政区划 of the nation; `is_local` marks the city this installation serves and all below it."""

    code = models.CharField(primary_key=True, max_length=9)
    name = models.CharField(max_length=64)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=1, choices=_LEVELS)
    pinyin = models.CharField(max_length=200)
    is_local = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("行政区划")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3})?)?)?$"),
                name="division_code_has_whole_levels",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(code__startswith=F("parent_id")),
                name="division_lies_in_its_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "pinyin"], name="division_by_parent"),
            models.Index(fields=["level", "pinyin"], condition=Q(is_local=True), name="division_local"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Department(models.Model):
    """A body that exercises powers; a district office follows the city department that guides it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=128)
    short_name = models.CharField(max_length=32)
    uscc = models.CharField(max_length=18, blank=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=1, choices=_LEVELS)
    guided_by = models.ForeignKey(
        "self", to_field="code", null=True, on_delete=models.PROTECT, related_name="offices"
    )
    connection = models.CharField(max_length=16, choices=_CONNECTIONS)
    phone = models.CharField(max_length=32, blank=True)
    complaint_phone = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=200, blank=True)
    reconsideration_body = models.CharField(max_length=128, blank=True)
    court = models.CharField(max_length=128, blank=True)
    pinyin = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("部门")
        constraints = [
            models.UniqueConstraint(
                fields=["guided_by", "division"],
                condition=Q(guided_by__isnull=False),
                name="department_one_office_a_division",
            ),
            models.CheckConstraint(
                condition=Q(guided_by__isnull=True) | ~Q(guided_by=F("code")),
                name="department_does_not_guide_itself",
            ),
            # A body that decides here signs licences and papers with its code; a linked one does not.
            models.CheckConstraint(
                condition=Q(uscc__regex=r"^[0-9A-Z]{18}$")
                | Q(uscc="", connection=Connection.LINKED_ONLY.value),
                name="department_has_uscc",
            ),
            models.CheckConstraint(
                condition=Q(phone="") | ~Q(phone=F("complaint_phone")),
                name="department_phones_differ",
            ),
        ]
        indexes = [models.Index(fields=["division", "pinyin"], name="department_by_division")]

    def __str__(self) -> str:
        return self.code


class ServiceCentre(models.Model):
    """政务服务中心: the building."""

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128)
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=32, blank=True)
    hours = models.CharField(max_length=128)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("政务服务中心")

    def __str__(self) -> str:
        return self.code


class Window(models.Model):
    """窗口: a counter in a centre, which takes papers for one or more departments."""

    code = models.CharField(primary_key=True, max_length=32)
    centre = models.ForeignKey(ServiceCentre, on_delete=models.PROTECT, related_name="windows")
    name = models.CharField(max_length=128)
    phone = models.CharField(max_length=32, blank=True)
    hours = models.CharField(max_length=128)
    departments = models.ManyToManyField(Department, related_name="windows")

    class Meta:
        verbose_name = _("窗口")

    def __str__(self) -> str:
        return self.code
