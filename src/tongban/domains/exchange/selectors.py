"""Reads of the data catalogue and of the look-up log."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import models
from tongban.domains.exchange.types import Finding, FindingKind, Look, Outcome, Resource
from tongban.foundation.prepared import prepared
from tongban.kernel.actors import ActorKind
from tongban.kernel.errors import TongbanError


class ResourceNotFound(TongbanError):
    code: ClassVar[str] = "RESOURCE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("数据目录中没有这项信息资源。")


def get_resource(code: str) -> Resource:
    """One resource; raises `ResourceNotFound`."""
    return get_resources([code])[code]


def get_resources(codes: Iterable[str]) -> Mapping[str, Resource]:
    """Several resources in one query; raises `ResourceNotFound` naming the first one missing."""
    wanted = set(codes)
    rows = models.Resource.objects.filter(code__in=wanted).select_related("provider")
    found = {row.code: as_resource(row) for row in rows}
    missing = wanted - found.keys()
    if missing:
        raise ResourceNotFound(f"resource {min(missing)}")
    return found


def list_resources() -> tuple[Resource, ...]:
    """Every resource by code."""
    rows = models.Resource.objects.select_related("provider").order_by("code")
    return tuple(as_resource(row) for row in rows)


def live_resources() -> frozenset[str]:
    """Codes of the resources that can be asked now."""
    return frozenset(_live())


@prepared
def _live() -> QuerySet[models.Resource, str]:
    return models.Resource.objects.filter(is_live=True).values_list("code", flat=True)


def granted_fields(
    department: str, resources: Iterable[str], *, at: datetime
) -> Mapping[str, frozenset[str]]:
    """By resource, the fields a department may read at an instant, whatever the purpose."""
    rows = models.Grant.objects.filter(
        department_id=department, resource_id__in=set(resources), valid_from__lte=at
    )
    found: dict[str, frozenset[str]] = {}
    for row in rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)):
        found[row.resource_id] = found.get(row.resource_id, frozenset()) | frozenset(row.fields)
    return found


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


def get_finding(finding_id: UUID) -> Finding:
    """One finding, answered or not."""
    return as_finding(models.Finding.objects.select_related("resource").get(pk=finding_id))


def list_findings(departments: Iterable[str], *, only_open: bool = True) -> tuple[Finding, ...]:
    """What the resources of these departments have to put right, the most urgent first."""
    rows = models.Finding.objects.filter(resource__provider_id__in=set(departments))
    if only_open:
        rows = rows.filter(answered_at__isnull=True)
    return tuple(as_finding(row) for row in rows.select_related("resource").order_by("due_on", "id"))


def as_finding(row: models.Finding) -> Finding:
    return Finding(
        id=row.pk,
        resource=row.resource_id,
        resource_name=row.resource.name,
        provider=row.resource.provider_id,
        kind=FindingKind(row.kind),
        text=row.text,
        reference=row.reference,
        found_at=row.found_at,
        due_on=row.due_on,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
    )


def as_resource(row: models.Resource) -> Resource:
    return Resource(
        code=row.code,
        name=row.name,
        provider=row.provider_id,
        provider_name=row.provider.name,
        fields=tuple(row.fields),
        sharing=row.sharing,
        is_live=row.is_live,
    )


def _looked_by(row: models.ExchangeLog, names: Mapping[str, str]) -> str:
    if row.actor_kind == ActorKind.CITIZEN:
        return _("本人或代办人")
    return names.get(row.department, _("平台"))
