"""What editors read: the parts their departments keep, with drafts and what is published beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.selectors.guides import ItemNotFound, assemble
from tongban.domains.catalogue.types import Guide, GuideDocument, Part, SubstanceDocument, VersionStatus


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
    guide: GuideDocument
    """Substance and procedure together, for the rules that look at both."""
    submitted_by: UUID | None
    return_reason: str
    """Why the second person gave the draft back, empty when nobody did."""


def list_substances(departments: Collection[str]) -> tuple[KeptPart, ...]:
    """The items whose substance these departments keep, each by its latest version. One query."""
    rows = models.PowerVersion.objects.filter(power__department_id__in=departments).order_by(
        "power__basic_code", "power_id", "-number"
    )
    latest = rows.distinct("power__basic_code", "power_id")
    return tuple(
        KeptPart(Part.SUBSTANCE, owner, version, code, str(name), number, VersionStatus(status))
        for owner, version, code, name, number, status in latest.values_list(
            "power_id", "id", "power__basic_code", "document__name", "number", "status"
        )
    )


def list_procedures(departments: Collection[str]) -> tuple[KeptPart, ...]:
    """The procedures these departments carry out, each by its latest version. Two queries."""
    rows = models.ImplementationVersion.objects.filter(implementation__department_id__in=departments)
    latest = rows.order_by("implementation__code", "-number").distinct("implementation__code")
    found = list(
        latest.values_list(
            "implementation_id",
            "id",
            "implementation__power__basic_code",
            "implementation__power_id",
            "number",
            "status",
        )
    )
    names = _names({power for _owner, _version, _code, power, _number, _status in found})
    return tuple(
        KeptPart(Part.PROCEDURE, owner, version, code, names.get(power, code), number, VersionStatus(status))
        for owner, version, code, power, number, status in found
    )


def get_substance_version(version_id: UUID, departments: Collection[str]) -> VersionView:
    """A version of a substance that these departments keep; raises ItemNotFound."""
    row = (
        models.PowerVersion.objects.select_related("power")
        .filter(pk=version_id, power__department_id__in=departments)
        .first()
    )
    if row is None:
        raise ItemNotFound(f"substance version {version_id}")
    procedure = (
        models.ImplementationVersion.objects.filter(implementation__power=row.power)
        .order_by("-number")
        .first()
    )
    assert procedure is not None, "a power is created with an implementation"
    published = _published(row.power.versions.all())
    return VersionView(
        part=Part.SUBSTANCE,
        version_id=row.pk,
        owner_id=row.power_id,
        basic_code=row.power.basic_code,
        name=str(row.document["name"]),
        number=row.number,
        status=VersionStatus(row.status),
        revision=row.revision,
        document=row.document,
        published=published.document if published is not None else None,
        published_ids=(published.pk,) if published is not None else (),
        guide=_guide(row.document, procedure.document),
        submitted_by=row.submitted_by,
        return_reason=row.return_reason,
    )


def get_procedure_version(version_id: UUID, departments: Collection[str]) -> VersionView:
    """A version of a procedure that these departments carry out; raises ItemNotFound."""
    row = (
        models.ImplementationVersion.objects.select_related("implementation__power")
        .filter(pk=version_id, implementation__department_id__in=departments)
        .first()
    )
    if row is None:
        raise ItemNotFound(f"procedure version {version_id}")
    substance = _published(row.implementation.power.versions.all())
    if substance is None:
        raise ItemNotFound(f"procedure version {version_id} has no published substance")
    published = _published(row.implementation.versions.all())
    return VersionView(
        part=Part.PROCEDURE,
        version_id=row.pk,
        owner_id=row.implementation_id,
        basic_code=row.implementation.power.basic_code,
        name=str(substance.document["name"]),
        number=row.number,
        status=VersionStatus(row.status),
        revision=row.revision,
        document=row.document,
        published=published.document if published is not None else None,
        published_ids=(published.pk,) if published is not None else (),
        guide=_guide(substance.document, row.document),
        submitted_by=row.submitted_by,
        return_reason=row.return_reason,
    )


def preview(version: VersionView) -> Guide:
    """The guide as it would be with this version, joined with the other half in force; raises ItemNotFound."""
    substance = models.PowerVersion.objects.select_related("power").filter(pk=version.version_id).first()
    procedures = models.ImplementationVersion.objects.select_related("implementation__power")
    if substance is not None:
        bodies = procedures.filter(implementation__power=substance.power, status=VersionStatus.PUBLISHED)
        procedure = bodies.order_by("-number").first()
    else:
        procedure = procedures.filter(pk=version.version_id).first()
        if procedure is not None:
            published = procedure.implementation.power.versions.select_related("power")
            substance = published.filter(status=VersionStatus.PUBLISHED).order_by("-number").first()
    if substance is None or procedure is None:
        raise ItemNotFound(f"version {version.version_id} has no other half to be shown with")
    return assemble(substance, procedure)


def changes(version: VersionView) -> tuple[str, ...]:
    """What this version changes against the one in force, a sentence each; all of it when nothing is."""
    return rules.describe_changes(version.published or {}, version.document)


def _published(versions: Any) -> Any:  # Any: a manager of either kind of version, and its row
    return versions.filter(status="PUBLISHED").order_by("-number").first()


def _names(power_ids: Collection[UUID]) -> dict[UUID, str]:
    rows = models.PowerVersion.objects.filter(power_id__in=power_ids).order_by("power_id", "-number")
    return dict(rows.distinct("power_id").values_list("power_id", "document__name"))


def _guide(substance: Mapping[str, Any], procedure: Mapping[str, Any]) -> GuideDocument:
    read = rules.read_substance(substance)
    values = {name: getattr(read, name) for name in SubstanceDocument.__dataclass_fields__}
    return GuideDocument(**values, procedure=rules.read_procedure(procedure))
