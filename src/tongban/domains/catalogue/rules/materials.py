"""三个一律: whether a material may be asked for, decided in one place for guides, plans, forms, counters, officers and the audit.

优化营商环境条例 and 国务院's rule of three: no basis in law or regulation → not asked; obtainable by sharing or checking → not asked;
in the licence library → not asked. A paper the package itself makes, or the form generates, is not asked either.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tongban.domains.catalogue.types import (
    Ask,
    LegalBasis,
    Material,
    MaterialForm,
    MaterialVerdict,
    Remains,
    Rule,
    Sources,
    Substance,
    SubstanceDocument,
    Tree,
)
from tongban.domains.exchange.types import ResourceStanding
from tongban.domains.licences.types import Licence
from tongban.kernel.conditions import Condition, Facts, FieldDictionary, compile_tree

HeldLicences = Mapping[tuple[str, str], Licence]
"""The valid licence by subject role and licence type. None in its place: nobody has signed in, so what a licence type
supplies counts as held."""

ON_PAPER = (MaterialForm.ORIGINAL, MaterialForm.COPY)


def material_verdicts(
    substance: Substance | SubstanceDocument,
    *,
    situation: str | None,
    facts: Facts,
    fields: FieldDictionary,
    held: HeldLicences | None,
    sources: Sources,
    produced: Collection[str],
) -> tuple[MaterialVerdict, ...]:
    """The verdict on each material wanted in the situation; one whose condition is certainly not met is left out.

    `produced` are the basic codes of items of the same application. Raises ConditionError for a condition that names an unknown fact.
    """
    in_force = clauses_in_force(substance)
    return tuple(
        material_verdict(material, in_force, held=held, sources=sources, produced=produced)
        for material in substance.materials
        if _is_wanted(material, situation, facts, fields)
    )


def every_verdict(substance: Substance | SubstanceDocument, sources: Sources) -> tuple[MaterialVerdict, ...]:
    """The verdict on every material of an item, whatever the situation, for a person of whom nothing is known."""
    in_force = clauses_in_force(substance)
    return tuple(
        material_verdict(one, in_force, held=None, sources=sources, produced=())
        for one in substance.materials
    )


def material_verdict(
    material: Material,
    in_force: Mapping[str, LegalBasis],
    *,
    held: HeldLicences | None,
    sources: Sources,
    produced: Collection[str],
) -> MaterialVerdict:
    """The verdict on one material; `in_force` are the guide's clauses that are not repealed."""
    basis = tuple(in_force[one] for one in material.basis if one in in_force)
    licence_type = material.licence_type or sources.licence_types.get(material.material_type)
    resource = material.resource or sources.resources.get(material.material_type)
    standing = sources.standings.get(resource) if resource is not None else None

    def decide(
        ask: Ask, rule: Rule | None, source: str, reference: str = "", remains: Remains | None = None
    ) -> MaterialVerdict:
        return MaterialVerdict(
            material,
            ask,
            rule,
            source,
            reference,
            basis=basis,
            licence_type=licence_type,
            standing=standing,
            remains=remains,
        )

    if not basis:
        return decide(Ask.MUST_NOT_ASK, Rule.NO_BASIS, "没有法律法规依据，不再收取")
    if material.form is MaterialForm.FORM:
        return decide(Ask.MUST_NOT_ASK, Rule.FILLED_IN_FORM, "由一张表单自动生成")
    if material.produced_by is not None and material.produced_by in produced:
        return decide(Ask.MUST_NOT_ASK, Rule.PRODUCED_HERE, "本次联办中产生，部门之间传递")
    if licence_type is not None:
        licence = None if held is None else held.get((material.licence_holder, licence_type))
        if held is None or licence is not None:
            ask = Ask.ASK_IF_FETCH_FAILS if licence is None else Ask.MUST_NOT_ASK
            number = licence.number if licence else ""
            return decide(ask, Rule.IN_LICENCE_LIBRARY, f"电子证照库·{material.name}", number)
    if standing is not None and standing.can_supply:
        source = f"{standing.provider_name}·{standing.name}"
        return decide(Ask.ASK_IF_FETCH_FAILS, Rule.SHAREABLE, source, standing.resource)
    return decide(Ask.MAY_ASK, None, "", remains=_why_asked(licence_type, resource, standing))


def clauses_in_force(substance: Substance | SubstanceDocument) -> dict[str, LegalBasis]:
    """By their id in the guide; a repealed clause carries nothing."""
    return {one.id: one for one in substance.legal_basis if not one.is_repealed}


def breach(verdict: MaterialVerdict) -> Rule | None:
    """Which of the three rules a guide breaks by how it lists the material; None where it lists it rightly.

    What the library or a register supplies may stand in the list only as what is fetched from there: marked so, and not on paper.
    """
    material = verdict.material
    if verdict.rule is Rule.NO_BASIS:
        return Rule.NO_BASIS
    if verdict.rule is Rule.IN_LICENCE_LIBRARY and (
        material.licence_type is None or material.form in ON_PAPER
    ):
        return Rule.IN_LICENCE_LIBRARY
    if verdict.rule is Rule.SHAREABLE and (material.resource is None or material.form in ON_PAPER):
        return Rule.SHAREABLE
    return None


def _why_asked(licence_type: str | None, resource: str | None, standing: ResourceStanding | None) -> Remains:
    if resource is None:
        return Remains.APPLICANT_ONLY if licence_type is None else Remains.NOT_HELD
    if standing is None or not standing.is_live:
        return Remains.NOT_PUBLISHED
    return Remains.LOW_QUALITY if standing.granted_to else Remains.NOT_GRANTED


def _is_wanted(material: Material, situation: str | None, facts: Facts, fields: FieldDictionary) -> bool:
    if material.situations and situation is not None and situation not in material.situations:
        return False
    if material.when is None:
        return True
    return _condition(material.when, fields).decide(facts).verdict is not False


@dataclass(frozen=True, slots=True)
class _Compiled:
    fields: FieldDictionary
    by_text: dict[str, Condition]


_kept = _Compiled({}, {})


def _condition(tree: Tree, fields: FieldDictionary) -> Condition:
    """The compiled tree, kept while the field dictionary stays the same object."""
    global _kept
    kept = _kept
    if kept.fields is not fields:
        kept = _kept = _Compiled(fields, {})
    text = json.dumps(tree, sort_keys=True)
    found = kept.by_text.get(text)
    if found is None:
        found = kept.by_text[text] = compile_tree(tree, fields)
    return found
