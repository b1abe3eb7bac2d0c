"""需求 and 授权: what is asked for and by when it is answered, one demand with its acts, the grants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange import rules, states
from tongban.domains.exchange.types import Demand, DemandAction, DemandStatus, GrantLine
from tongban.kernel.actors import Actor
from tongban.kernel.workdays import Calendar, count_workdays
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.pages.resources import GrantRow, demand_state, grant_row
from tongban.sites.console.words import UNKNOWN, State
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import deadline, moment, plain_day


@dataclass(frozen=True, slots=True)
class DemandLine:
    title: str
    address: str
    asker: str
    provider: str
    purpose: str
    due: str
    state: State


@dataclass(frozen=True, slots=True)
class DemandsPage:
    tabs: tuple[Tab, ...]
    groups: tuple[tuple[str, tuple[DemandLine, ...]], ...]
    ask_address: str


@dataclass(frozen=True, slots=True)
class AskPage:
    tabs: tuple[Tab, ...]
    title: str
    lead: str
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str


@dataclass(frozen=True, slots=True)
class DemandAct:
    slug: str
    title: str
    hint: str
    button: str
    fields: tuple[FieldView, ...]
    action: str


@dataclass(frozen=True, slots=True)
class StepLine:
    what: str
    who: str
    when: str
    note: str


@dataclass(frozen=True, slots=True)
class DemandPage:
    tabs: tuple[Tab, ...]
    title: str
    state: State
    due: str
    pairs: tuple[tuple[str, str], ...]
    acts: tuple[DemandAct, ...]
    steps: tuple[StepLine, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class GrantsPage:
    tabs: tuple[Tab, ...]
    lines: tuple[GrantRow, ...]


ACTS: Mapping[str, DemandAction] = {
    "agree": DemandAction.GRANT,
    "supply": DemandAction.SUPPLY,
    "refuse": DemandAction.REFUSE,
    "name-provider": DemandAction.NAME_PROVIDER,
    "dispute": DemandAction.DISPUTE,
    "uphold": DemandAction.UPHOLD,
    "order": DemandAction.ORDER,
    "withdraw": DemandAction.WITHDRAW,
}


def acts_for(demand: Demand, *, actor: Actor, is_bureau: bool, today: date) -> tuple[str, ...]:
    """What the officer may do with a demand now, by slug."""
    provides = bool(demand.provider) and demand.provider in actor.departments
    asks = demand.asker in actor.departments
    is_late = demand.status is DemandStatus.ASKED and today > demand.due_on
    has_resource = bool(demand.resource)
    allowed = {
        "agree": provides and has_resource,
        "supply": provides and not has_resource,
        "refuse": provides,
        "name-provider": is_bureau and not has_resource,
        "dispute": asks,
        "uphold": is_bureau,
        "order": is_bureau and has_resource and (demand.status is DemandStatus.DISPUTED or is_late),
        "withdraw": asks,
    }
    return tuple(
        slug
        for slug, action in ACTS.items()
        if allowed[slug] and (demand.status, action) in states.TRANSITIONS
    )


def build_list(demands: Sequence[Demand], *, actor: Actor, today: date, calendar: Calendar) -> DemandsPage:
    """What the officer's department has to answer first, then what it asked for, then what is settled."""
    waiting = sorted((one for one in demands if one.status in states.WAITING), key=lambda one: one.due_on)
    to_answer = [one for one in waiting if one.asker not in actor.departments]
    asked = [one for one in waiting if one.asker in actor.departments]
    settled = [one for one in demands if one.status not in states.WAITING]
    groups = (
        (_("等待答复"), to_answer),
        (_("本部门提出的"), asked),
        (_("已经答复的"), settled),
    )
    return DemandsPage(
        tabs=tabs(actor, "console:data_demands"),
        groups=tuple((title, tuple(_line(one, today, calendar) for one in group)) for title, group in groups),
        ask_address=reverse("console:data_ask"),
    )


def _line(demand: Demand, today: date, calendar: Calendar) -> DemandLine:
    return DemandLine(
        title=_title(demand),
        address=reverse("console:data_demand", args=[demand.id]),
        asker=demand.asker_name,
        provider=demand.provider_name or _("待数据局明确"),
        purpose=demand.purpose,
        due=_due(demand, today, calendar),
        state=demand_state(demand, today),
    )


def _title(demand: Demand) -> str:
    return demand.resource_name or demand.wanted


def _due(demand: Demand, today: date, calendar: Calendar) -> str:
    if demand.status not in states.WAITING:
        return UNKNOWN
    left = count_workdays(calendar, today, demand.due_on).workdays if today <= demand.due_on else None
    return deadline(demand.due_on, left) if left is not None else plain_day(demand.due_on)


def build_ask(form: Form, *, title: str, actor: Actor, action: str, refusal: Problem | None) -> AskPage:
    said = (refusal,) if refusal else ()
    return AskPage(
        tabs=tabs(actor, "console:data_demands"),
        title=title,
        lead=_("提供部门在 %(days)d 个工作日内答复。不同意的，必须写明负面清单的依据。")
        % {"days": rules.DAYS_TO_DECIDE},
        fields=controls(form),
        problems=(*said, *(problems(form) if form.is_bound else ())),
        action=action,
    )


def build_demand(
    demand: Demand,
    forms: Mapping[str, Form],
    labels: Mapping[str, str],
    names: Mapping[str, str],
    *,
    actor: Actor,
    is_bureau: bool,
    today: date,
    calendar: Calendar,
    refusal: str = "",
) -> DemandPage:
    """`forms` are those of the acts she may take, by slug; `labels` name the resource's fields, `names` items and packages."""
    bound = [form for form in forms.values() if form.is_bound]
    said: list[Problem] = [{"text": refusal}] if refusal else []
    allowed = acts_for(demand, actor=actor, is_bureau=is_bureau, today=today)
    return DemandPage(
        tabs=tabs(actor, "console:data_demands"),
        title=_title(demand),
        state=demand_state(demand, today),
        due=_due(demand, today, calendar),
        pairs=_pairs(demand, labels, names),
        acts=tuple(_act(slug, demand, forms[slug]) for slug in allowed),
        steps=tuple(
            StepLine(
                what=action_words()[step.action],
                who=_("%(department)s %(name)s")
                % {"department": step.department_name, "name": step.actor_name},
                when=moment(step.at),
                note=step.note,
            )
            for step in reversed(demand.steps)
        ),
        problems=(*said, *(line for form in bound for line in problems(form))),
    )


def _pairs(
    demand: Demand, labels: Mapping[str, str], names: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    rate = _("每分钟 %(count)d 次") % {"count": demand.per_minute} if demand.per_minute else _("不限次数")
    given = (
        (_("提出部门"), demand.asker_name),
        (_("提供部门"), demand.provider_name or _("待数据局明确")),
        (_("要什么"), demand.wanted),
        (_("信息项"), _("、").join(labels.get(name, name) for name in demand.fields)),
        (_("用途"), demand.purpose),
        (_("用在哪些事项"), _("、").join(names.get(code, code) for code in demand.items)),
        (_("依据"), demand.basis),
        (_("用到哪一天"), plain_day(demand.valid_until)),
        (_("查询频率"), rate),
        (_("不予共享的理由"), demand.reason),
        (_("负面清单的依据"), demand.negative_basis),
    )
    return tuple((term, words) for term, words in given if words)


def _act(slug: str, demand: Demand, form: Form) -> DemandAct:
    title, hint, button = {
        "agree": (
            _("同意共享"),
            _("同意后立即生效：对方只能查申请里写的信息项、事项和期限。"),
            _("同意共享"),
        ),
        "supply": (
            _("已经编入目录"),
            _("把这项数据编入目录后，写上它的资源代码；对方再申请授权。"),
            _("记下"),
        ),
        "refuse": (
            _("不予共享"),
            _("只有列入负面清单的才可以不共享：写明哪部法律、法规或者国务院规定的第几条。"),
            _("不予共享"),
        ),
        "name-provider": (_("明确由谁提供"), _("答复期限从今天重新算。"), _("明确提供部门")),
        "dispute": (_("提出异议"), _("由数据局裁决。"), _("提出异议")),
        "uphold": (_("裁决：不予共享"), _("确属负面清单。"), _("维持不予共享")),
        "order": (_("裁决：应当共享"), _("裁决后立即生效，提供部门会看到理由。"), _("裁决共享")),
        "withdraw": (_("撤回需求"), _("不再需要这项数据。"), _("撤回")),
    }[slug]
    action = reverse("console:data_demand_act", args=[demand.id, slug])
    return DemandAct(slug, title, hint, button, controls(form), action)


def action_words() -> Mapping[str, str]:
    return {
        DemandAction.ASK: _("提出需求"),
        DemandAction.NAME_PROVIDER: _("明确提供部门"),
        DemandAction.GRANT: _("同意共享"),
        DemandAction.SUPPLY: _("编入目录"),
        DemandAction.REFUSE: _("不予共享"),
        DemandAction.DISPUTE: _("提出异议"),
        DemandAction.UPHOLD: _("裁决：不予共享"),
        DemandAction.ORDER: _("裁决：应当共享"),
        DemandAction.WITHDRAW: _("撤回需求"),
    }


def build_grants(
    lines: Sequence[GrantLine],
    names: Mapping[str, str],
    *,
    actor: Actor,
    scope: frozenset[str] | None,
    at: datetime,
) -> GrantsPage:
    return GrantsPage(
        tabs=tabs(actor, "console:data_grants"),
        lines=tuple(grant_row(line, names, at=at, providers=scope) for line in lines),
    )
