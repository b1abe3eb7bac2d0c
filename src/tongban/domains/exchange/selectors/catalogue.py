"""Reads of the data catalogue."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models
from tongban.domains.exchange.types import Resource
from tongban.foundation.prepared import prepared
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
