"""总数据库: the row of tabs that all pages of the data stewards have, and the first of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange import rules, states
from tongban.domains.exchange.types import CatalogueEntry, Demand, Finding, GrantLine, LedgerLine
from tongban.kernel.actors import Actor, Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.shared.formats import plain_day

STEWARDS = (Role.DATA_STEWARD,)
ENDING_SOON = timedelta(days=30)
NEWS = timedelta(days=30)
"""So long a new version of a resource is pointed out to those who use it."""


@dataclass(frozen=True, slots=True)
class Tab:
    address: str
    words: str
    is_here: bool


def tabs(actor: Actor, here: str) -> tuple[Tab, ...]:
    """The tabs that the officer's post has to do with; `here` is the route's name."""
    entries: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
        ("console:data", _("总览"), STEWARDS),
        ("console:data_ledger", _("系统台账"), STEWARDS),
        ("console:data_resources", _("资源目录"), STEWARDS),
        ("console:data_demands", _("需求"), STEWARDS),
        ("console:data_grants", _("授权"), STEWARDS),
        ("console:data_lists", _("三张清单"), STEWARDS),
        ("console:data_quality", _("质量"), STEWARDS),
        ("console:data_findings", _("数据问题"), STEWARDS),
        ("console:data_objections", _("异议"), STEWARDS),
        ("console:data_batches", _("批量文件"), STEWARDS),
        ("console:data_elements", _("数据标准"), STEWARDS),
        ("console:data_evidence", _("留痕"), (*STEWARDS, Role.SUPERVISOR)),
        ("console:data_verifiers", _("核验方"), STEWARDS),
    )
    return tuple(
        Tab(reverse(name), words, name == here) for name, words, roles in entries if actor.has_role(*roles)
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """One sentence of the first page and where it leads; `is_alarming`: somebody has to do something."""

    sentence: str
    address: str
    is_alarming: bool


@dataclass(frozen=True, slots=True)
class DataPage:
    tabs: tuple[Tab, ...]
    scope: str
    figures: tuple[Figure, ...]


def build(
    ledger: Sequence[LedgerLine],
    catalogue: Sequence[CatalogueEntry],
    demands: Sequence[Demand],
    grants: Sequence[GrantLine],
    findings: Sequence[Finding],
    *,
    actor: Actor,
    scope: frozenset[str] | None,
    today: date,
) -> DataPage:
    """`catalogue` is the whole city's; the rest is of her `scope`, None: the whole city too."""
    own = [one for one in catalogue if scope is None or one.entry.provider in scope]
    return DataPage(
        tabs=tabs(actor, "console:data"),
        scope=_("全市各部门") if scope is None else _("本部门"),
        figures=(
            _systems(ledger),
            *_resources(own, today),
            *_demands(demands, today),
            _grants(grants, today),
            *_news(catalogue, grants, actor, today),
            _findings(findings, today),
        ),
    )


def _systems(ledger: Sequence[LedgerLine]) -> Figure:
    idle = sum(one.is_idle for one in ledger)
    sentence = _("登记了 %(count)d 个系统，其中 %(idle)d 个近 30 天没有一次调用。")
    return Figure(sentence % {"count": len(ledger), "idle": idle}, reverse("console:data_ledger"), idle > 0)


def _resources(catalogue: Sequence[CatalogueEntry], today: date) -> tuple[Figure, Figure]:
    published = sum(one.published_on is not None for one in catalogue)
    due = sum(one.review_due is not None and one.review_due < today for one in catalogue)
    address = reverse("console:data_resources")
    return (
        Figure(
            _("目录里有 %(count)d 项资源，%(published)d 项已按国家编制指南发布。")
            % {"count": len(catalogue), "published": published},
            address,
            published < len(catalogue),
        ),
        Figure(_("%(count)d 项资源到了核对的时间。") % {"count": due}, address, due > 0),
    )


def _demands(demands: Sequence[Demand], today: date) -> tuple[Figure, Figure]:
    waiting = [one for one in demands if one.status in states.WAITING]
    late = sum(rules.is_overdue(one, states.WAITING, today) for one in waiting)
    address = reverse("console:data_demands")
    return (
        Figure(_("%(count)d 项需求等待答复。") % {"count": len(waiting)}, address, bool(waiting)),
        Figure(_("%(count)d 项需求超过了答复期限。") % {"count": late}, address, late > 0),
    )


def _grants(grants: Sequence[GrantLine], today: date) -> Figure:
    ends = [shanghai_date(one.grant.valid_to) for one in grants if one.grant.valid_to is not None]
    soon = sum(today <= end <= today + ENDING_SOON for end in ends)
    sentence = _("%(count)d 项授权在 %(day)s 前到期。")
    day = plain_day(today + ENDING_SOON)
    return Figure(sentence % {"count": soon, "day": day}, reverse("console:data_grants"), soon > 0)


def _news(
    catalogue: Sequence[CatalogueEntry], grants: Sequence[GrantLine], actor: Actor, today: date
) -> tuple[Figure, ...]:
    """Resources that her department may look up and that were published anew, one sentence each."""
    used = {one.grant.resource for one in grants if one.grant.department in actor.departments}
    return tuple(
        Figure(
            _("本部门在用的%(name)s于 %(day)s 发布了第 %(number)d 版。请看改了什么。")
            % {"name": one.entry.name, "day": plain_day(one.updated_on), "number": one.version},
            reverse("console:data_resource", args=[one.entry.code]),
            is_alarming=True,
        )
        for one in catalogue
        if one.entry.code in used
        and one.version > 1
        and one.updated_on is not None
        and today - one.updated_on <= NEWS
    )


def _findings(findings: Sequence[Finding], today: date) -> Figure:
    late = sum(one.due_on < today for one in findings)
    return Figure(
        _("%(count)d 个数据问题没有答复，其中 %(late)d 个超期。") % {"count": len(findings), "late": late},
        reverse("console:data_findings"),
        bool(findings),
    )
