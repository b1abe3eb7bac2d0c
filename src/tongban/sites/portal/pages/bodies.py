"""Pages of a department and of a district: what can be done there, where its windows are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue.types import Guide
from tongban.domains.directory.types import Department, Division, Window
from tongban.sites.shared.guide_words import offer_words


@dataclass(frozen=True, slots=True)
class ItemLine:
    address: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BodyPage:
    name: str
    contact: tuple[tuple[str, str], ...]
    items: tuple[ItemLine, ...]
    windows: tuple[Window, ...]


def build_department(department: Department, guides: Sequence[Guide], windows: Sequence[Window]) -> BodyPage:
    contact = (
        (_("咨询电话"), department.phone),
        (_("投诉电话"), department.complaint_phone),
        (_("地址"), department.address),
    )
    return BodyPage(
        name=department.name,
        contact=tuple(row for row in contact if row[1]),
        items=tuple(item_line(guide) for guide in guides),
        windows=tuple(windows),
    )


def build_district(district: Division, guides: Sequence[Guide], windows: Sequence[Window]) -> BodyPage:
    return BodyPage(
        name=district.name,
        contact=(),
        items=tuple(item_line(guide) for guide in guides),
        windows=tuple(windows),
    )


def item_line(guide: Guide) -> ItemLine:
    """One item as a sentence: who, how, how many visits, how long."""
    procedure = guide.procedure
    return ItemLine(
        address=reverse("portal:guide", args=[procedure.division, guide.substance.basic_code]),
        title=guide.title,
        text=_("指南在另一个网站") if procedure.external_link else offer_words(guide),
    )
