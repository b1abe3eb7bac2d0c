"""Publishing packages."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.catalogue import services as catalogue
from tongban.domains.catalogue.types import SearchEntryData
from tongban.domains.directory import selectors as directory
from tongban.domains.lifeevents import models
from tongban.domains.lifeevents.rules.packages import Row, read_package, require_sound, write_package
from tongban.domains.lifeevents.types import Package
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import LoadReport
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.ids import new_id

KIND = "PACKAGE"
# A package answers a whole situation: among equals it comes before its items.
WEIGHT = 2.0


class FrozenPackage(TongbanError):
    """A published version is never changed; a change is a new version."""

    code: ClassVar[str] = "FROZEN_PACKAGE"
    default_sentence: ClassVar[str] = gettext_noop("这个版本的套餐已经发布，不能修改。请提高版本号后再导入。")


@transaction.atomic
def load_packages(rows: Iterable[Row], *, actor: Actor, at: datetime) -> LoadReport:
    """Publish packages from their JSON form, all or none; a second load of the same changes nothing.

    Raises `FaultyPackage` with everything that is wrong, `FrozenPackage` for a published version that differs.
    """
    created = unchanged = 0
    fields = standards.condition_fields()
    for row in rows:
        package = read_package(row, new_id())
        require_sound(package, fields)
        if _is_published(package):
            unchanged += 1
            continue
        _publish(package, actor, at)
        created += 1
    return LoadReport(created=created, changed=0, unchanged=unchanged)


def _is_published(package: Package) -> bool:
    before = models.PackageVersion.objects.filter(code=package.code, version=package.version).first()
    if before is None:
        return False
    if before.document != write_package(package):
        raise FrozenPackage(f"package {package.code} version {package.version} is published and differs")
    return True


def _publish(package: Package, actor: Actor, at: datetime) -> None:
    models.PackageVersion.objects.create(
        id=package.id,
        code=package.code,
        version=package.version,
        document=write_package(package),
        published_at=at,
        published_by=actor.account_id,
    )
    audit.record(
        actor=actor,
        action="PUBLISH_PACKAGE",
        at=at,
        object_type="lifeevents.Package",
        object_id=package.code,
        detail={"version": package.version},
    )
    lead = directory.get_department(package.lead_department)
    catalogue.index_entry(
        SearchEntryData(
            code=package.code,
            kind=KIND,
            title=package.title,
            sentence=package.summary,
            aliases=package.aliases,
            keywords=tuple(item.why for item in package.items),
            audiences=(package.audience,),
            department=lead.code,
            department_name=lead.name,
            address="",
            weight=WEIGHT,
            region=settings.CATALOGUE_REGION,
        )
    )
