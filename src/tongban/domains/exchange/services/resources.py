"""Keeping the data catalogue: resources, whether they can be asked, and who may."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models, rules, selectors
from tongban.domains.exchange.types import Grant
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

Row = Mapping[str, Any]  # Any: parsed JSON; the columns and constraints check it


class FaultyResource(TongbanError):
    code: ClassVar[str] = "FAULTY_RESOURCE"
    default_sentence: ClassVar[str] = gettext_noop("数据目录有误，没有保存。请核对资源代码、提供部门和字段。")


@transaction.atomic
def load_resources(rows: Iterable[Row], *, actor: Actor, at: datetime) -> int:
    """Write resources from their JSON form, all or none; how many there were.

    Raises `FaultyResource`, `directory.selectors.DepartmentNotFound`.
    """
    read = [_read(row) for row in rows]
    directory.get_departments({resource.provider_id for resource in read})
    models.Resource.objects.bulk_create(
        read,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "provider", "fields", "sharing", "is_live"],
    )
    _record(actor, "LOAD_RESOURCES", at, "", {"count": len(read)})
    return len(read)


@transaction.atomic
def set_live(resource_code: str, *, is_live: bool, actor: Actor, at: datetime) -> None:
    """Say whether a resource can be asked at present; raises `selectors.ResourceNotFound`."""
    if not models.Resource.objects.filter(code=resource_code).update(is_live=is_live):
        raise selectors.ResourceNotFound(f"resource {resource_code}")
    _record(actor, "SET_LIVE", at, resource_code, {"is_live": is_live})


@transaction.atomic
def grant_access(grant: Grant, *, actor: Actor, at: datetime) -> None:
    """Let a department read fields of a resource; the same grant again replaces its fields and end.

    Raises `FaultyResource` for a field the resource lacks or a term that ends before it begins.
    """
    unknown = rules.unknown_fields(selectors.get_resource(grant.resource), grant.fields)
    if unknown or (grant.valid_to is not None and grant.valid_to <= grant.valid_from):
        raise FaultyResource(f"grant of {grant.resource}: fields {unknown}, until {grant.valid_to}")
    directory.get_department(grant.department)
    models.Grant.objects.update_or_create(
        resource_id=grant.resource,
        department_id=grant.department,
        purpose=grant.purpose,
        valid_from=grant.valid_from,
        defaults={"fields": list(grant.fields), "valid_to": grant.valid_to},
    )
    _record(actor, "GRANT_ACCESS", at, grant.resource, {"department": grant.department})


def _read(row: Row) -> models.Resource:
    try:
        fields = list(row["fields"])
        resource = models.Resource(
            code=row["code"],
            name=row["name"],
            provider_id=row["provider"],
            fields=fields,
            sharing=row["sharing"],
            is_live=row.get("is_live", True),
        )
    except (KeyError, TypeError) as error:
        raise FaultyResource(f"resource {row.get('code')!r}: {error}") from error
    if resource.sharing not in models.Sharing.values or not fields or not resource.provider_id:
        raise FaultyResource(
            f"resource {resource.code}: sharing {resource.sharing!r}, {len(fields)} fields,"
            f" provider {resource.provider_id!r}"
        )
    return resource


def _record(actor: Actor, action: str, at: datetime, code: str, detail: dict[str, object]) -> None:
    audit.record(
        actor=actor, action=action, at=at, object_type="exchange.Resource", object_id=code, detail=detail
    )
