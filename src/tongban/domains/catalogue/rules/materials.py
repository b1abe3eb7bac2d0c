"""三个一律: whether a material may be asked for, decided in one place for guides, plans, forms, counters and officers.

优化营商环境条例 and 国务院's rule of three: no basis in law or regulation → not asked; obtainable by sharing or checking → not asked;
in the licence library → not asked. A paper the package itself makes, or the form generates, is not asked either.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tongban.domains.catalogue.types import Material, MaterialForm, MaterialVerdict, Rule, Tree
from tongban.domains.licences.types import Licence
from tongban.kernel.conditions import Condition, Facts, FieldDictionary, compile_tree

HeldLicences = Mapping[tuple[str, str], Licence]
"""The valid licence by subject role and licence type. None in its place: nobody has signed in, so what a licence type
supplies counts as held."""


def material_verdicts(
    materials: Iterable[Material],
    *,
    situation: str | None,
    facts: Facts,
    fields: FieldDictionary,
    held: HeldLicences | None,
    live_resources: Collection[str],
    produced: Collection[str],
) -> tuple[MaterialVerdict, ...]:
    """The verdict on each material wanted in the situation; one whose condition is certainly not met is left out.

    `produced` are the basic codes of items of the same application. Raises ConditionError for a condition that names an unknown fact.
    """
    return tuple(
        _verdict(material, held, live_resources, produced)
        for material in materials
        if _is_wanted(material, situation, facts, fields)
    )


def _is_wanted(material: Material, situation: str | None, facts: Facts, fields: FieldDictionary) -> bool:
    if material.situations and situation is not None and situation not in material.situations:
        return False
    if material.when is None:
        return True
    return _condition(material.when, fields).decide(facts).verdict is not False


def _verdict(
    material: Material, held: HeldLicences | None, live_resources: Collection[str], produced: Collection[str]
) -> MaterialVerdict:
    if not material.basis:
        return MaterialVerdict(
            material, must_ask=False, rule=Rule.NO_BASIS, source="没有法律法规依据，不再收取"
        )
    if material.form is MaterialForm.FORM:
        return MaterialVerdict(
            material, must_ask=False, rule=Rule.FILLED_IN_FORM, source="由一张表单自动生成"
        )
    if material.produced_by is not None and material.produced_by in produced:
        return MaterialVerdict(
            material, must_ask=False, rule=Rule.PRODUCED_HERE, source="本次联办中产生，部门之间传递"
        )
    if material.licence_type is not None:
        licence = None if held is None else held.get((material.licence_holder, material.licence_type))
        if held is None or licence is not None:
            number = licence.number if licence else ""
            source = f"电子证照库·{material.name}"
            return MaterialVerdict(
                material, must_ask=False, rule=Rule.IN_LICENCE_LIBRARY, source=source, reference=number
            )
    if material.resource is not None and material.resource in live_resources:
        source = f"{material.issuer}数据共享"
        return MaterialVerdict(
            material, must_ask=False, rule=Rule.SHAREABLE, source=source, reference=material.resource
        )
    return MaterialVerdict(material, must_ask=True, rule=None, source="")


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
