"""Rules on conditions, materials, wording, results, law and references."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tongban.domains.catalogue.rules.background import Background
from tongban.domains.catalogue.rules.materials import ON_PAPER, breach, every_verdict
from tongban.domains.catalogue.types import (
    FormElement,
    GuideDocument,
    Material,
    MaterialSource,
    Necessity,
    ResultEffect,
    ResultKind,
    Rule,
    Tree,
)
from tongban.domains.eforms.rules import ways_to_name
from tongban.domains.eforms.types import SubjectRole, field_key
from tongban.kernel.conditions import ConditionError, FieldDictionary, compile_tree
from tongban.kernel.identifiers import ItemCodeScheme, validate_item_code

CATCH_ALL = re.compile(
    r"其他[^，。；、（）]{0,12}材料|等(?:相关|有关|其他|证明)*(?:材料|证明|证件|文件|资料)|(?:相关|有关)(?:证明)?材料"
    r"|法律、?法规规定的其他|视情况|视情形|视具体情况|根据情况|酌情|有关部门认为需要|认为(?:有)?(?:需要|必要)|必要时|如有需要"
)
_TRAILING_ETC = re.compile(r"等(?:$|[，。；）])")
_TYPE_IN_BASIC_CODE = slice(2, 4)


def codes_outside_scheme(guide: GuideDocument, _: Background) -> Iterator[str]:
    """A power without a code of its own is not on the list; the national code carries the kind."""
    if not validate_item_code(guide.basic_code, guide.code_scheme).valid:
        yield guide.basic_code
    elif guide.code_scheme is ItemCodeScheme.BASIC and guide.basic_code[_TYPE_IN_BASIC_CODE] != guide.kind:
        yield f"{guide.basic_code}，事项类型 {guide.kind}"


def no_law(guide: GuideDocument, _: Background) -> Iterator[str]:
    if not any(not one.is_repealed and one.law.strip() and one.article.strip() for one in guide.legal_basis):
        yield guide.name


def repealed_law_in_use(guide: GuideDocument, _: Background) -> Iterator[str]:
    yield from (f"{one.law} {one.article}" for one in guide.legal_basis if one.is_repealed)


def licence_results_without_type(guide: GuideDocument, background: Background) -> Iterator[str]:
    for result in guide.results:
        is_licence = result.kind is ResultKind.LICENCE or result.name.endswith("证")
        is_licence = is_licence or result.effect is not ResultEffect.ISSUE
        if is_licence and result.licence_type not in background.licence_types:
            yield result.name


def holders_the_form_does_not_name(guide: GuideDocument, _: Background) -> Iterator[str]:
    """Of a licence that is not the applicant's own, the form must say surely whose it is."""
    surely = {field_key(one.role, one.element) for one in guide.form if _is_always_asked(one)}
    for result in guide.results:
        if result.licence_type is None or result.holder_role == SubjectRole.APPLICANT:
            continue
        if not any(fields <= surely for fields in ways_to_name(result.holder_role)):
            yield f"{result.name}（{result.holder_role}）"


def _is_always_asked(element: FormElement) -> bool:
    return element.is_required and element.when is None and not element.situations


def unlisted_evidence(guide: GuideDocument, _: Background) -> Iterator[str]:
    listed = {material.code for material in guide.materials}
    for condition in guide.conditions:
        if not condition.evidence or not set(condition.evidence) <= listed:
            yield condition.text


def materials_in_conditions(guide: GuideDocument, _: Background) -> Iterator[str]:
    names = [material.name for material in guide.materials if material.name.strip()]
    for condition in guide.conditions:
        if any(name in condition.text for name in names):
            yield condition.text


def vague_wording(guide: GuideDocument, _: Background) -> Iterator[str]:
    names = [material.name for material in guide.materials]
    texts = [guide.name, guide.summary, *names, guide.procedure.visits_reason]
    texts += [condition.text for condition in guide.conditions]
    texts += [situation.description for situation in guide.situations]
    texts += [text for point in guide.points for text in (point.text, point.plain)]
    texts += [text for material in guide.materials for text in (material.sample, material.issuer)]
    texts += [text for faq in guide.faqs for text in (faq.question, faq.answer)]
    yield from (text for text in texts if CATCH_ALL.search(text))
    yield from (name for name in names if _TRAILING_ETC.search(name))


def missing_attributes(guide: GuideDocument, _: Background) -> Iterator[str]:
    yield from (one.name or one.code for one in guide.materials if not _has_attributes(one))


def _has_attributes(material: Material) -> bool:
    """Name, source, form, copies, necessity, sample; source, form and necessity are code lists and always there."""
    if not (material.name.strip() and material.issuer.strip() and material.sample.strip()):
        return False
    if material.necessity is Necessity.DEFERRABLE and not material.defer_days:
        return False
    if material.necessity is Necessity.CONDITIONAL and not (material.situations or material.when):
        return False
    return material.copies > 0 if material.form in ON_PAPER else material.copies == 0


def materials_without_basis(guide: GuideDocument, background: Background) -> Iterator[str]:
    yield from _in_breach(guide, background, Rule.NO_BASIS)


def papers_in_library(guide: GuideDocument, background: Background) -> Iterator[str]:
    """A licence of the library, by its own mark or by the dictionary's, that is nevertheless to be brought."""
    yield from _in_breach(guide, background, Rule.IN_LICENCE_LIBRARY)


def papers_in_registers(guide: GuideDocument, background: Background) -> Iterator[str]:
    """What a published resource holds, by its own mark or by the dictionary's, that is nevertheless to be brought."""
    yield from _in_breach(guide, background, Rule.SHAREABLE)


def _in_breach(guide: GuideDocument, background: Background, rule: Rule) -> Iterator[str]:
    for verdict in every_verdict(guide, background.sources):
        if breach(verdict) is rule:
            yield verdict.material.name


def papers_without_origin(guide: GuideDocument, _: Background) -> Iterator[str]:
    for material in guide.materials:
        is_official = material.source is MaterialSource.GOVERNMENT
        if is_official and not (material.licence_type or material.resource or material.produced_by):
            yield material.name


def names_outside_dictionary(guide: GuideDocument, background: Background) -> Iterator[str]:
    """The name of the dictionary, or one that holds it, such as 母亲居民身份证."""
    for material in guide.materials:
        entry = background.materials.get(material.material_type)
        if entry is None or not any(name in material.name for name in (entry.name, *entry.aliases)):
            yield material.name


def dangling_references(guide: GuideDocument, background: Background) -> Iterator[str]:
    bases = {one.id for one in guide.legal_basis}
    codes = {material.code for material in guide.materials}
    situations = {situation.code for situation in guide.situations}
    for material in guide.materials:
        if not set(material.basis) <= bases or not set(material.situations) <= situations:
            yield material.name
        if material.produced_by is not None and material.produced_by not in background.basic_codes:
            yield f"{material.name}（{material.produced_by}）"
    yield from (one.text for one in guide.conditions if not set(one.basis) <= bases)
    for point in guide.points:
        if not set(point.basis) <= bases or (point.material is not None and point.material not in codes):
            yield point.text
    for entry in guide.form:
        if entry.element not in background.elements or not set(entry.situations) <= situations:
            yield f"{entry.role}.{entry.element}"


def circular_needs(guide: GuideDocument, background: Background) -> Iterator[str]:
    """A material that another item issues, which in turn waits for this one, directly or through others."""
    for material in guide.materials:
        waiting, seen = [material.produced_by], set[str]()
        while waiting:
            code = waiting.pop()
            if code == guide.basic_code:
                yield f"{material.name}（{material.produced_by}）"
                break
            if code is not None and code not in seen:
                seen.add(code)
                waiting.extend(background.needs.get(code, ()))


def repeated_codes(guide: GuideDocument, _: Background) -> Iterator[str]:
    lists = {
        "设定依据": [one.id for one in guide.legal_basis],
        "办理条件": [one.id for one in guide.conditions],
        "情形": [one.code for one in guide.situations],
        "材料": [one.code for one in guide.materials],
        "表单项": [f"{one.role}.{one.element}" for one in guide.form],
        "审查要点": [one.code for one in guide.points],
    }
    for name, codes in lists.items():
        yield from (f"{name} {code}" for code in sorted(set(codes)) if codes.count(code) > 1)


def faulty_trees(guide: GuideDocument, background: Background) -> Iterator[str]:
    trees = [*(one.when for one in guide.situations), *(one.when for one in guide.materials)]
    trees += [one.when for one in guide.form]
    yield from _faults(trees, background.fields)
    yield from _faults([point.check for point in guide.points], _answers_of(guide, background.fields))


def _answers_of(guide: GuideDocument, fields: FieldDictionary) -> FieldDictionary:
    """What a check of an examination point may speak of: the form's fields, each named by role and element."""
    return {
        f"{one.role}.{one.element}": replace(fields[one.element], name=f"{one.role}.{one.element}")
        for one in guide.form
        if one.element in fields
    }


def _faults(trees: list[Tree | None], fields: FieldDictionary) -> Iterator[str]:
    for tree in trees:
        if tree is None:
            continue
        try:
            compile_tree(tree, fields)
        except ConditionError as error:
            yield str(error)


def manual_without_guide(guide: GuideDocument, _: Background) -> Iterator[str]:
    """Each examination point stands in both papers: in the officer's words and in the public's."""
    yield from (point.code for point in guide.points if not point.plain.strip() or not point.text.strip())
