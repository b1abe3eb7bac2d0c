"""A life event before its plan: what it is, and the questions one a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue.types import Guide
from tongban.domains.directory.types import Department, Division
from tongban.domains.lifeevents.types import Facts, KnownFact, Package, Question
from tongban.domains.standards.types import DataElement, ElementType
from tongban.sites.portal.facts import UNKNOWN, to_query
from tongban.sites.portal.pages.home import Tile, event_tile
from tongban.sites.shared.fields import FieldView, from_element, in_words
from tongban.sites.shared.formats import plain_day


@dataclass(frozen=True, slots=True)
class EventsPage:
    personal: tuple[Tile, ...]
    business: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class EventPage:
    title: str
    summary: str
    lead: str
    departments: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    start_address: str
    districts: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class KnownView:
    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """An answer given so far, with the address that asks it again."""

    label: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    event: str
    field: FieldView
    why: str
    decides: str
    count: str
    done: int
    total: int
    has_unknown_button: bool
    action: str
    back_address: str
    answered: tuple[AnsweredView, ...]
    known: tuple[KnownView, ...]


def build_list(packages: Sequence[Package]) -> EventsPage:
    return EventsPage(
        personal=tuple(event_tile(one) for one in packages if one.audience == "PERSON"),
        business=tuple(event_tile(one) for one in packages if one.audience != "PERSON"),
    )


def build_event(
    package: Package,
    guides: Sequence[Guide],
    lead: Department,
    districts: Sequence[Division],
    division: str,
) -> EventPage:
    """What the package may comprise in a district, whose `guides` are given."""
    known = {guide.substance.basic_code: guide for guide in guides}
    items = [item for item in package.items if item.basic_code in known]
    bodies = [known[item.basic_code].substance.department for item in items]
    return EventPage(
        title=package.title,
        summary=package.summary,
        lead=lead.name,
        departments=tuple(dict.fromkeys(one.name for one in bodies if one.code != lead.code)),
        items=tuple((known[item.basic_code].title, item.why) for item in items),
        start_address=reverse("portal:questions", args=[package.code]),
        districts=tuple((one.code, one.name, one.code == division) for one in districts),
    )


def build_question(
    package: Package,
    question: Question,
    division: str,
    facts: Facts,
    elements: Mapping[str, DataElement],
    known: Sequence[KnownFact],
    *,
    error: str = "",
    given: str = "",
) -> QuestionPage:
    element = question.element
    field = from_element(element, name=element.code, label=element.question, value=given or None, error=error)
    is_choice = field.widget == "radios"
    if is_choice:
        field = replace(
            field, items=(*field.items, {"value": UNKNOWN, "text": _("不清楚"), "checked": given == UNKNOWN})
        )
    query = to_query(division, facts, elements)
    return QuestionPage(
        event=package.title,
        field=field,
        why=element.why,
        # The only item of its plan is wanted in any case: the question decides about its parts.
        decides="" if package.is_single else _decides(question),
        count=_count(question),
        done=question.position - 1,
        total=question.position - 1 + question.at_most,
        has_unknown_button=not is_choice,
        action=f"{reverse('portal:questions', args=[package.code])}?{query}",
        back_address=_back_address(package, division, facts, elements),
        answered=answered_views(package, division, facts, elements),
        known=known_views(known),
    )


def answered_views(
    package: Package, division: str, facts: Facts, elements: Mapping[str, DataElement]
) -> tuple[AnsweredView, ...]:
    """The answers given so far; changing one keeps those before it."""
    questions = reverse("portal:questions", args=[package.code])
    views = []
    before: dict[str, object] = {}
    for code, value in facts.items():
        if code not in elements:
            continue
        views.append(
            AnsweredView(
                label=elements[code].question or elements[code].label,
                value=value_words(elements[code], value),
                address=f"{questions}?{to_query(division, before, elements)}",
            )
        )
        before[code] = value
    return tuple(views)


def known_views(known: Sequence[KnownFact]) -> tuple[KnownView, ...]:
    return tuple(KnownView(one.element.label, one.display, one.value.source) for one in known)


def value_words(element: DataElement, value: object) -> str:
    """A value as people read it."""
    if value is None:
        return _("不清楚")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if element.element_type is ElementType.DATE:
        return plain_day(date.fromisoformat(str(value)))
    if isinstance(value, (list, tuple, frozenset)):
        return _("、").join(value_words(element, one) for one in value)
    return in_words(element, value)


def _count(question: Question) -> str:
    if question.at_most == 1:
        return _("第 %(position)d 题，最后一题") % {"position": question.position}
    return _("第 %(position)d 题，最多还有 %(left)d 题") % {
        "position": question.position,
        "left": question.at_most - 1,
    }


def _decides(question: Question) -> str:
    if question.decides:
        return _("这道题决定要不要办：%(names)s。") % {"names": _("、").join(question.decides)}
    return _("这道题决定怎么办：%(names)s。") % {"names": _("、").join(question.shapes)}


def _back_address(package: Package, division: str, facts: Facts, elements: Mapping[str, DataElement]) -> str:
    if not facts:
        return reverse("portal:event", args=[package.code], query={"division": division})
    before = dict(list(facts.items())[:-1])
    return f"{reverse('portal:questions', args=[package.code])}?{to_query(division, before, elements)}"
