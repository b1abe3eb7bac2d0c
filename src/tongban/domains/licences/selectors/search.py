"""The library as its keepers search it (证照库)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongban.domains.identity import selectors as identity
from tongban.domains.licences import models
from tongban.domains.licences.selectors.library import as_licence
from tongban.domains.licences.types import LibraryFilters, LibraryPage, LicenceStatus, TypeCount

PAGE = 50


def find_licences(issuers: Collection[str], filters: LibraryFilters) -> LibraryPage:
    """The licences of these issuers, newest first: by identifier, serial, holder's number, or the beginning of her name."""
    rows = _narrow(models.Licence.objects.filter(issuer__code__in=list(issuers)), filters)
    if filters.cursor:
        rows = rows.filter(_after(filters.cursor))
    found = list(rows.select_related("licence_type").order_by("-issued_on", "-id")[: PAGE + 1])
    more = f"{found[PAGE - 1].issued_on}|{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return LibraryPage(tuple(as_licence(row) for row in found[:PAGE]), more)


def count_by_type(issuers: Collection[str]) -> tuple[TypeCount, ...]:
    """Of each type, how many these issuers have in the library, how many hold, and how many a case issued; one query."""
    rows = (
        models.Licence.objects.filter(issuer__code__in=list(issuers))
        .values("licence_type")
        .annotate(
            total=Count("id"),
            valid=Count("id", filter=Q(status=LicenceStatus.VALID)),
            by_case=Count("id", filter=Q(case_number__isnull=False)),
        )
    )
    return tuple(
        TypeCount(str(row["licence_type"]), int(row["total"]), int(row["valid"]), int(row["by_case"]))
        for row in rows.order_by("licence_type")
    )


def _narrow(rows: QuerySet[models.Licence], filters: LibraryFilters) -> QuerySet[models.Licence]:
    if filters.licence_type:
        rows = rows.filter(licence_type=filters.licence_type)
    if filters.status:
        rows = rows.filter(status=filters.status)
    text = filters.text.strip()
    if not text:
        return rows
    if "." in text:
        return rows.filter(number=text)
    holders = list(identity.find_by_numbers([text.upper()]).values())
    return rows.filter(Q(serial=text.upper()) | Q(holder__in=holders) | Q(holder_name__startswith=text))


def _after(cursor: str) -> Q:
    day, _bar, key = cursor.partition("|")
    try:
        issued_on, last = date.fromisoformat(day), UUID(key)
    except ValueError:
        return Q()
    return Q(issued_on__lt=issued_on) | Q(issued_on=issued_on, id__lt=last)
