"""The public guide of one item (办事指南): the answer first, then situations, materials, steps, law.

Portal, editors' preview and officers' manual show this one page, made from one version (DB31/T 545-2024, 544-2024: 指南与手册无差别).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases import selectors as cases
from tongban.domains.catalogue import rules
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import (
    Channel,
    Guide,
    Handling,
    ItemResult,
    Material,
    MaterialVerdict,
    ResultEffect,
)
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Division, Window
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.lifeevents.types import Package
from tongban.foundation import clock
from tongban.kernel.divisions import national_divisions
from tongban.kernel.instants import shanghai_date
from tongban.sites.shared import guide_words as words
from tongban.sites.shared.formats import full_day, plain_day, workdays, yuan

_COUNTY_LENGTH = 6


@dataclass(frozen=True, slots=True)
class ClauseLink:
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class MaterialCard:
    name: str
    is_free: bool
    free_words: str
    """免交 in words, with the reason; empty when it is asked for."""
    source: str
    facts: tuple[tuple[str, str], ...]
    sample: str
    clauses: tuple[ClauseLink, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class LawView:
    anchor: str
    title: str
    text: str
    is_repealed: bool


@dataclass(frozen=True, slots=True)
class ConditionView:
    text: str
    clauses: tuple[ClauseLink, ...]


@dataclass(frozen=True, slots=True)
class PointView:
    stage: str
    text: str


@dataclass(frozen=True, slots=True)
class GuidePage:
    title: str
    summary: str
    """Empty where the list has nothing beside the name."""
    department: str
    place: str
    is_elsewhere: bool
    """The guide itself stands on another portal; here is only what its list says."""
    answers: tuple[tuple[str, str, str], ...]
    """Question, answer, and a small word on it."""
    conditions: tuple[ConditionView, ...]
    situations: tuple[tuple[str, str], ...]
    materials: tuple[MaterialCard, ...]
    one_licence: str
    """With nothing but one's identity card or business licence: what is still to be brought."""
    is_one_licence: bool
    asked_count: int
    free_count: int
    steps: tuple[StepView, ...]
    special: tuple[tuple[str, str], ...]
    points: tuple[PointView, ...]
    results: tuple[tuple[str, str], ...]
    fees: tuple[tuple[str, str], ...]
    windows: tuple[Window, ...]
    today: str
    """Whether it is a day on which windows are open."""
    laws: tuple[LawView, ...]
    faqs: tuple[tuple[str, str], ...]
    phones: tuple[tuple[str, str], ...]
    start_address: str
    start_words: str
    start_note: str
    events: tuple[tuple[str, str], ...]
    """Life events that take this item along with others."""
    other_places: tuple[tuple[str, str, bool], ...]
    facts: tuple[tuple[str, str], ...]
    structured_data: Mapping[str, object]


def read_page(guide: Guide, *, place: str) -> GuidePage:
    """The page for somebody of whom nothing is known: what a register or the licence library can supply counts as supplied."""
    now = clock.now()
    verdicts = rules.every_verdict(
        guide.substance, catalogue.sources_of([guide], at=now)[guide.substance.basic_code]
    )
    today = shanghai_date(now)
    places = catalogue.list_places(guide.substance.basic_code, today)
    return build(
        guide,
        verdicts,
        directory.list_districts(),
        places,
        lifeevents.list_packages(),
        place=place,
        today=_today(today, works=cases.get_calendar().works(today)),
    )


def build(
    guide: Guide,
    verdicts: Sequence[MaterialVerdict],
    districts: Sequence[Division],
    places: Collection[str],
    packages: Sequence[Package],
    *,
    place: str,
    today: str,
) -> GuidePage:
    """`places` are the divisions whose bodies carry the item out."""
    substance, procedure = guide.substance, guide.procedure
    clauses = {
        basis.id: _clause(number, basis.law, basis.article)
        for number, basis in enumerate(substance.legal_basis, 1)
    }
    cards = tuple(_card(verdict, clauses) for verdict in verdicts)
    left = rules.left_to_bring(verdicts)
    start_address, start_words, start_note = _start(guide, place)
    return GuidePage(
        title=substance.name,
        summary=substance.summary if substance.summary != substance.name else "",
        department=procedure.department.name,
        place=_place_name(place, districts),
        is_elsewhere=bool(procedure.external_link),
        answers=() if procedure.external_link else _answers(guide, cards),
        conditions=tuple(
            ConditionView(one.text, tuple(clauses[key] for key in one.basis if key in clauses))
            for one in substance.conditions
        ),
        situations=tuple((one.name, one.description) for one in substance.situations)
        if len(substance.situations) > 1
        else (),
        materials=cards,
        one_licence=words.one_licence_words(substance.audience, left),
        is_one_licence=not left,
        asked_count=sum(not card.is_free for card in cards),
        free_count=sum(card.is_free for card in cards),
        steps=tuple(
            StepView(step.name, _step_text(step.days, step.who, step.output)) for step in procedure.steps
        ),
        special=tuple(
            (one.name, _special_text(one.pause, one.max_days)) for one in substance.special_procedures
        ),
        points=tuple(PointView(str(point.stage), point.plain) for point in substance.points),
        results=tuple((one.name, _outcome(one)) for one in substance.results),
        fees=tuple(
            (
                fee.name,
                _("%(amount)s（%(unit)s），依据：%(basis)s")
                % {"amount": yuan(fee.amount_fen), "unit": fee.unit, "basis": fee.basis},
            )
            for fee in substance.fees
        ),
        windows=procedure.windows,
        today=today,
        laws=tuple(
            LawView(_anchor(number), f"《{_bare(basis.law)}》{basis.article}", basis.text, basis.is_repealed)
            for number, basis in enumerate(substance.legal_basis, 1)
        ),
        faqs=tuple((faq.question, faq.answer) for faq in substance.faqs),
        phones=tuple(
            (name, phone)
            for name, phone in (
                (_("咨询电话"), procedure.enquiry_phone),
                (_("投诉电话"), procedure.complaint_phone),
            )
            if phone
        ),
        start_address=start_address,
        start_words=start_words,
        start_note=start_note,
        events=_events(guide, packages),
        other_places=tuple(
            (
                reverse("portal:guide", args=[district.code, substance.basic_code]),
                district.name,
                district.code == place[:6],
            )
            for district in districts
            if any(district.code.startswith(one) for one in places)
        ),
        facts=_facts(guide),
        structured_data=_structured(guide, place),
    )


def _today(day: date, *, works: bool) -> str:
    if works:
        return _("今天是%(day)s，工作日。") % {"day": full_day(day)}
    return _("今天是%(day)s，休息日，窗口不一定开，去之前请先打电话问。") % {"day": full_day(day)}


def _place_name(place: str, districts: Sequence[Division]) -> str:
    """The district's name; that of another city's county is in the nation's list, and a city's own item has none."""
    own = {one.code: one.name for one in districts}
    county = place[:_COUNTY_LENGTH]
    if county in own:
        return own[county]
    elsewhere = national_divisions().name(county) if len(county) == _COUNTY_LENGTH else None
    return elsewhere or _("全市")


def _answers(guide: Guide, cards: Sequence[MaterialCard]) -> tuple[tuple[str, str, str], ...]:
    substance, procedure = guide.substance, guide.procedure
    asked = sum(not card.is_free for card in cards)
    fee = sum(fee.amount_fen for fee in substance.fees)
    return (
        (_("谁能办"), words.audience_words(substance.audience), ""),
        (
            _("要多久"),
            _("当场办结") if substance.handling is Handling.IMMEDIATE else workdays(procedure.promised_days),
            _("法定 %(days)d 个工作日") % {"days": substance.statutory_days}
            if substance.statutory_days
            else "",
        ),
        (
            _("带什么"),
            _("%(count)d 份材料") % {"count": asked} if asked else _("不用带材料"),
            _("另有 %(count)d 份免交") % {"count": len(cards) - asked} if len(cards) > asked else "",
        ),
        (_("多少钱"), yuan(fee) if fee else _("不收费"), ""),
        (_("跑几次"), words.visits_words(procedure.visits), procedure.visits_reason),
        (_("在哪办"), words.channel_words(procedure.channels), ""),
    )


def _card(verdict: MaterialVerdict, clauses: Mapping[str, ClauseLink]) -> MaterialCard:
    material = verdict.material
    return MaterialCard(
        name=material.name,
        is_free=not verdict.must_ask,
        free_words=words.rule_words(verdict),
        source=words.fetched_from(verdict),
        facts=_material_facts(material),
        sample=material.sample,
        clauses=tuple(clauses[key] for key in material.basis if key in clauses),
    )


def _material_facts(material: Material) -> tuple[tuple[str, str], ...]:
    return (
        (
            _("来源"),
            _("%(source)s（%(issuer)s）")
            % {"source": words.source_words(material.source), "issuer": material.issuer},
        ),
        (_("形式"), words.form_words(material.form, material.copies)),
        (_("必要性"), words.necessity_words(material.necessity, material.defer_days)),
    )


def _start(guide: Guide, place: str) -> tuple[str, str, str]:
    """Where to begin: another portal, the item's own questions and form, or a window."""
    if guide.procedure.external_link:
        return guide.procedure.external_link, _("到办理网站去"), _("这个事项在另一个网站办理。")
    if Channel.ONLINE not in guide.procedure.channels:
        return "#windows", _("看去哪个窗口"), _("这个事项目前在窗口办理，也可以先拨打咨询电话预约。")
    questions = reverse("portal:questions", args=[guide.substance.basic_code], query={"division": place})
    return questions, _("在线办理"), _("先答几个问题，再填一张表；交上以后可以随时看进度。")


def _events(guide: Guide, packages: Sequence[Package]) -> tuple[tuple[str, str], ...]:
    """The life events that include this item: address and title."""
    code = guide.substance.basic_code
    return tuple(
        (reverse("portal:event", args=[package.code]), package.title)
        for package in packages
        if any(item.basic_code == code and not item.guidance_only for item in package.items)
    )


def _step_text(days: int, who: str, output: str) -> str:
    length = workdays(days) if days else _("当场")
    if output:
        return _("%(length)s · %(who)s · 得到%(output)s") % {"length": length, "who": who, "output": output}
    return _("%(length)s · %(who)s") % {"length": length, "who": who}


def _special_text(pause: str | None, max_days: int) -> str:
    if pause is None:
        return _("计入办理时间，最长 %(days)d 个工作日。") % {"days": max_days}
    return _("所需时间不计入办理期限，会书面告知，最长 %(days)d 个工作日。") % {"days": max_days}


def _outcome(result: ItemResult) -> str:
    if result.effect is ResultEffect.CANCEL:
        return _("办结后这张证照失去效力")
    if result.effect is ResultEffect.CHANGE:
        return _("换发载明新内容的一张，有效期不变")
    years = result.valid_years
    return _("有效期 %(years)d 年") % {"years": years} if years else _("长期有效或按法律规定")


def _facts(guide: Guide) -> tuple[tuple[str, str], ...]:
    substance, procedure = guide.substance, guide.procedure
    return (
        (_("基本编码"), substance.basic_code),
        (_("实施编码"), procedure.implementation_code),
        (
            _("本指南版本"),
            _("第 %(version)d 版，%(day)s起施行")
            % {"version": substance.version, "day": plain_day(substance.effective_from)},
        ),
    )


def _anchor(number: int) -> str:
    return f"law-{number}"


def _bare(law: str) -> str:
    return law.strip("《》")


def _clause(number: int, law: str, article: str) -> ClauseLink:
    return ClauseLink(_anchor(number), f"{_bare(law)}{article}")


def _structured(guide: Guide, place: str) -> Mapping[str, object]:
    """schema.org's GovernmentService, for search engines."""
    substance, procedure = guide.substance, guide.procedure
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "name": substance.name,
        "description": substance.summary,
        "identifier": procedure.implementation_code,
        "serviceType": str(substance.kind.value),
        "provider": {
            "@type": "GovernmentOrganization",
            "name": procedure.department.name,
            "telephone": procedure.enquiry_phone,
        },
        "areaServed": procedure.division,
        "url": settings.PUBLIC_URL + reverse("portal:guide", args=[place, substance.basic_code]),
        "termsOfService": "；".join(f"{basis.law}{basis.article}" for basis in substance.legal_basis),
    }
