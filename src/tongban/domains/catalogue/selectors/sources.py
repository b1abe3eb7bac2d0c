"""From where the materials of items can come instead of from the applicant: dictionary, licence library and exchange together."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tongban.domains.catalogue.types import Guide, Sources
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange.types import ResourceStanding, ResourceUse
from tongban.domains.licences import selectors as licences
from tongban.domains.standards import selectors as standards


def sources_of(guides: Iterable[Guide], *, at: datetime) -> Mapping[str, Sources]:
    """By basic code, the sources of each item where it is carried out; two queries, however many items."""
    wanted = list(guides)
    licence_types, resources = _dictionary()
    uses = [_use(guide, resources) for guide in wanted]
    standings = exchange.resource_standings(uses, at=at)
    return {use.item: Sources(licence_types, resources, standings[use.item]) for use in uses}


def published_sources() -> Sources:
    """What a guide is checked against: every published resource counts as granted, for a grant can be had; two queries."""
    licence_types, resources = _dictionary()
    standings = {
        one.code: ResourceStanding(
            resource=one.code,
            name=one.name,
            provider=one.provider,
            provider_name=one.provider_name,
            is_live=True,
            granted_to=one.provider,
            fields=one.fields,
            quality=None,
        )
        for one in exchange.list_published()
    }
    return Sources(licence_types, resources, standings)


def _dictionary() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """By code of the material dictionary: the licence type the library keeps of it, and the resource that holds what it says."""
    kept = licences.kept_types()
    types = standards.material_types().values()
    licence_types = {one.code: one.licence_type for one in types if one.licence_type in kept}
    resources = {one.code: one.resource for one in types if one.resource is not None}
    return licence_types, resources


def _use(guide: Guide, resources: Mapping[str, str]) -> ResourceUse:
    substance = guide.substance
    named = {one.resource or resources.get(one.material_type) for one in substance.materials}
    # The office carries the item out; what is granted to the body that guides it covers its offices.
    departments = dict.fromkeys((guide.procedure.department.code, substance.department.code))
    return ResourceUse(substance.basic_code, tuple(departments), frozenset(one for one in named if one))
