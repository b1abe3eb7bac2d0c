"""Reads of what departments ask for."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models
from tongban.domains.exchange.types import Demand, DemandAction, DemandStatus, DemandStep


def get_demand(demand_id: UUID) -> Demand:
    """One demand with its steps."""
    row = _demands().prefetch_related("steps").get(pk=demand_id)
    names = directory.department_names({one.department for one in row.steps.all() if one.department})
    steps = tuple(
        DemandStep(
            action=DemandAction(one.action),
            status=DemandStatus(one.status),
            at=one.at,
            actor_name=one.actor_name,
            department_name=names.get(one.department, ""),
            note=one.note,
        )
        for one in row.steps.all()
    )
    return as_demand(row, steps)


def find_demand(demand_id: UUID, departments: Collection[str] | None) -> Demand | None:
    """One demand that one of the departments asked for or has to answer; None: whoever did. None when there is no such."""
    rows = models.Demand.objects.filter(pk=demand_id)
    if departments is not None:
        rows = rows.filter(Q(asker_id__in=departments) | Q(provider_id__in=departments))
    return get_demand(demand_id) if rows.exists() else None


def list_demands(departments: Collection[str] | None = None) -> tuple[Demand, ...]:
    """需求清单: what these departments asked for or have to answer, or all, the newest first."""
    rows = _demands()
    if departments is not None:
        rows = rows.filter(Q(asker_id__in=departments) | Q(provider_id__in=departments))
    return tuple(as_demand(row) for row in rows.order_by("-asked_at", "id"))


def _demands() -> QuerySet[models.Demand]:
    return models.Demand.objects.select_related("asker", "provider", "resource")


def as_demand(row: models.Demand, steps: tuple[DemandStep, ...] = ()) -> Demand:
    return Demand(
        id=row.pk,
        asker=row.asker_id,
        asker_name=row.asker.name,
        provider=row.provider_id or "",
        provider_name=row.provider.name if row.provider else "",
        resource=row.resource_id or "",
        resource_name=row.resource.name if row.resource else "",
        wanted=row.wanted,
        fields=tuple(row.fields),
        purpose=row.purpose,
        items=tuple(row.items),
        basis=row.basis,
        valid_until=row.valid_until,
        per_minute=row.per_minute,
        system=row.system_id or "",
        status=DemandStatus(row.status),
        asked_at=row.asked_at,
        due_on=row.due_on,
        decided_at=row.decided_at,
        reason=row.reason,
        negative_basis=row.negative_basis,
        steps=steps,
    )
