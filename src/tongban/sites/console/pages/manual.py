"""业务手册: what officers look at, beside the public guide of the very version (DB31/T 544-2024; 指南与手册无差别)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue.types import Guide, Manual, ManualPoint
from tongban.sites.shared.formats import plain_day
from tongban.sites.shared.guide_page import GuidePage
from tongban.sites.shared.guide_words import offer_words


@dataclass(frozen=True, slots=True)
class ManualLine:
    address: str
    title: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PointCard:
    text: str
    plain: str
    """The same in the words of the public guide."""
    material: str
    clauses: tuple[tuple[str, str], ...]
    is_checked_by_machine: bool


@dataclass(frozen=True, slots=True)
class ManualPage:
    title: str
    subtitle: str
    groups: tuple[tuple[str, tuple[PointCard, ...]], ...]
    guide: GuidePage


def address(guide: Guide) -> str:
    return reverse("console:manual", args=[guide.substance.version_id, guide.procedure.version_id])


def build_list(guides: Sequence[Guide]) -> tuple[ManualLine, ...]:
    return tuple(
        ManualLine(address(guide), guide.title, guide.substance.basic_code, offer_words(guide))
        for guide in guides
    )


def build(manual: Manual, page: GuidePage) -> ManualPage:
    substance, procedure = manual.guide.substance, manual.guide.procedure
    groups = ((_("受理要点"), manual.acceptance), (_("审查要点"), manual.examination))
    return ManualPage(
        title=substance.name,
        subtitle=_("%(department)s · 第 %(version)d 版，%(day)s起施行")
        % {
            "department": procedure.department.name,
            "version": substance.version,
            "day": plain_day(substance.effective_from),
        },
        groups=tuple((title, tuple(_card(point) for point in points)) for title, points in groups if points),
        guide=page,
    )


def _card(point: ManualPoint) -> PointCard:
    return PointCard(
        text=point.point.text,
        plain=point.point.plain,
        material=point.material_name,
        clauses=tuple((f"《{basis.law}》{basis.article}", basis.text) for basis in point.basis),
        is_checked_by_machine=point.point.check is not None,
    )
