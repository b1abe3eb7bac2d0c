"""Rules on time, visits, charges, phones and steps."""

import re
from collections.abc import Iterator

from tongban.domains.catalogue.rules.background import Background
from tongban.domains.catalogue.types import Channel, GuideDocument, Handling, PowerKind, Stage

SURVEY_DAYS = 5
"""An on-site survey in fewer working days is suspect."""
_LICENSING_STEPS = {
    "ACCEPTANCE": "受理",
    "EXAMINATION": "审查",
    "DECISION": "决定",
    "COMPLETION": "办结",
    "SERVICE": "送达",
}
_SURVEY = re.compile(r"现场|勘验|核查|踏勘")
_PRESENCE = re.compile(r"(?:本人|申请人|当事人)(?:必须|须|应当|应|需)?(?:到场|到现场|亲自|亲临)")
_AGENT = re.compile(r"委托书|代理人|代办|委托代理|委托他人")
_FULLY_ONLINE = "全程网办"


def immediate_has_days(guide: GuideDocument, _: Background) -> Iterator[str]:
    if guide.handling is Handling.IMMEDIATE and guide.procedure.promised_days != 0:
        yield f"即办件，承诺 {guide.procedure.promised_days} 个工作日"


def visits_without_reason(guide: GuideDocument, _: Background) -> Iterator[str]:
    if guide.procedure.visits > 0 and not guide.procedure.visits_reason.strip():
        yield f"到现场 {guide.procedure.visits} 次"


def no_visit_without_channel(guide: GuideDocument, _: Background) -> Iterator[str]:
    channels = guide.procedure.channels
    if guide.procedure.visits == 0 and Channel.ONLINE not in channels and Channel.MAIL not in channels:
        yield "0 次到现场，没有网上办理也没有邮寄"


def fully_online_with_visits(guide: GuideDocument, _: Background) -> Iterator[str]:
    if guide.procedure.visits == 0:
        return
    texts = [guide.name, guide.summary, *guide.themes, *guide.aliases, *(faq.answer for faq in guide.faqs)]
    yield from (text for text in texts if _FULLY_ONLINE in text)
    if guide.procedure.channels == (Channel.ONLINE,):
        yield f"只能网上办理，却要到现场 {guide.procedure.visits} 次"


def incomplete_charges(guide: GuideDocument, _: Background) -> Iterator[str]:
    for fee in guide.fees:
        if fee.amount_fen > 0 and not (fee.name.strip() and fee.basis.strip() and fee.online_payment):
            yield fee.name or "未命名的收费"


def charges_of_nothing(guide: GuideDocument, _: Background) -> Iterator[str]:
    yield from (fee.name or "未命名的收费" for fee in guide.fees if fee.amount_fen <= 0)


def same_phones(guide: GuideDocument, _: Background) -> Iterator[str]:
    phone = guide.procedure.enquiry_phone
    if phone and phone == guide.procedure.complaint_phone:
        yield phone


def steps_not_adding_up(guide: GuideDocument, _: Background) -> Iterator[str]:
    total = sum(step.days for step in guide.procedure.steps)
    if guide.procedure.steps and total != guide.procedure.promised_days:
        yield f"环节合计 {total} 个工作日，承诺 {guide.procedure.promised_days} 个工作日"


def promise_beyond_statute(guide: GuideDocument, _: Background) -> Iterator[str]:
    if guide.procedure.promised_days > guide.statutory_days:
        yield f"承诺 {guide.procedure.promised_days} 个工作日，法定 {guide.statutory_days} 个工作日"


def presence_with_agency(guide: GuideDocument, _: Background) -> Iterator[str]:
    conditions = [condition.text for condition in guide.conditions]
    asked = [*conditions, guide.procedure.visits_reason, *(point.plain for point in guide.points)]
    allowing = [*conditions, guide.summary, *(material.name for material in guide.materials)]
    if any(_AGENT.search(text) for text in allowing):
        yield from (text for text in asked if _PRESENCE.search(text))


def hasty_surveys(guide: GuideDocument, _: Background) -> Iterator[str]:
    if guide.procedure.promised_days < SURVEY_DAYS:
        names = [
            *(one.name for one in guide.special_procedures),
            *(step.name for step in guide.procedure.steps),
        ]
        yield from (name for name in names if _SURVEY.search(name))


def gaps_in_licensing(guide: GuideDocument, _: Background) -> Iterator[str]:
    if guide.kind is not PowerKind.LICENSING or guide.procedure.external_link:
        return
    kinds = {step.kind for step in guide.procedure.steps}
    yield from (f"缺少环节：{name}" for kind, name in _LICENSING_STEPS.items() if kind not in kinds)
    stages = {point.stage for point in guide.points}
    names = {Stage.ACCEPTANCE: "受理", Stage.EXAMINATION: "审查"}
    yield from (f"缺少{name}环节的审查要点" for stage, name in names.items() if stage not in stages)
    if not guide.faqs:
        yield "没有常见问题"


def ends_before_it_begins(guide: GuideDocument, _: Background) -> Iterator[str]:
    """The period of effect is half open: it ends after the day it begins."""
    if guide.effective_to is not None and guide.effective_to <= guide.effective_from:
        yield f"{guide.effective_from} 至 {guide.effective_to}"


def negative_limits(guide: GuideDocument, _: Background) -> Iterator[str]:
    procedure = guide.procedure
    limits = {
        "法定时限": guide.statutory_days,
        "承诺时限": procedure.promised_days,
        "到现场次数": procedure.visits,
    }
    yield from (f"{name} {limit}" for name, limit in limits.items() if limit < 0)
    yield from (f"{step.name} {step.days}" for step in procedure.steps if step.days < 0)
    yield from (f"{one.name} {one.max_days}" for one in guide.special_procedures if one.max_days < 0)
