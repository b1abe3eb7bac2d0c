"""The checker's rule list: cross-field rules a guide must obey, and the publish gates.

Sources: GB/T 39554.2-2020 (elements of items), DB31/T 545-2024 (guides) and 544-2024 (manuals), the law named, and the three rules
(三个一律) of 优化营商环境. A HARD finding refuses publication; a SOFT one is shown to the editor.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tongban.domains.catalogue.rules import content_checks as content
from tongban.domains.catalogue.rules import procedure_checks as procedure
from tongban.domains.catalogue.rules import situation_checks as situations
from tongban.domains.catalogue.rules.background import Background, MaterialName
from tongban.domains.catalogue.types import Finding, GuideDocument, SubstanceDocument

__all__ = [
    "HARD",
    "RULES",
    "SOFT",
    "Background",
    "CheckRule",
    "MaterialName",
    "check_guide",
    "check_guides",
    "check_list",
    "hard_findings",
    "with_guides",
]

HARD, SOFT = "HARD", "SOFT"
_GUIDES, _MANUALS, _ITEMS = "DB31/T 545-2024", "DB31/T 544-2024", "GB/T 39554.2-2020"
_THREE, _LICENSING = "三个一律", "行政许可法"


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule; `find` yields the offending texts."""

    id: str
    severity: str
    source: str
    sentence: str
    find: Callable[[GuideDocument, Background], Iterator[str]]


RULES: tuple[CheckRule, ...] = (
    CheckRule(
        "CODE_IN_SCHEME",
        HARD,
        "GB/T 39554.1-2020",
        "事项要有合规的基本编码，编码里的事项类型要一致。",
        content.codes_outside_scheme,
    ),
    CheckRule("RESTS_ON_LAW", HARD, "权责清单制度", "没有设定依据的事项不能发布。", content.no_law),
    CheckRule(
        "LAW_IN_FORCE", SOFT, "权责清单制度", "引用的依据已经废止，请改写。", content.repealed_law_in_use
    ),
    CheckRule("EFFECT_IN_ORDER", HARD, _ITEMS, "失效日期要晚于生效日期。", procedure.ends_before_it_begins),
    CheckRule(
        "IMMEDIATE_IS_ZERO_DAYS", HARD, _ITEMS, "即办件的承诺时限应为 0。", procedure.immediate_has_days
    ),
    CheckRule("LIMITS_NOT_NEGATIVE", HARD, _ITEMS, "时限和次数不能是负数。", procedure.negative_limits),
    CheckRule(
        "LICENCE_RESULT_NAMES_TYPE",
        HARD,
        _ITEMS,
        "结果是证照的，要写明证照目录里的类型。",
        content.licence_results_without_type,
    ),
    CheckRule(
        "LICENCE_HOLDER_IN_FORM",
        HARD,
        _ITEMS,
        "证照不是发给申请人的，申请表里要有持证人的名称和号码。",
        content.holders_the_form_does_not_name,
    ),
    CheckRule("VISITS_NEED_REASON", HARD, _GUIDES, "要到现场的，写明原因。", procedure.visits_without_reason),
    CheckRule(
        "NO_VISIT_NEEDS_CHANNEL",
        HARD,
        _GUIDES,
        "不用到现场的，要能网上办或者邮寄办。",
        procedure.no_visit_without_channel,
    ),
    CheckRule(
        "FULLY_ONLINE_IS_ZERO_VISITS",
        HARD,
        _GUIDES,
        "全程网办就是一次也不用到现场。",
        procedure.fully_online_with_visits,
    ),
    CheckRule(
        "CHARGE_IS_COMPLETE",
        HARD,
        _ITEMS,
        "收费要有项目、金额、依据，并能网上缴。",
        procedure.incomplete_charges,
    ),
    CheckRule(
        "FREE_ITEM_HAS_NO_CHARGE", HARD, _ITEMS, "不收费的事项不写收费项目。", procedure.charges_of_nothing
    ),
    CheckRule("PHONES_DIFFER", HARD, _GUIDES, "咨询电话和投诉电话不能相同。", procedure.same_phones),
    CheckRule("STEPS_ADD_UP", HARD, _ITEMS, "各环节时限之和要等于承诺时限。", procedure.steps_not_adding_up),
    CheckRule(
        "PROMISE_WITHIN_STATUTE",
        HARD,
        _LICENSING,
        "承诺时限不能长于法定时限。",
        procedure.promise_beyond_statute,
    ),
    CheckRule(
        "EVIDENCE_IS_LISTED", HARD, _GUIDES, "证明每个条件的材料要在材料清单里。", content.unlisted_evidence
    ),
    CheckRule(
        "NO_MATERIAL_IN_CONDITION", HARD, _GUIDES, "条件里不能夹带材料。", content.materials_in_conditions
    ),
    CheckRule(
        "PRESENCE_EXCLUDES_AGENCY",
        HARD,
        _GUIDES,
        "要求本人到场与允许代办相矛盾。",
        procedure.presence_with_agency,
    ),
    CheckRule(
        "SURVEY_HAS_TIME", SOFT, _GUIDES, "有现场核查而时限少于 5 个工作日，请核实。", procedure.hasty_surveys
    ),
    CheckRule(
        "LICENSING_IS_COMPLETE",
        HARD,
        _LICENSING,
        "行政许可要有受理、审查、决定、办结、送达和常见问题。",
        procedure.gaps_in_licensing,
    ),
    CheckRule("NO_CATCH_ALL", HARD, _GUIDES, "不能有兜底条款或含糊用语。", content.vague_wording),
    CheckRule(
        "MATERIAL_ATTRIBUTES",
        HARD,
        _GUIDES,
        "材料要有名称、来源、形式、份数、必要性和示例。",
        content.missing_attributes,
    ),
    CheckRule(
        "MATERIAL_HAS_BASIS",
        HARD,
        _THREE,
        "没有法律法规依据的材料，一律不需提交。",
        content.materials_without_basis,
    ),
    CheckRule(
        "LIBRARY_IS_USED",
        HARD,
        _THREE,
        "能够通过电子证照库调取的证照，一律不需提交。",
        content.papers_in_library,
    ),
    CheckRule(
        "SHARED_DATA_IS_USED",
        HARD,
        _THREE,
        "能够通过数据共享或网络核验的材料，一律不需提交。",
        content.papers_in_registers,
    ),
    CheckRule(
        "GOVERNMENT_PAPER_HAS_ORIGIN",
        SOFT,
        _THREE,
        "政府部门核发的材料，应当写明从哪里调取。",
        content.papers_without_origin,
    ),
    CheckRule(
        "NAME_FROM_DICTIONARY", HARD, _GUIDES, "材料名称要来自材料字典。", content.names_outside_dictionary
    ),
    CheckRule("SITUATIONS_DIFFER", SOFT, _GUIDES, "两个情形的材料和表单完全一样。", situations.same_lists),
    CheckRule(
        "SITUATION_IS_REACHABLE", HARD, _GUIDES, "没有一种回答会走到这个情形。", situations.unreachable
    ),
    CheckRule("SITUATIONS_COVER_ALL", HARD, _GUIDES, "有的回答没有对应的情形。", situations.unanswered),
    CheckRule("CODES_ARE_UNIQUE", HARD, _ITEMS, "同一份指南里的编号不能重复。", content.repeated_codes),
    CheckRule(
        "REFERENCES_RESOLVE",
        HARD,
        _ITEMS,
        "引用的依据、材料、情形、数据元或事项不存在。",
        content.dangling_references,
    ),
    CheckRule("NO_DEPENDENCY_CYCLE", HARD, _ITEMS, "两个事项不能互相等对方的结果。", content.circular_needs),
    CheckRule(
        "CONDITIONS_COMPILE", HARD, _ITEMS, "条件用到了没有登记的事实，或者写法有误。", content.faulty_trees
    ),
    CheckRule(
        "MANUAL_MATCHES_GUIDE",
        HARD,
        _MANUALS,
        "审查要点要同时写给办事人和审查人。",
        content.manual_without_guide,
    ),
)
SAME_SUBSTANCE = "SAME_SUBSTANCE_EVERYWHERE"


def with_guides(background: Background, guides: Iterable[GuideDocument]) -> Background:
    """The background as it will be with these guides in the list."""
    needs = {guide.basic_code: needs_of(guide) for guide in guides}
    return replace(
        background,
        basic_codes=background.basic_codes | needs.keys(),
        needs={**background.needs, **needs},
    )


def needs_of(guide: SubstanceDocument) -> frozenset[str]:
    """The items whose results it wants as materials."""
    return frozenset(one.produced_by for one in guide.materials if one.produced_by is not None)


def check_guide(guide: GuideDocument, background: Background) -> tuple[Finding, ...]:
    """Every finding on one guide, in the order of the rules."""
    return tuple(
        Finding(rule.id, rule.severity, guide.basic_code, rule.source, text, rule.sentence)
        for rule in RULES
        for text in rule.find(guide, background)
    )


def check_guides(guides: Iterable[GuideDocument], background: Background) -> tuple[Finding, ...]:
    """Every finding on the guides of one item, each once."""
    return tuple(dict.fromkeys(finding for guide in guides for finding in check_guide(guide, background)))


def check_list(guides: Iterable[GuideDocument], background: Background) -> Iterator[Finding]:
    """Every finding on the guides of several districts; an item's substance is the same in all of them."""
    first: dict[str, SubstanceDocument] = {}
    for guide in guides:
        yield from check_guide(guide, background)
        known = first.setdefault(guide.basic_code, guide)
        for name in SubstanceDocument.__dataclass_fields__:
            if getattr(guide, name) != getattr(known, name):
                sentence = "同一事项的实体性内容在各区要完全一致。"
                yield Finding(SAME_SUBSTANCE, HARD, guide.basic_code, _ITEMS, name, sentence)


def hard_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == HARD)
