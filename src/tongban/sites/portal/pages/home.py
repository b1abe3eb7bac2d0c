"""The first page: a search box, what people come for, what is open for the person signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.cases.types import ApplicationSummary
from tongban.domains.directory.types import Department, Division
from tongban.domains.lifeevents.types import Package
from tongban.sites.portal.pages.words import EVENT_ICONS, State

SHOWN_APPLICATIONS = 3
POPULAR = (
    gettext_noop("开饭店"),
    gettext_noop("生孩子"),
    gettext_noop("居住证"),
    gettext_noop("社保卡"),
    gettext_noop("公积金提取"),
    gettext_noop("换驾驶证"),
    gettext_noop("退休"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    address: str
    symbol: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    address: str
    title: str
    number: str
    text: str
    state: State


@dataclass(frozen=True, slots=True)
class HomePage:
    popular: tuple[Link, ...]
    personal: tuple[Tile, ...]
    business: tuple[Tile, ...]
    applications: tuple[ApplicationLine, ...]
    departments: tuple[Link, ...]
    districts: tuple[Link, ...]


def build(
    packages: Sequence[Package],
    applications: Sequence[ApplicationSummary],
    departments: Sequence[Department],
    districts: Sequence[Division],
) -> HomePage:
    return HomePage(
        popular=popular_searches(),
        personal=tuple(event_tile(package) for package in packages if package.audience == "PERSON"),
        business=tuple(event_tile(package) for package in packages if package.audience != "PERSON"),
        applications=tuple(application_line(one) for one in applications[:SHOWN_APPLICATIONS]),
        departments=tuple(department_link(one) for one in departments),
        districts=tuple(Link(reverse("portal:district", args=[one.code]), one.name) for one in districts),
    )


def popular_searches() -> tuple[Link, ...]:
    """What people ask for: the label in the reader's language, the query in the catalogue's."""
    return tuple(Link(reverse("portal:search", query={"q": words}), _(words)) for words in POPULAR)


def search_link(words: str) -> Link:
    return Link(reverse("portal:search", query={"q": words}), words)


def event_tile(package: Package) -> Tile:
    return Tile(
        address=reverse("portal:event", args=[package.code]),
        symbol=EVENT_ICONS.get(package.code, "layers"),
        title=package.title,
        text=package.summary,
    )


def department_link(department: Department) -> Link:
    return Link(
        reverse("portal:department", args=[department.code]), department.short_name or department.name
    )


def application_line(summary: ApplicationSummary) -> ApplicationLine:
    return ApplicationLine(
        address=reverse("portal:application", args=[summary.number]),
        title=summary.title,
        number=summary.number,
        text=_("%(name)s · %(done)d / %(all)d 件已有结果")
        % {"name": summary.applicant_name, "done": summary.finished_count, "all": summary.case_count},
        state=_application_state(summary),
    )


def _application_state(summary: ApplicationSummary) -> State:
    if summary.needs_applicant:
        return State(_("等您补正"), "asked", "circle-alert")
    if summary.is_finished:
        return State(_("已办完"), "done", "circle-check")
    return State(_("办理中"), "going", "hourglass")
