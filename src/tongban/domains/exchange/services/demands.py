"""Asking for data and deciding on it: the asker asks, the provider decides, the data bureau settles disputes."""

from datetime import datetime, time
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models, rules, selectors, states
from tongban.domains.exchange.services.grants import grant_access
from tongban.domains.exchange.types import Demand, DemandAction, DemandStatus, Grant, NewDemand
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import SHANGHAI, shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import ONE_DAY

OBJECT = "exchange.Demand"


class FaultyDemand(TongbanError):
    """`field` is what to mend."""

    code: ClassVar[str] = "FAULTY_DEMAND"
    default_sentence: ClassVar[str] = gettext_noop(
        "需求没有写全：请写明要什么数据、用在哪些事项、依据和用到哪一天。"
    )

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class NegativeListMissing(TongbanError):
    code: ClassVar[str] = "NEGATIVE_LIST_MISSING"
    default_sentence: ClassVar[str] = gettext_noop(
        "不同意共享，要写明负面清单的依据：哪一部法律、法规或者国务院规定的第几条，例如《某法》第十二条。"
    )


class ReasonMissing(TongbanError):
    code: ClassVar[str] = "DEMAND_REASON_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明理由，对方会看到。")


class DemandNotFound(TongbanError):
    """No such demand, or one between other departments: both look the same."""

    code: ClassVar[str] = "DEMAND_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这项数据需求。")


class NotOverdue(TongbanError):
    """The data bureau decides in the provider's place after a dispute or when the limit has passed, not before."""

    code: ClassVar[str] = "DEMAND_NOT_OVERDUE"
    default_sentence: ClassVar[str] = gettext_noop(
        "提供部门的答复期限还没有过，也没有异议。现在由提供部门决定。"
    )


@transaction.atomic
def ask_for_data(demand: NewDemand, *, department: str, actor: Actor, at: datetime) -> Demand:
    """A department asks for a grant, or for data that are in no catalogue. Raises `FaultyDemand`, `selectors.ResourceNotFound`."""
    _check(demand, at)
    provider = None
    if demand.resource:
        resource = selectors.get_resource(demand.resource)
        provider = resource.provider
        unknown = rules.unknown_fields(resource, demand.fields)
        if unknown or not demand.fields:
            raise FaultyDemand(f"fields {unknown or 'none'} of {demand.resource}", field="fields")
        if resource.sharing == rules.NONE:
            raise FaultyDemand(f"{demand.resource} is not shared", field="resource")
    row = models.Demand(
        asker_id=department,
        provider_id=provider,
        resource_id=demand.resource or None,
        wanted=demand.wanted.strip(),
        fields=list(demand.fields),
        purpose=demand.purpose.strip(),
        items=list(demand.items),
        basis=demand.basis.strip(),
        valid_until=demand.valid_until,
        per_minute=demand.per_minute,
        system_id=demand.system or None,
        asked_at=at,
        due_on=rules.decision_due(national_calendar(), shanghai_date(at)).due_on,
    )
    return _finish(row, DemandAction.ASK, "", actor, at)


def _check(demand: NewDemand, at: datetime) -> None:
    wanting = {
        "resource": bool(demand.resource or demand.wanted.strip()),
        "purpose": bool(demand.purpose.strip()),
        "items": bool(demand.items),
        "basis": bool(demand.basis.strip()),
        "valid_until": demand.valid_until > shanghai_date(at),
    }
    for field, is_there in wanting.items():
        if not is_there:
            raise FaultyDemand(f"demand without {field}", field=field)


@transaction.atomic
def name_provider(demand_id: UUID, *, department: str, actor: Actor, at: datetime) -> Demand:
    """The data bureau says who has to supply what is in no catalogue; the provider's limit begins anew."""
    row = _lock(demand_id, DemandAction.NAME_PROVIDER)
    directory.get_department(department)
    row.provider_id = department
    row.due_on = rules.decision_due(national_calendar(), shanghai_date(at)).due_on
    return _finish(row, DemandAction.NAME_PROVIDER, "", actor, at)


@transaction.atomic
def agree(
    demand_id: UUID, *, departments: frozenset[str], per_minute: int | None, actor: Actor, at: datetime
) -> Demand:
    """The provider grants what was asked for, from now until the asked day; of data that were missing it says that they are there.

    Raises `DemandNotFound`, `states.DemandMoved`, `FaultyDemand` when nothing is in the catalogue yet.
    """
    row = _lock(demand_id, DemandAction.GRANT, providers=departments)
    _give(row, per_minute, actor, at)
    return _finish(row, DemandAction.GRANT, "", actor, at)


@transaction.atomic
def supply(
    demand_id: UUID, *, resource: str, departments: frozenset[str], actor: Actor, at: datetime
) -> Demand:
    """What was in no catalogue is in it now, as this resource of the provider's; the asker can ask for a grant of it."""
    row = _lock(demand_id, DemandAction.SUPPLY, providers=departments)
    found = selectors.get_resource(resource)
    if row.resource_id is not None or found.provider not in departments:
        raise FaultyDemand(f"{resource} does not answer demand {demand_id}", field="resource")
    row.resource_id, row.provider_id = found.code, found.provider
    return _finish(row, DemandAction.SUPPLY, "", actor, at)


@transaction.atomic
def refuse(
    demand_id: UUID,
    *,
    reason: str,
    negative_basis: str,
    departments: frozenset[str],
    actor: Actor,
    at: datetime,
) -> Demand:
    """The provider does not share, by an entry of the negative list. Raises `ReasonMissing`, `NegativeListMissing`."""
    row = _lock(demand_id, DemandAction.REFUSE, providers=departments)
    if not reason.strip():
        raise ReasonMissing(f"refusal of {demand_id}")
    if not rules.cites_clause(negative_basis):
        raise NegativeListMissing(f"refusal of {demand_id} by {negative_basis!r}")
    row.reason, row.negative_basis = reason.strip(), negative_basis.strip()
    return _finish(row, DemandAction.REFUSE, reason, actor, at)


@transaction.atomic
def dispute(
    demand_id: UUID, *, reason: str, departments: frozenset[str], actor: Actor, at: datetime
) -> Demand:
    """The asker does not accept a refusal and lets the data bureau decide."""
    row = _lock(demand_id, DemandAction.DISPUTE, askers=departments)
    if not reason.strip():
        raise ReasonMissing(f"dispute of {demand_id}")
    row.due_on = rules.decision_due(national_calendar(), shanghai_date(at)).due_on
    return _finish(row, DemandAction.DISPUTE, reason, actor, at)


@transaction.atomic
def uphold(demand_id: UUID, *, reason: str, actor: Actor, at: datetime) -> Demand:
    """The data bureau finds the refusal right."""
    row = _lock(demand_id, DemandAction.UPHOLD)
    if not reason.strip():
        raise ReasonMissing(f"decision on {demand_id}")
    return _finish(row, DemandAction.UPHOLD, reason, actor, at)


@transaction.atomic
def order(demand_id: UUID, *, reason: str, actor: Actor, at: datetime) -> Demand:
    """The data bureau decides that it is shared: after a dispute, or when the provider let its limit pass.

    Raises `NotOverdue`, `ReasonMissing`, `FaultyDemand` when nothing is in the catalogue yet.
    """
    row = _lock(demand_id, DemandAction.ORDER)
    if row.status != DemandStatus.DISPUTED and shanghai_date(at) <= row.due_on:
        raise NotOverdue(f"demand {demand_id} is due {row.due_on}")
    if not reason.strip():
        raise ReasonMissing(f"decision on {demand_id}")
    _give(row, row.per_minute, actor, at)
    return _finish(row, DemandAction.ORDER, reason, actor, at)


@transaction.atomic
def withdraw(demand_id: UUID, *, departments: frozenset[str], actor: Actor, at: datetime) -> Demand:
    """The asker needs it no longer."""
    row = _lock(demand_id, DemandAction.WITHDRAW, askers=departments)
    return _finish(row, DemandAction.WITHDRAW, "", actor, at)


def _lock(
    demand_id: UUID,
    action: DemandAction,
    *,
    askers: frozenset[str] | None = None,
    providers: frozenset[str] | None = None,
) -> models.Demand:
    """The demand, locked and where the action begins; only one of the named departments finds it."""
    rows = models.Demand.objects.select_for_update(of=("self",)).filter(pk=demand_id)
    if askers is not None:
        rows = rows.filter(asker__code__in=askers)
    if providers is not None:
        rows = rows.filter(provider__code__in=providers)
    row = rows.first()
    if row is None:
        raise DemandNotFound(f"demand {demand_id}")
    states.move(DemandStatus(row.status), action)
    return row


def _give(row: models.Demand, per_minute: int | None, actor: Actor, at: datetime) -> None:
    if row.resource_id is None:
        raise FaultyDemand(f"demand {row.pk} is of data in no catalogue", field="resource")
    end = datetime.combine(row.valid_until + ONE_DAY, time.min, SHANGHAI)
    if end <= at:
        raise FaultyDemand(f"demand {row.pk} was until {row.valid_until}", field="valid_until")
    grant = Grant(
        resource=row.resource_id,
        department=row.asker_id,
        fields=tuple(row.fields),
        purpose=row.purpose,
        valid_from=at,
        valid_to=end,
        items=tuple(row.items),
        system=row.system_id or "",
        per_minute=per_minute,
        basis=row.basis,
    )
    row.grant_id = grant_access(grant, actor=actor, at=at).id


def _finish(row: models.Demand, action: DemandAction, note: str, actor: Actor, at: datetime) -> Demand:
    row.status = states.move(DemandStatus(row.status) if row.status else None, action)
    if row.status not in states.WAITING:
        row.decided_at = at
    row.save()
    models.DemandStep.objects.create(
        demand=row,
        action=action,
        status=row.status,
        at=at,
        actor_name=actor.name,
        department=actor.department or "",
        note=note.strip(),
    )
    audit.record(
        actor=actor,
        action=f"DEMAND_{action}",
        at=at,
        object_type=OBJECT,
        object_id=str(row.pk),
        detail={"resource": row.resource_id or "", "asker": row.asker_id, "status": str(row.status)},
    )
    return selectors.get_demand(row.pk)
