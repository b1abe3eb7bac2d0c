"""Granting: who may read which resource, for what and how long; ending it."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models, rules, selectors
from tongban.domains.exchange.services.resources import FaultyResource, NotYourResource
from tongban.domains.exchange.types import Grant
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

OBJECT = "exchange.Grant"
_SHORTEST = timedelta(microseconds=1)
"""A grant that is ended before it begins was in force for no instant anybody asked in, but its row keeps a term."""


class GrantNotFound(TongbanError):
    code: ClassVar[str] = "GRANT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这项共享授权，或者已经结束。")


@transaction.atomic
def grant_access(grant: Grant, *, actor: Actor, at: datetime) -> Grant:
    """Let a department read fields of a resource; the same grant again replaces its fields, items, rate and end.

    Raises `FaultyResource` for a field the resource lacks, a resource that is not shared or a term that ends before it begins.
    """
    resource = selectors.get_resource(grant.resource)
    unknown = rules.unknown_fields(resource, grant.fields)
    is_reversed = grant.valid_to is not None and grant.valid_to <= grant.valid_from
    if unknown or is_reversed or not grant.fields or resource.sharing == rules.NONE:
        raise FaultyResource(f"grant of {grant.resource}: fields {unknown}, until {grant.valid_to}")
    directory.get_department(grant.department)
    if grant.system:
        selectors.get_system(grant.system)
    row, _is_new = models.Grant.objects.update_or_create(
        resource_id=grant.resource,
        department_id=grant.department,
        purpose=grant.purpose,
        valid_from=grant.valid_from,
        defaults={
            "fields": list(grant.fields),
            "valid_to": grant.valid_to,
            "items": list(grant.items),
            "system_id": grant.system or None,
            "per_minute": grant.per_minute,
            "basis": grant.basis,
        },
    )
    _record(row, "GRANT_ACCESS", actor, at)
    return selectors.as_grant(row)


@transaction.atomic
def end_grant(
    grant_id: UUID, *, reason: str, departments: frozenset[str] | None, actor: Actor, at: datetime
) -> None:
    """The provider ends a grant from this instant on; `departments` None: whoever provides it.

    Raises `GrantNotFound`, `NotYourResource`.
    """
    row = models.Grant.objects.select_for_update(of=("self",)).select_related("resource").filter(pk=grant_id)
    found = row.first()
    if found is None or (found.valid_to is not None and found.valid_to <= at):
        raise GrantNotFound(f"grant {grant_id}")
    if departments is not None and found.resource.provider_id not in departments:
        raise NotYourResource(f"grant {grant_id} is of {found.resource_id}")
    found.valid_to = max(at, found.valid_from + _SHORTEST)
    found.save(update_fields=["valid_to"])
    _record(found, "END_GRANT", actor, at, reason=reason.strip())


def _record(row: models.Grant, action: str, actor: Actor, at: datetime, **detail: object) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type=OBJECT,
        object_id=str(row.pk),
        detail={"resource": row.resource_id, "department": row.department_id, **detail},
    )
