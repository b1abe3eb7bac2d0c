"""Who used a licence."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.domains.licences.models.library import Licence
from tongban.domains.licences.types import UseKind
from tongban.kernel.actors import ActorKind
from tongban.kernel.ids import new_id


class Use(models.Model):
    """One use of a licence (用证留痕); written once, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(
        Licence, to_field="number", db_column="number", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in UseKind])
    at = models.DateTimeField()
    used_by = models.CharField(max_length=200)
    department = models.CharField(max_length=32, blank=True)
    actor_kind = models.CharField(max_length=32, choices=[(kind.value, kind.name) for kind in ActorKind])
    account_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=200)
    case_number = models.CharField(max_length=64, blank=True)
    fields = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        verbose_name = _("用证留痕")
        indexes = [models.Index(fields=["licence", "-at"], name="licence_use_of_licence")]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(used_by=""), name="licence_use_has_purpose")
        ]

    def __str__(self) -> str:
        return str(self.pk)
