"""Reads of the look-up log."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models
from tongban.domains.exchange.types import Look, Outcome
from tongban.kernel.actors import ActorKind


def list_looks(subject_id: UUID, *, limit: int = 50) -> list[Look]:
    """Who looked at a subject's data, newest first; her own looks are among them."""
    rows = list(
        models.ExchangeLog.objects.filter(subject_id=subject_id)
        .select_related("resource")
        .order_by("-at", "-id")[:limit]
    )
    names = directory.department_names({row.department for row in rows if row.department})
    return [
        Look(
            at=row.at,
            resource=row.resource_id,
            resource_name=row.resource.name,
            fields=tuple(row.fields),
            looked_by=_looked_by(row, names),
            purpose=row.purpose,
            cause=row.cause,
            outcome=Outcome(row.outcome),
        )
        for row in rows
    ]


def _looked_by(row: models.ExchangeLog, names: Mapping[str, str]) -> str:
    if row.actor_kind == ActorKind.CITIZEN:
        return _("本人或代办人")
    return names.get(row.department, _("平台"))
