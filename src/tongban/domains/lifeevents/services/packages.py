"""Publishing packages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import transaction

from tongban.domains.catalogue import selectors as catalogue_selectors
from tongban.domains.catalogue import services as catalogue
from tongban.domains.catalogue.types import SearchEntryData
from tongban.domains.directory import selectors as directory
from tongban.domains.licences import selectors as licences
from tongban.domains.lifeevents import models, selectors
from tongban.domains.lifeevents.rules.packages import PACKAGE, Surroundings, faults, write_package
from tongban.domains.lifeevents.types import Package
from tongban.domains.standards import selectors as standards
from tongban.foundation.audit import services as audit
from tongban.foundation.imports import ImportReport, Tally
from tongban.kernel.actors import Actor
from tongban.kernel.documents import Fault
from tongban.kernel.ids import new_id

KIND = "PACKAGE"
# A package answers a whole situation: among equals it comes before its items.
WEIGHT = 2.0
FROZEN = "这个版本已经发布，不能修改。请提高版本号后再导入"
OLDER = "已发布的版本更新，请提高版本号后再导入"

Document = Mapping[str, object]
_Versions = Mapping[str, Mapping[int, Document]]
"""By code and version, what is published."""


@transaction.atomic
def import_packages(
    rows: Sequence[object], *, actor: Actor, at: datetime, dry_run: bool = False
) -> ImportReport:
    """Publish packages from their JSON form. All or nothing: with one row refused, nothing is published.

    A version that is published is never changed: the same again is left alone, another one is refused.
    """
    tally = Tally()
    entries = [{**row, "id": str(new_id())} if isinstance(row, dict) else row for row in rows]
    packages = tally.read("", entries, PACKAGE, attrgetter("code"))
    surroundings = _surroundings(packages.values())
    published = _published(packages.values())
    for row, package in packages.items():
        for fault in (*faults(package, surroundings), *_version_faults(package, published)):
            tally.refuse("", row, fault.place, fault.value, fault.reason)
    if not tally.refused:
        for package in packages.values():
            tally.counts[_publish(package, published, actor, at)] += 1
    if dry_run:
        transaction.set_rollback(True)
    return tally.report(is_dry_run=dry_run)


def export_packages() -> list[dict[str, Any]]:  # Any: plain JSON values
    """The newest version of every package, from which `import_packages` makes the same packages."""
    return [write_package(package) for package in selectors.list_packages()]


def _surroundings(packages: Iterable[Package]) -> Surroundings:
    items = {item.basic_code for package in packages for item in package.items}
    return Surroundings(
        fields=standards.condition_fields(),
        departments=directory.department_names(package.lead_department for package in packages),
        items=catalogue_selectors.published_items(settings.CATALOGUE_REGION, items),
        licence_types=licences.licence_types(),
    )


def _published(packages: Iterable[Package]) -> _Versions:
    rows = models.PackageVersion.objects.filter(code__in=[package.code for package in packages])
    found: dict[str, dict[int, Document]] = {}
    for row in rows:
        found.setdefault(row.code, {})[row.version] = row.document
    return found


def _version_faults(package: Package, published: _Versions) -> Iterator[Fault]:
    versions = published.get(package.code, {})
    if package.version in versions:
        if versions[package.version] != write_package(package):
            yield Fault("version", str(package.version), FROZEN)
    elif versions and package.version < max(versions):
        yield Fault("version", str(package.version), f"{OLDER}：{max(versions)}")


def _publish(package: Package, published: _Versions, actor: Actor, at: datetime) -> str:
    """Answers `created`, `changed` or `unchanged`."""
    versions = published.get(package.code, {})
    if package.version in versions:
        return "unchanged"
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
    return "changed" if versions else "created"
