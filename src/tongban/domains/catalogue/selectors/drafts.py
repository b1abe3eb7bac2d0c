"""What editors read: the parts their departments keep, with drafts and what is published beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.selectors.guides import ItemNotFound, assemble
from tongban.domains.catalogue.types import Guide, GuideDocument, Part, VersionStatus

_Row = TypeVar("_Row", bound=models.Version)


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One line of an editor's list; `owner_id` is the power's or the implementation's."""

    part: Part
    owner_id: UUID
    version_id: UUID
    basic_code: str
    name: str
    number: int
    status: VersionStatus


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version as it is edited. `published` is the document now in force, None before the first."""

    part: Part
    version_id: UUID
    owner_id: UUID
    basic_code: str
    name: str
    number: int
    status: VersionStatus
    revision: int
    document: Mapping[str, Any]
    published: Mapping[str, Any] | None
    published_ids: tuple[UUID, ...]
    guides: tuple[GuideDocument, ...]
    """Substance and procedure together, for the rules that look at both: a substance with each different procedure in force."""
    submitted_by: UUID | None
    return_reason: str
    """Why the second person gave the draft back, empty when nobody did."""

    @property
    def guide(self) -> GuideDocument:
        """The one that is shown."""
        return self.guides[0]


def list_substances(departments: Collection[str]) -> tuple[KeptPart, ...]:
    """The items whose substance these departments keep, each by its latest version. Two queries."""
    rows = models.PowerVersion.objects.filter(power__department_id__in=departments)
    order = ("power__basic_code", "power_id")
    return _latest(Part.SUBSTANCE, rows.order_by(*order, "-number").distinct(*order), power="power")


def list_procedures(departments: Collection[str]) -> tuple[KeptPart, ...]:
    """The procedures these departments carry out, each by its latest version. Two queries."""
    rows = models.ImplementationVersion.objects.filter(implementation__department_id__in=departments)
    latest = rows.order_by("implementation__code", "-number").distinct("implementation__code")
    return _latest(Part.PROCEDURE, latest, power="implementation__power")


def get_substance_version(version_id: UUID, departments: Collection[str]) -> VersionView:
    """A version of a substance that these departments keep; raises ItemNotFound."""
    rows = models.PowerVersion.objects.select_related("power")
    row = rows.filter(pk=version_id, power__department_id__in=departments).first()
    if row is None:
        raise ItemNotFound(f"substance version {version_id}")
    return _view(Part.SUBSTANCE, row, row.power.basic_code)


def get_procedure_version(version_id: UUID, departments: Collection[str]) -> VersionView:
    """A version of a procedure that these departments carry out; raises ItemNotFound."""
    rows = models.ImplementationVersion.objects.select_related("implementation__power")
    row = rows.filter(pk=version_id, implementation__department_id__in=departments).first()
    if row is None:
        raise ItemNotFound(f"procedure version {version_id}")
    return _view(Part.PROCEDURE, row, row.implementation.power.basic_code)


def preview(version: VersionView) -> Guide:
    """The guide that this version would make, with the view's document, which need not be saved. Four queries."""
    row: models.Version
    if version.part is Part.SUBSTANCE:
        row = models.PowerVersion.objects.select_related("power").get(pk=version.version_id)
    else:
        rows = models.ImplementationVersion.objects.select_related("implementation__power")
        row = rows.get(pk=version.version_id)
    row.document = dict(version.document)
    return assemble(*_pairs(row)[0])


def whole_documents(row: models.Version) -> tuple[GuideDocument, ...]:
    """Substance and procedure together, for the rules that look at both: a substance with each different procedure in force.

    Raises ItemNotFound for a procedure whose power has no substance in force.
    """
    wholes = []
    for substance, procedure in _pairs(row):
        whole = rules.join_guide(
            rules.read_substance(substance.document), rules.read_procedure(procedure.document)
        )
        if whole not in wholes:
            wholes.append(whole)
    return tuple(wholes)


def _pairs(row: models.Version) -> list[tuple[models.PowerVersion, models.ImplementationVersion]]:
    """A version with its other half: a substance with the procedure of every body, a procedure with the substance in force."""
    if isinstance(row, models.PowerVersion):
        procedures = models.ImplementationVersion.objects.filter(implementation__power=row.power)
        latest = (
            procedures.filter(status=VersionStatus.PUBLISHED)
            .select_related("implementation")
            .order_by("implementation__division", "-number")
            .distinct("implementation__division")
        )
        return [(row, procedure) for procedure in latest]
    substance = _published(row.implementation.power.versions.select_related("power"))
    if substance is None:
        raise ItemNotFound(f"procedure version {row.pk} has no published substance")
    return [(substance, row)]


def _latest(part: Part, rows: QuerySet[_Row], *, power: str) -> tuple[KeptPart, ...]:
    """The latest versions as lines, named as the latest substance of their power is; `power` is the way to it."""
    owner = power.partition("__")[0]
    found = list(
        rows.values_list(f"{owner}_id", "id", f"{power}__basic_code", f"{power}_id", "number", "status")
    )
    powers = {power_id for _owner, _version, _code, power_id, _number, _status in found}
    substances = models.PowerVersion.objects.filter(power_id__in=powers).order_by("power_id", "-number")
    names = dict(substances.distinct("power_id").values_list("power_id", "document__name"))
    return tuple(
        KeptPart(part, owner_id, version, code, str(names[power_id]), number, VersionStatus(status))
        for owner_id, version, code, power_id, number, status in found
    )


def _view(part: Part, row: models.Version, basic_code: str) -> VersionView:
    guides = whole_documents(row)
    published = _published(row.owner.versions.all())
    return VersionView(
        part=part,
        version_id=row.pk,
        owner_id=row.owner.pk,
        basic_code=basic_code,
        name=guides[0].name,
        number=row.number,
        status=VersionStatus(row.status),
        revision=row.revision,
        document=row.document,
        published=published.document if published is not None else None,
        published_ids=(published.pk,) if published is not None else (),
        guides=guides,
        submitted_by=row.submitted_by,
        return_reason=row.return_reason,
    )


def _published(versions: QuerySet[_Row]) -> _Row | None:
    return versions.filter(status=VersionStatus.PUBLISHED).order_by("-number").first()
