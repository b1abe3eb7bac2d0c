"""Packages by code, single items among them."""

from datetime import date, datetime

from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.lifeevents import models, selectors
from tongban.domains.lifeevents.rules.packages import may_be_package, write_package
from tongban.domains.lifeevents.rules.singles import is_handled_online, package_of
from tongban.domains.lifeevents.types import Package


def package_in_force(code: str, division: str, on: date) -> Package:
    """The package of a life event, or the package of one that an item of that code is in a division.

    Raises `PackageNotFound` when the item is not handled online there, and `ItemNotFound` for a code that is neither's.
    """
    if may_be_package(code) and (package := selectors.find_package(code)):
        return package
    guide = catalogue.get_guide(code, division, on)
    if not is_handled_online(guide):
        raise selectors.PackageNotFound(f"item {code} is not handled online in {division}")
    return package_of(guide.substance)


def keep_single(package: Package, at: datetime) -> None:
    """Store the version that an application is about to cite; a package of a life event is stored already."""
    if not package.is_single:
        return
    models.PackageVersion.objects.get_or_create(
        id=package.id,
        defaults={
            "code": package.code,
            "version": package.version,
            "document": write_package(package),
            "published_at": at,
        },
    )
