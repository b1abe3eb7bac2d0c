"""Register of systems (台账)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.exchange.types import Grade, SystemKind, SystemState


class System(models.Model):
    """A system, data set or application of a department.

    How the system that works a department's cases is connected stands in the directory and nowhere else.
    """

    code = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=128)
    kind = models.CharField(max_length=16, choices=[(one.value, one.name) for one in SystemKind])
    owner = models.ForeignKey(
        "directory.Department", to_field="code", on_delete=models.PROTECT, related_name="+"
    )
    contact = models.CharField(max_length=64)
    handles_cases = models.BooleanField(default=False)
    grade = models.CharField(max_length=24, blank=True, choices=[(one.value, one.name) for one in Grade])
    state = models.CharField(max_length=16, choices=[(one.value, one.name) for one in SystemState])
    note = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("系统")
        indexes = [models.Index(fields=["owner"], name="system_by_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(handles_cases=True, grade="") | Q(handles_cases=False) & ~Q(grade=""),
                name="system_grade_from_one_place",
            ),
            models.CheckConstraint(
                condition=Q(state=SystemState.STOPPED.value, stopped_at__isnull=False)
                | ~Q(state=SystemState.STOPPED.value) & Q(stopped_at__isnull=True),
                name="system_stopped_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.code
