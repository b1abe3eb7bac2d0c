"""Reads of packages, shared plans and submitted bundles."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext_noop

from tongban.domains.licences import selectors as licences
from tongban.domains.licences.types import Licence
from tongban.domains.lifeevents import models
from tongban.domains.lifeevents.rules import branches as rules
from tongban.domains.lifeevents.rules import planning
from tongban.domains.lifeevents.rules.packages import read_package
from tongban.domains.lifeevents.states import OVER, STOPPABLE
from tongban.domains.lifeevents.types import (
    Branch,
    BranchStatus,
    BundleRun,
    OnRefusal,
    Package,
    Plan,
    SavedPlan,
)
from tongban.domains.standards.rules import mentioned
from tongban.domains.standards.types import Usage
from tongban.foundation.prepared import prepared
from tongban.kernel.errors import TongbanError


class PackageNotFound(TongbanError):
    code: ClassVar[str] = "PACKAGE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这件事的套餐。请用搜索查找要办的事项。")


class PlanNotFound(TongbanError):
    code: ClassVar[str] = "PLAN_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这份计划。链接可能不完整，请重新回答几个问题。")


def find_package(code: str) -> Package | None:
    """The latest published version, None when no life event has the code. One query."""
    newest = _newest_version(code)
    return get_package_version(newest[0]) if newest else None


@prepared
def _newest_version(code: str) -> QuerySet[models.PackageVersion, UUID]:
    return _life_events().filter(code=code).order_by("-version").values_list("id", flat=True)[:1]


def _life_events() -> QuerySet[models.PackageVersion]:
    """Versions of packages, without the single items that somebody has applied for; see `Package.is_single`."""
    return models.PackageVersion.objects.exclude(code=KT("document__items__0__basic_code"))


def lapsed_licences(plan: Plan, parties: Mapping[str, UUID], on: date) -> Mapping[str, Licence]:
    """By slot, the licence that would spare a paper to bring if its term had not run out; one query at most.

    For whoever is shown the plan; the submission does without.
    """
    wanted = {
        planning.slot_of(verdict): (parties[verdict.material.licence_holder], verdict.material.licence_type)
        for verdict in plan.to_bring
        if verdict.material.licence_type is not None and verdict.material.licence_holder in parties
    }
    if not wanted:
        return {}
    holders, types = zip(*wanted.values(), strict=True)
    lapsed = licences.lapsed_types(holders, types, on)
    return {slot: lapsed[paper] for slot, paper in wanted.items() if paper in lapsed}


def list_packages() -> tuple[Package, ...]:
    """The latest version of every life event, by code; single items are none. One query once they are known."""
    newest = _life_events().order_by("code", "-version").distinct("code")
    return tuple(get_package_version(one) for one in newest.values_list("id", flat=True))


def element_usage(elements: Collection[str]) -> Mapping[str, list[Usage]]:
    """Which life events ask for these data elements or decide by them, for the data standard. One query."""
    newest = _life_events().order_by("code", "-version").distinct("code")
    found: dict[str, list[Usage]] = {}
    for code, document in newest.values_list("code", "document"):
        for element in mentioned(document) & set(elements):
            found.setdefault(element, []).append(Usage("PACKAGE", code, document.get("title", code)))
    return found


@lru_cache(maxsize=512)
def get_package_version(package_id: UUID) -> Package:
    """One version, which never changes and is therefore kept by the process."""
    return read_package(models.PackageVersion.objects.get(pk=package_id).document, package_id)


def get_shared_plan(token: str) -> SavedPlan:
    """What a link leads to; raises `PlanNotFound`."""
    row = models.SavedPlan.objects.filter(token=token).first()
    if row is None:
        raise PlanNotFound("no plan behind this token")
    return SavedPlan(
        token=row.token,
        package_code=row.package_code,
        division=row.division,
        facts={key: tuple(value) if isinstance(value, list) else value for key, value in row.facts.items()},
        optional_items=tuple(row.optional_items),
        saved_at=row.saved_at,
    )


def find_run(application_id: UUID) -> BundleRun | None:
    """The bundle an application is, None when it is a single item; the caller has judged who may see it.

    Two queries.
    """
    row = models.BundleRun.objects.filter(pk=application_id).first()
    if row is None:
        return None
    package = get_package_version(row.package_id)
    branches = list(models.Branch.objects.filter(run=row).order_by("position"))
    nodes = nodes_of(branches)
    return BundleRun(
        application_id=row.pk,
        application_number=row.application_number,
        package_code=package.code,
        package_title=package.title,
        branches=tuple(
            Branch(
                basic_code=branch.basic_code,
                item_name=branch.item_name,
                department_name=branch.department_name,
                status=BranchStatus(branch.status),
                case_number=branch.case_number,
                waits_for=rules.waits_for(nodes[branch.basic_code], nodes),
                reason=branch.reason,
            )
            for branch in branches
        ),
        after_care=package.after_care,
    )


def nodes_of(branches: Iterable[models.Branch]) -> dict[str, rules.Node]:
    """The branches as the rules see them, by item."""
    return {
        branch.basic_code: rules.Node(
            basic_code=branch.basic_code,
            item_name=branch.item_name,
            status=BranchStatus(branch.status),
            is_waiting=BranchStatus(branch.status) in STOPPABLE,
            is_over=BranchStatus(branch.status) in OVER,
            needs=tuple(branch.needs),
            on_refusal=OnRefusal(branch.on_refusal),
        )
        for branch in branches
    }
