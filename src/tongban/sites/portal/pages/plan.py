"""The plan of a life event: departments, order, days, materials in three groups, savings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue import rules as catalogue
from tongban.domains.catalogue.types import MaterialVerdict, Necessity
from tongban.domains.identity.types import Subject
from tongban.domains.licences.types import Licence
from tongban.domains.lifeevents.rules.planning import slot_of
from tongban.domains.lifeevents.types import Package, Plan, PlanItem, PlanState, Totals
from tongban.sites.portal.pages import gantt
from tongban.sites.portal.pages.events import AnsweredView, KnownView, known_views
from tongban.sites.portal.pages.words import lapsed_words
from tongban.sites.shared import guide_words
from tongban.sites.shared.formats import deadline, full_day, plain_day, workdays, yuan


@dataclass(frozen=True, slots=True)
class ItemRow:
    number: int
    title: str
    address: str
    department: str
    is_lead: bool
    is_possible: bool
    is_guidance: bool
    why: str
    after: str
    days: str
    due: str
    one_licence: str
    """With one identity licence in hand, what is still to be brought for it; empty for guidance."""


@dataclass(frozen=True, slots=True)
class MaterialRow:
    name: str
    text: str
    sample: str
    lapsed: str = ""
    """That there was one, until when."""


@dataclass(frozen=True, slots=True)
class Saving:
    what: str
    alone: str
    together: str


@dataclass(frozen=True, slots=True)
class OptionalRow:
    """An item that is wanted only when ticked."""

    code: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OtherName:
    """The event is not for whom the person acts for now."""

    sentence: str
    offered: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    title: str
    is_single: bool
    """One item by itself: there is no order to explain and nothing to compare with."""
    headline: str
    answers: tuple[tuple[str, str, str], ...]
    items: tuple[ItemRow, ...]
    gantt: gantt.Gantt
    critical: str
    to_bring: tuple[MaterialRow, ...]
    fetched: tuple[MaterialRow, ...]
    no_longer: tuple[MaterialRow, ...]
    savings: tuple[Saving, ...]
    saved_sentence: str
    excluded: tuple[tuple[str, str], ...]
    known: tuple[KnownView, ...]
    unknown: tuple[str, ...]
    answered: tuple[AnsweredView, ...]
    authorisations: tuple[tuple[str, str], ...]
    after_care: tuple[str, ...]
    provisional: str
    optional: tuple[OptionalRow, ...]
    optional_action: str
    facts: tuple[tuple[str, str], ...]
    """Names and values of this plan's address, for a form that asks for it again."""
    shared_address: str
    """Where this plan can be found again; empty when it was not saved."""
    apply_action: str
    save_action: str
    print_address: str


def build(
    plan: Plan,
    query: str,
    answered: Sequence[AnsweredView],
    chosen_items: Sequence[str] = (),
    *,
    shared_address: str = "",
    lapsed: Mapping[str, Licence] = MappingProxyType({}),
) -> PlanPage:
    """The page; `lapsed` are licences whose term ran out, by the slot of the paper they would have spared."""
    code = plan.package.code
    rows = tuple(_item_row(number, item, plan) for number, item in enumerate(plan.items, 1))
    drawn = tuple(item for item in plan.items if not item.package_item.guidance_only)
    names = {item.guide.substance.basic_code: item.guide.title for item in plan.items}
    return PlanPage(
        title=plan.package.title,
        is_single=plan.package.is_single,
        headline=_headline(plan, drawn),
        answers=_answers(plan, drawn),
        items=rows,
        gantt=gantt.build(drawn),
        critical=_(" → ").join(names.get(one, one) for one in plan.critical_path),
        to_bring=tuple(_bring_row(one, lapsed.get(slot_of(one))) for one in plan.to_bring),
        fetched=spared_rows(plan),
        no_longer=tuple(_free_row(one) for one in plan.no_longer),
        savings=_savings(plan.totals),
        saved_sentence=_saved_sentence(plan.totals),
        excluded=plan.excluded,
        known=known_views(plan.known),
        unknown=tuple(element.question or element.label for element in plan.unknown),
        answered=tuple(answered),
        authorisations=tuple((one.title, one.text) for one in plan.missing_authorisations),
        after_care=plan.package.after_care,
        provisional=_provisional(plan),
        optional=_optional(plan, chosen_items),
        optional_action=f"{reverse('portal:plan', args=[code])}",
        facts=tuple(pair for pair in parse_qsl(query) if pair[0] != "item"),
        shared_address=shared_address,
        apply_action=f"{reverse('portal:apply', args=[code])}?{query}",
        save_action=f"{reverse('portal:save_plan', args=[code])}?{query}",
        print_address=f"{reverse('portal:plan_pdf', args=[code])}?{query}",
    )


def build_other_name(package: Package, chosen: Subject, offered: Sequence[Subject]) -> OtherName:
    words = (
        _("这件事由个人申请，您现在用的是%(name)s的名义。")
        if package.audience == "PERSON"
        else _("这件事由单位申请，您现在用的是%(name)s本人的名义。")
    )
    return OtherName(words % {"name": chosen.name}, tuple((str(one.id), one.name) for one in offered))


def _optional(plan: Plan, chosen: Sequence[str]) -> tuple[OptionalRow, ...]:
    titles = {item.guide.substance.basic_code: item.guide.title for item in plan.items}
    return tuple(
        OptionalRow(
            item.basic_code,
            item.why or titles.get(item.basic_code, item.basic_code),
            item.basic_code in chosen,
        )
        for item in plan.package.items
        # One with a condition of its own was asked about as a question.
        if item.is_optional and item.when is None
    )


def _headline(plan: Plan, drawn: Sequence[PlanItem]) -> str:
    if plan.package.is_single:
        return _("今天申请，%(day)s前办完。") % {"day": plain_day(plan.due_on)}
    departments = {item.guide.procedure.department.code for item in drawn}
    return _("要办 %(items)d 个事项，%(departments)d 个部门一起办，今天申请，%(day)s前全部办完。") % {
        "items": len(drawn),
        "departments": len(departments),
        "day": plain_day(plan.due_on),
    }


def _answers(plan: Plan, drawn: Sequence[PlanItem]) -> tuple[tuple[str, str, str], ...]:
    totals = plan.totals
    return (
        (_("一次申请"), _("%(count)d 个事项") % {"count": len(drawn)}, ""),
        (
            _("全部办完"),
            workdays(plan.promised_days),
            _("法定 %(days)d 个工作日") % {"days": plan.statutory_days},
        ),
        (_("要带的材料"), _("%(count)d 份") % {"count": totals.materials}, ""),
        (_("跑几次"), guide_words.visits_words(totals.trips), ""),
        (_("费用"), yuan(totals.fees_fen) if totals.fees_fen else _("不收费"), ""),
    )


def _item_row(number: int, item: PlanItem, plan: Plan) -> ItemRow:
    names = {one.guide.substance.basic_code: one.guide.title for one in plan.items}
    reasons = [
        _("等“%(name)s”办好：%(reason)s") % {"name": names[one.needs], "reason": one.reason}
        for one in item.package_item.after
        if one.needs in names
    ]
    length = item.ends_on_day - item.starts_on_day
    is_guidance = item.package_item.guidance_only
    return ItemRow(
        number=number,
        title=item.guide.title,
        address=reverse("portal:guide", args=[plan.division, item.guide.substance.basic_code]),
        department=item.guide.procedure.department.name,
        is_lead=item.package_item.is_lead,
        is_possible=item.state is PlanState.POSSIBLE,
        is_guidance=is_guidance,
        why=item.package_item.why or item.because,
        after="".join(reasons),
        days=_("不用审批") if is_guidance else workdays(length) if length else _("当场"),
        due="" if is_guidance else full_day(item.due_on),
        one_licence=""
        if is_guidance
        else guide_words.one_licence_words(
            item.guide.substance.audience, catalogue.left_to_bring(item.materials)
        ),
    )


def _bring_row(verdict: MaterialVerdict, lapsed: Licence | None) -> MaterialRow:
    material = verdict.material
    necessity = (
        _("按您的情况需要")
        if material.necessity is Necessity.CONDITIONAL
        else guide_words.necessity_words(material.necessity, material.defer_days)
    )
    return MaterialRow(
        name=material.name,
        text=f"{guide_words.form_words(material.form, material.copies)} · {necessity}",
        sample=material.sample,
        lapsed=lapsed_words(lapsed) if lapsed is not None else "",
    )


def spared_rows(plan: Plan) -> tuple[MaterialRow, ...]:
    """What departments fetch or pass on in place of the applicant's papers."""
    return tuple(_free_row(one) for one in (*plan.fetched, *plan.produced))


def _free_row(verdict: MaterialVerdict) -> MaterialRow:
    reason = guide_words.rule_words(verdict)
    source = guide_words.fetched_from(verdict)
    text = f"{reason} · {source}" if source else reason
    return MaterialRow(name=verdict.material.name, text=text, sample="")


def _savings(totals: Totals) -> tuple[Saving, ...]:
    count = _("%(count)d 份")
    fields = _("%(count)d 项")
    trips = _("%(count)d 次")
    return (
        Saving(
            _("要交的材料"), count % {"count": totals.materials_alone}, count % {"count": totals.materials}
        ),
        Saving(_("要填的内容"), fields % {"count": totals.fields_alone}, fields % {"count": totals.fields}),
        Saving(_("要跑的次数"), trips % {"count": totals.trips_alone}, trips % {"count": totals.trips}),
        Saving(_("要等的时间"), workdays(totals.days_alone), workdays(totals.days)),
    )


def _saved_sentence(totals: Totals) -> str:
    return _("和一件一件办比，少交 %(materials)d 份材料，少填 %(fields)d 项，少等 %(days)d 个工作日。") % {
        "materials": totals.materials_alone - totals.materials,
        "fields": totals.fields_alone - totals.fields,
        "days": totals.days_alone - totals.days,
    }


def _provisional(plan: Plan) -> str:
    if not plan.is_provisional:
        return ""
    return _("%(day)s是暂定的：那时的放假安排还没有公布，公布后会重新计算。") % {
        "day": deadline(plan.due_on, None)
    }
