"""Questions and plans: everything is fetched here, everything is decided in the rules."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from tongban.domains.cases import selectors as cases
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.rules import HeldLicences
from tongban.domains.catalogue.types import Guide, Necessity
from tongban.domains.eforms.types import Draft
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import selectors as licences
from tongban.domains.lifeevents.rules import asking, parties, planning
from tongban.domains.lifeevents.rules.conditions import PackageConditions, compile_package
from tongban.domains.lifeevents.services.gathered import keep, known_fact, known_from, recall
from tongban.domains.lifeevents.services.looking import Looking, find_parties, looking_for
from tongban.domains.lifeevents.services.singles import package_in_force
from tongban.domains.lifeevents.types import (
    NOTHING_KNOWN,
    Authorisation,
    Background,
    Facts,
    KnownFact,
    Package,
    Plan,
    Question,
)
from tongban.domains.registers import selectors as registers
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.kernel import conditions as kernel
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.conditions import FieldDictionary
from tongban.kernel.instants import shanghai_date
from tongban.kernel.workdays import Calendar

MOST_COMPILED = 256
# Compiled trees by versions, good for as long as the process reads the same dictionary.
_compiled: dict[tuple[UUID, tuple[UUID, ...]], tuple[FieldDictionary, PackageConditions]] = {}


class Ground(NamedTuple):
    """A package in one place: its guides there and its compiled conditions."""

    package: Package
    guides: Mapping[str, Guide]
    conditions: PackageConditions
    fields: FieldDictionary


def gather(package_code: str, *, division: str, actor: Actor | None, at: datetime) -> Background:
    """What the platform knows of the situation before it asks; registers are asked once a day and person.

    Nothing for a visitor who has not signed in or stands for nobody.
    """
    if actor is None or not _is_bound(actor):
        return NOTHING_KNOWN
    package = package_in_force(package_code, division, shanghai_date(at))
    looking = looking_for(package, actor, at)
    kept = recall(package, division, looking)
    return _look_around(package, division, looking) if kept is None else kept


def gather_afresh(package_code: str, *, division: str, actor: Actor | None, at: datetime) -> Background:
    """The same, asked of the registers now; each look is audited.

    While a register does not answer nothing is kept, so that it is asked again.
    """
    if actor is None or not _is_bound(actor):
        return NOTHING_KNOWN
    package = package_in_force(package_code, division, shanghai_date(at))
    return _look_around(package, division, looking_for(package, actor, at))


def _look_around(package: Package, division: str, looking: Looking) -> Background:
    today = shanghai_date(looking.at)
    ground = _ground_of(package, division, today)
    found = find_parties(_roles(ground), looking)
    elements = standards.elements()
    sources = {}
    for code in sorted(_facts_asked(ground)):
        element = elements[code]
        role = parties.role_of_fact(code)
        source = parties.source_of(role, code, element.resource, element.resource_field, found, {})
        if source is not None:
            sources[code] = source
    values = looking.look_up(sources.values())
    known = []
    for code, source in sources.items():
        if source not in values:
            continue
        value, problem = standard_rules.check_value(elements[code], values[source].value, today=today)
        if problem is None and value is not None:
            known.append(known_fact(code, value, values[source]))
    background = Background(parties=found, known=tuple(known))
    if not looking.missed_a_register:
        keep(background, package, division, looking)
    return background


def next_question(
    package_code: str, facts: Facts, known: Sequence[KnownFact], *, division: str, at: datetime
) -> Question | None:
    """The next question of a package, None when the plan stands; None as a fact's value means „不清楚"."""
    ground = ground_for(package_code, division, shanghai_date(at))
    answered = [code for code in facts if code in ground.fields]
    loaded = _load(facts, known, ground.fields)
    return asking.ask(ground.conditions, loaded, answered, standards.elements(), ground.guides)


def plan(
    package_code: str,
    division: str,
    facts: Facts,
    *,
    actor: Actor | None,
    at: datetime,
    optional_items: Collection[str] = (),
    promises: Collection[str] = (),
    background: Background | None = None,
) -> Plan:
    """The plan on the given facts and on what is known of whom the actor acts for.

    Raises `PackageNotFound` and the catalogue's ``ItemNotFound``.
    """
    if background is None:
        background = gather(package_code, division=division, actor=actor, at=at)
    wishes = planning.Wishes(optional_items=optional_items, promises=promises)
    agent = actor.subject_id if actor is not None and _is_bound(actor) else None
    ground = ground_for(package_code, division, shanghai_date(at))
    return _plan(
        ground, division, facts, background, wishes, calendar=cases.get_calendar(), agent=agent, at=at
    )


def plan_for_draft(draft: Draft, *, at: datetime, promises: Collection[str] = ()) -> Plan:
    """The plan of a draft, on what was known when it was begun: no register is asked again."""
    ground = ground_for(draft.purpose, draft.division, shanghai_date(at))
    return plan_on_ground(ground, draft, calendar=cases.get_calendar(), at=at, promises=promises)


def plan_on_ground(
    ground: Ground, draft: Draft, *, calendar: Calendar, at: datetime, promises: Collection[str]
) -> Plan:
    known = known_from(draft.known, at)
    background = Background(parties=draft.parties, known=known)
    wishes = planning.Wishes(
        optional_items=draft.optional_items,
        promises=promises,
        is_trusted=not _takes_at_word(ground) or registers.is_trusted(draft.subject_id),
    )
    return _plan(
        ground,
        draft.division,
        draft.facts,
        background,
        wishes,
        calendar=calendar,
        agent=draft.owner_id,
        at=at,
    )


def ground_for(package_code: str, division: str, on: date) -> Ground:
    """The package with the guides in force on a day; its conditions are compiled once a version."""
    return _ground_of(package_in_force(package_code, division, on), division, on)


def _ground_of(package: Package, division: str, on: date) -> Ground:
    guides = catalogue.get_guides([item.basic_code for item in package.items], division, on)
    fields = standards.condition_fields()
    return Ground(package, guides, _conditions(package, guides, fields), fields)


def _conditions(package: Package, guides: Mapping[str, Guide], fields: FieldDictionary) -> PackageConditions:
    key = (package.id, tuple(guide.substance.version_id for guide in guides.values()))
    kept = _compiled.get(key)
    if kept is not None and kept[0] is fields:
        return kept[1]
    if len(_compiled) >= MOST_COMPILED:
        _compiled.clear()
    conditions = compile_package(package, guides, fields)
    _compiled[key] = (fields, conditions)
    return conditions


def _plan(
    ground: Ground,
    division: str,
    facts: Facts,
    background: Background,
    wishes: planning.Wishes,
    *,
    calendar: Calendar,
    agent: UUID | None,
    at: datetime,
) -> Plan:
    today = shanghai_date(at)
    basis = planning.Basis(
        package=ground.package,
        division=division,
        guides=ground.guides,
        conditions=ground.conditions,
        fields=ground.fields,
        elements=standards.elements(),
        calendar=calendar,
        today=today,
        sources=catalogue.sources_of(ground.guides.values(), at=at),
        held=_held(background.parties, today),
    )
    return planning.make_plan(
        basis,
        _load(facts, background.known, ground.fields),
        wishes,
        known=background.known,
        missing_authorisations=_missing_authorisations(ground.package, background.parties, agent, at),
    )


def _takes_at_word(ground: Ground) -> bool:
    """Whether some item of the package takes a promise or lets a material follow later."""
    return any(
        guide.substance.allows_promise
        or any(one.necessity is Necessity.DEFERRABLE for one in guide.substance.materials)
        for guide in ground.guides.values()
    )


def _load(facts: Facts, known: Sequence[KnownFact], fields: FieldDictionary) -> kernel.Facts:
    """The facts as conditions read them; what a register holds counts before what was typed."""
    raw = {code: value for code, value in facts.items() if code in fields}
    raw.update({fact.element.code: fact.value.value for fact in known})
    return kernel.load_facts(raw, fields)


def _held(found: Mapping[str, UUID], today: date) -> HeldLicences | None:
    """The parties' valid licences by role and type; None for a visitor, of whom nothing is known."""
    if not found:
        return None
    held = licences.held_types(set(found.values()), today)
    return {
        (role, licence_type): licence
        for role, subject in found.items()
        for (holder, licence_type), licence in held.items()
        if holder == subject
    }


def _missing_authorisations(
    package: Package, found: Mapping[str, UUID], agent: UUID | None, at: datetime
) -> tuple[Authorisation, ...]:
    """The consents the package needs that are not in force: for a visitor all of them."""
    if agent is None or not package.authorisations:
        return package.authorisations
    others = parties.others(found)
    if others and all(identity.has_authorisation(one, agent, package.code, at) for one in others):
        return ()
    return package.authorisations


def _facts_asked(ground: Ground) -> set[str]:
    asked: set[str] = set()
    for condition in ground.conditions.questions.values():
        asked |= condition.fields
    return asked


def _roles(ground: Ground) -> set[str]:
    roles: set[str] = set()
    for guide in ground.guides.values():
        roles.update(element.role for element in guide.substance.form)
        roles.update(material.licence_holder for material in guide.substance.materials)
    return roles


def _is_bound(actor: Actor) -> bool:
    return actor.kind is ActorKind.CITIZEN and actor.subject_id is not None
