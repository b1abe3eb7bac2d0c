"""A plan out of a package, the guides of its items and what is known; nothing is looked up here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tongban.domains.catalogue import rules as catalogue
from tongban.domains.catalogue.types import Guide, MaterialVerdict, Necessity, Rule, Sources
from tongban.domains.eforms import rules as eforms
from tongban.domains.eforms.types import FieldRequest, FormSpec, MaterialRequest, SubjectRole, slot_key
from tongban.domains.lifeevents.rules.asking import open_facts
from tongban.domains.lifeevents.rules.conditions import (
    ItemConditions,
    PackageConditions,
    SituationChoice,
    choose_situation,
)
from tongban.domains.lifeevents.rules.packages import in_order
from tongban.domains.lifeevents.rules.wording import because
from tongban.domains.lifeevents.types import (
    Authorisation,
    KnownFact,
    Package,
    PackageItem,
    Plan,
    PlanItem,
    PlanState,
    Totals,
)
from tongban.domains.standards.types import DataElement
from tongban.kernel.clock import BundleClock, BundleItem, bundle_clock
from tongban.kernel.conditions import Condition, Facts, FieldDictionary
from tongban.kernel.workdays import Calendar, count_workdays


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan is made from, besides the facts."""

    package: Package
    division: str
    guides: Mapping[str, Guide]
    conditions: PackageConditions
    fields: FieldDictionary
    elements: Mapping[str, DataElement]
    calendar: Calendar
    today: date
    sources: Mapping[str, Sources]
    """By basic code, from where the item's materials can come."""
    held: catalogue.HeldLicences | None
    """None when nobody has signed in: what the library usually holds is then assumed to be there."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What only the applicant decides: the optional items she ticks, and where she uses 告知承诺."""

    optional_items: Collection[str] = ()
    promises: Collection[str] = ()
    is_trusted: bool = True
    """Else nothing may follow later and no promise is taken (国办发〔2020〕42号)."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An item that is in the plan, for certain or perhaps."""

    item: PackageItem
    guide: Guide
    conditions: ItemConditions
    state: PlanState
    situation: SituationChoice
    uses_promise: bool
    materials: tuple[MaterialVerdict, ...]

    @property
    def code(self) -> str:
        return self.item.basic_code

    @property
    def opens_case(self) -> bool:
        return not self.item.guidance_only


def make_plan(
    basis: Basis,
    facts: Facts,
    wishes: Wishes,
    *,
    known: Sequence[KnownFact] = (),
    missing_authorisations: Sequence[Authorisation] = (),
) -> Plan:
    """The plan on these facts; what a missing fact may still add is in it as POSSIBLE."""
    chosen, excluded = _choose(basis, facts, wishes)
    working = [one for one in chosen if one.opens_case]
    promised = _clock(basis, working, {one.code: one.guide.procedure.promised_days for one in working})
    statutory = _clock(basis, working, {one.code: one.guide.substance.statutory_days for one in working})
    form = _form(basis, facts, working, is_trusted=wishes.is_trusted)
    groups = _Groups.of(working)
    due_on = promised.bundle.due_on if promised else basis.today
    return Plan(
        package=basis.package,
        division=basis.division,
        items=tuple(_plan_item(basis, facts, one, promised) for one in chosen),
        excluded=tuple(excluded),
        known=tuple(known),
        unknown=tuple(basis.elements[code] for code in open_facts(basis.conditions, facts)),
        to_bring=groups.to_bring,
        fetched=groups.fetched,
        produced=groups.produced,
        no_longer=groups.no_longer,
        critical_path=promised.critical if promised else (),
        promised_days=_days(basis, due_on),
        statutory_days=_days(basis, statutory.bundle.due_on) if statutory else 0,
        due_on=due_on,
        is_provisional=promised.bundle.provisional if promised else False,
        totals=_totals(basis, facts, working, groups, form, _days(basis, due_on)),
        form=form,
        missing_authorisations=tuple(missing_authorisations),
        is_trusted=wishes.is_trusted,
    )


def slot_of(verdict: MaterialVerdict) -> str:
    """The slot of the one form that takes this material."""
    return slot_key(verdict.material.material_type, verdict.material.licence_holder)


def _choose(basis: Basis, facts: Facts, wishes: Wishes) -> tuple[list[_Chosen], list[tuple[str, str]]]:
    wanted: list[tuple[PackageItem, PlanState]] = []
    excluded: list[tuple[str, str]] = []
    for item in in_order(basis.package.items):
        condition = basis.conditions.items[item.basic_code].wanted
        verdict = condition.decide(facts).verdict
        if item.is_optional and item.when is None:
            if item.basic_code in wishes.optional_items:
                wanted.append((item, PlanState.CERTAIN))
        elif verdict is False:
            reason = because(condition, facts, basis.fields, basis.elements)
            excluded.append((basis.guides[item.basic_code].title, reason))
        else:
            wanted.append((item, PlanState.CERTAIN if verdict else PlanState.POSSIBLE))
    produced = frozenset(item.basic_code for item, _state in wanted if not item.guidance_only)
    return [_chosen(basis, facts, wishes, item, state, produced) for item, state in wanted], excluded


def _chosen(
    basis: Basis,
    facts: Facts,
    wishes: Wishes,
    item: PackageItem,
    state: PlanState,
    produced: frozenset[str],
) -> _Chosen:
    guide = basis.guides[item.basic_code]
    conditions = basis.conditions.items[item.basic_code]
    uses_promise = wishes.is_trusted and guide.substance.allows_promise and item.basic_code in wishes.promises
    situation = choose_situation(conditions, facts, uses_promise=uses_promise)
    verdicts = catalogue.material_verdicts(
        guide.substance,
        situation=situation.code,
        facts=facts,
        fields=basis.fields,
        held=basis.held,
        sources=basis.sources[item.basic_code],
        produced=produced - {item.basic_code},
    )
    return _Chosen(item, guide, conditions, state, situation, uses_promise, verdicts)


def _clock(basis: Basis, working: Sequence[_Chosen], days: Mapping[str, int]) -> BundleClock | None:
    if not working:
        return None
    codes = {one.code for one in working}
    items = [
        BundleItem(
            item_id=one.code,
            days=days[one.code],
            after=tuple(dependency.needs for dependency in one.item.after if dependency.needs in codes),
        )
        for one in working
    ]
    return bundle_clock(basis.calendar, basis.today, items)


def _days(basis: Basis, until: date) -> int:
    return count_workdays(basis.calendar, basis.today, until).workdays


def _plan_item(basis: Basis, facts: Facts, one: _Chosen, clock: BundleClock | None) -> PlanItem:
    dates = clock.items.get(one.code) if clock else None
    return PlanItem(
        guide=one.guide,
        package_item=one.item,
        state=one.state,
        because=because(one.conditions.wanted, facts, basis.fields, basis.elements),
        starts_on_day=_days(basis, dates.event_on) if dates else 0,
        ends_on_day=_days(basis, dates.due_on) if dates else 0,
        due_on=dates.due_on if dates else basis.today,
        is_critical=clock is not None and one.code in clock.critical,
        materials=one.materials,
        situation=one.situation.code,
        uses_promise=one.uses_promise,
    )


@dataclass(frozen=True, slots=True)
class _Groups:
    """The materials of all items, each paper of a holder once."""

    to_bring: tuple[MaterialVerdict, ...]
    fetched: tuple[MaterialVerdict, ...]
    produced: tuple[MaterialVerdict, ...]
    no_longer: tuple[MaterialVerdict, ...]

    @classmethod
    def of(cls, working: Sequence[_Chosen]) -> "_Groups":
        by_slot: dict[str, MaterialVerdict] = {}
        for one in working:
            for verdict in one.materials:
                before = by_slot.get(slot_of(verdict))
                # What one item must still ask for is asked, whatever spares the others.
                if before is None or (verdict.must_ask and not before.must_ask):
                    by_slot[slot_of(verdict)] = verdict
        verdicts = tuple(by_slot.values())
        fetched = {Rule.SHAREABLE, Rule.IN_LICENCE_LIBRARY}
        return cls(
            to_bring=tuple(one for one in verdicts if one.must_ask),
            fetched=tuple(one for one in verdicts if not one.must_ask and one.rule in fetched),
            produced=tuple(one for one in verdicts if one.rule is Rule.PRODUCED_HERE),
            no_longer=tuple(one for one in verdicts if one.rule in (Rule.NO_BASIS, Rule.FILLED_IN_FORM)),
        )


def _form(basis: Basis, facts: Facts, working: Sequence[_Chosen], *, is_trusted: bool) -> FormSpec:
    requests: list[FieldRequest | MaterialRequest] = []
    for one in working:
        requests += _field_requests(basis, facts, one)
        requests += _material_requests(facts, one, is_trusted=is_trusted)
    return eforms.build_form(basis.package.title, requests)


def _field_requests(basis: Basis, facts: Facts, one: _Chosen) -> list[FieldRequest]:
    requests = []
    for element, condition in one.conditions.form:
        verdict = _applies(element.situations, condition, one.situation, facts)
        if verdict is False:
            continue
        is_certain = verdict is True and one.state is PlanState.CERTAIN
        requests.append(
            FieldRequest(
                element=basis.elements[element.element],
                role=SubjectRole(element.role),
                is_required=element.is_required and is_certain,
                asked_by=one.code,
            )
        )
    return requests


def _material_requests(facts: Facts, one: _Chosen, *, is_trusted: bool) -> list[MaterialRequest]:
    conditions = {material.code: condition for material, condition in one.conditions.materials}
    requests = []
    for verdict in one.materials:
        if not verdict.must_ask:
            continue
        material = verdict.material
        applies = _applies(material.situations, conditions[material.code], one.situation, facts)
        requests.append(
            MaterialRequest(
                material_type=material.material_type,
                holder=material.licence_holder,
                name=material.name,
                is_required=applies is True and one.state is PlanState.CERTAIN,
                may_follow_later=is_trusted and material.necessity is Necessity.DEFERRABLE,
                sample=material.sample,
                asked_by=one.code,
            )
        )
    return requests


def _applies(
    situations: Collection[str], condition: Condition | None, chosen: SituationChoice, facts: Facts
) -> bool | None:
    """Whether a part of a guide limited to situations and by a condition is wanted; None while open."""
    in_situation: bool | None = True
    if situations:
        in_situation = chosen.code in situations if chosen.is_settled else None
    if in_situation is False:
        return False
    verdict = condition.decide(facts).verdict if condition else True
    return False if verdict is False else (True if verdict and in_situation else None)


def _totals(
    basis: Basis, facts: Facts, working: Sequence[_Chosen], groups: _Groups, form: FormSpec, days: int
) -> Totals:
    """Against the same items one by one: each with all its papers and fields, one after the other."""
    return Totals(
        materials_alone=sum(len(one.materials) for one in working),
        materials=len(groups.to_bring),
        fields_alone=sum(len(_field_requests(basis, facts, one)) for one in working),
        fields=sum(len(group.fields) for group in form.groups),
        trips_alone=sum(one.guide.procedure.visits for one in working),
        trips=max((one.guide.procedure.visits for one in working), default=0),
        days_alone=sum(one.guide.procedure.promised_days for one in working),
        days=days,
        fees_fen=sum(
            fee.amount_fen
            for one in working
            if one.state is PlanState.CERTAIN
            for fee in one.guide.substance.fees
        ),
    )
