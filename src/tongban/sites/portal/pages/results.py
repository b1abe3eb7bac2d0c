"""Search results: sentences, facets with counts, the corrected query, and what to do when nothing is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue.types import Guide, SearchHit, SearchPage
from tongban.domains.directory.types import Division
from tongban.kernel.divisions import national_divisions
from tongban.sites.portal.pages.home import Link, search_link
from tongban.sites.shared.guide_words import offer_words

PACKAGE = "PACKAGE"
HITS = 30
"""So many results are shown at first, and so many more at each wish."""
FACETS = ("audience", "department", "one_licence")


@dataclass(frozen=True, slots=True)
class Hit:
    address: str
    title: str
    sentence: str
    offer: str
    """Where, who, how, how often, how long; empty for a package and for what stands on another portal."""
    department: str
    is_package: bool
    is_elsewhere: bool
    is_one_licence: bool


@dataclass(frozen=True, slots=True)
class FacetLink:
    address: str
    words: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class RegionLink:
    address: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    title: str
    links: tuple[FacetLink, ...]


@dataclass(frozen=True, slots=True)
class ResultsPage:
    query: str
    headline: str
    corrected: str
    literal_address: str
    hits: tuple[Hit, ...]
    """Life events first: who wants to open a restaurant need not know its permits."""
    regions: tuple[RegionLink, ...]
    """Where to look, when lists of more than one region are loaded."""
    region: str
    """The region chosen, empty for our own."""
    facets: tuple[Facet, ...]
    chosen_count: int
    more_address: str
    """The same with more of what was found, empty when all is shown."""
    nearest: tuple[Link, ...]
    clear_address: str
    """Address without facets, empty when none is chosen."""


def build(
    query: str,
    found: SearchPage,
    district: Division | None,
    guides: Mapping[str, Guide],
    chosen: Mapping[str, str],
    regions: Sequence[str],
    region: str,
) -> ResultsPage:
    """The results in a region; `guides` are those of the visitor's own district, `regions` all there are, our own first."""
    own = regions[0]
    elsewhere = "" if region == own else region
    chosen = {**chosen, "region": elsewhere}
    facets_chosen = sum(bool(chosen[name]) for name in FACETS)
    place = district.code if district is not None else ""
    hits = [hit_view(hit, place, _offer(guides.get(hit.code), district)) for hit in found.hits]
    return ResultsPage(
        query=query,
        headline=_headline(query, found),
        corrected=found.corrected or "",
        literal_address=_address(query, {**chosen, "literal": "1"}),
        hits=tuple(sorted(hits, key=lambda hit: not hit.is_package)),
        regions=tuple(
            RegionLink(
                address=_address(query, {"region": "" if one == own else one}),
                words=_("本市") if one == own else region_name(one),
                is_chosen=one == region,
            )
            for one in regions
        )
        if len(regions) > 1
        else (),
        region=elsewhere,
        facets=_facets(query, found, chosen),
        more_address=_address(query, {**chosen, "shown": str(len(hits) + HITS)})
        if found.total > len(hits)
        else "",
        nearest=tuple(search_link(words) for words in found.suggestions),
        chosen_count=facets_chosen,
        clear_address=_address(query, {"region": elsewhere}) if facets_chosen else "",
    )


def region_name(code: str) -> str:
    """Its name in the list of the nation's divisions, else its code."""
    return national_divisions().name(code) or code


def hit_view(hit: SearchHit, division: str, offer: str = "") -> Hit:
    is_package = hit.kind == PACKAGE
    own = (
        reverse("portal:event", args=[hit.code])
        if is_package
        else reverse("portal:guide", args=[division, hit.code])
    )
    return Hit(
        address=hit.address or own,
        title=hit.title,
        sentence=hit.sentence if hit.sentence != hit.title else "",
        offer=offer,
        department=hit.department,
        is_package=is_package,
        is_elsewhere=bool(hit.address),
        is_one_licence=hit.is_one_licence,
    )


def _offer(guide: Guide | None, district: Division | None) -> str:
    if guide is None or district is None:
        return ""
    return _("在%(place)s，%(offer)s。") % {"place": district.name, "offer": offer_words(guide)}


def _headline(query: str, found: SearchPage) -> str:
    if not found.hits:
        return _("没有找到“%(query)s”") % {"query": query}
    shown = {"query": found.corrected or query, "count": found.total, "shown": len(found.hits)}
    if found.total > len(found.hits):
        return _("“%(query)s”找到 %(count)d 项，先列最相近的 %(shown)d 项") % shown
    return _("“%(query)s”找到 %(count)d 项") % shown


def _facets(query: str, found: SearchPage, chosen: Mapping[str, str]) -> tuple[Facet, ...]:
    titles = dict(zip(FACETS, (_("谁来办"), _("哪个部门"), _("带什么")), strict=True))
    facets = []
    for name, title in titles.items():
        links = tuple(
            FacetLink(
                address=_address(query, _toggled(chosen, name, value.value)),
                words=value.label,
                count=value.count,
                is_chosen=chosen.get(name) == value.value,
            )
            for value in found.facets.get(name, ())
        )
        if links:
            facets.append(Facet(title, links))
    return tuple(facets)


def _toggled(chosen: Mapping[str, str], name: str, value: str) -> dict[str, str]:
    return {**chosen, name: "" if chosen.get(name) == value else value}


def _address(query: str, chosen: Mapping[str, str]) -> str:
    return reverse(
        "portal:search", query={"q": query, **{name: value for name, value in chosen.items() if value}}
    )
