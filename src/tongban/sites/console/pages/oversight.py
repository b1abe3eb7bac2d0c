"""What a head of office watches: her office's overdue limits, those of the packages it leads, overridden findings."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import Assistance, OverdueLimit, Override
from tongban.domains.registers.types import BrokenPromise
from tongban.sites.console.pages.waived import AssistanceLine, assistance_line
from tongban.sites.console.words import State, limit_words, status_state
from tongban.sites.shared.formats import full_day, moment


@dataclass(frozen=True, slots=True)
class OverdueLine:
    item: str
    package: str
    department: str
    number: str
    address: str
    """Empty where the case is another department's: its number is the application's then."""
    limit: str
    due: str
    state: State


@dataclass(frozen=True, slots=True)
class OverrideLine:
    item: str
    number: str
    address: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class BrokenLine:
    id: str
    who: str
    number: str
    address: str
    reason: str
    when: str
    repair_action: str


@dataclass(frozen=True, slots=True)
class OversightPage:
    own_sentence: str
    own: tuple[OverdueLine, ...]
    leads: str
    """The packages the office leads, in words; empty where it leads none."""
    led_sentence: str
    led: tuple[OverdueLine, ...]
    overrides_sentence: str
    overrides: tuple[OverrideLine, ...]
    broken: tuple[BrokenLine, ...]
    assistance_sentence: str
    assistance: tuple[AssistanceLine, ...]
    """行政协助 past its day, asked by the office or of it."""


def build(
    own: Sequence[OverdueLimit],
    led: Sequence[OverdueLimit],
    overrides: Sequence[Override],
    broken: Sequence[BrokenPromise],
    assistance: Sequence[Assistance],
    *,
    packages: Sequence[str],
    departments: Collection[str],
    days: int,
) -> OversightPage:
    """`departments` are those whose cases the officer may open; `days` is how far back was looked."""
    told = {"days": days, "count": len(own), "open": sum(one.is_running for one in own)}
    charged = Counter(one.department_name for one in led)
    shares = _("、").join(
        _("%(department)s %(count)d 件") % {"department": name, "count": count}
        for name, count in charged.most_common()
    )
    return OversightPage(
        own_sentence=_("近 %(days)d 天超期 %(count)d 次，其中 %(open)d 件还没有办。") % told,
        own=tuple(_overdue_line(one, departments) for one in own),
        leads=_("、").join(packages),
        led_sentence=_("近 %(days)d 天超期 %(count)d 次：%(shares)s。")
        % {"days": days, "count": len(led), "shares": shares}
        if led
        else _("近 %(days)d 天没有超期。") % {"days": days},
        led=tuple(_overdue_line(one, departments) for one in led),
        overrides_sentence=_("近 %(days)d 天推翻 %(count)d 次。") % {"days": days, "count": len(overrides)},
        overrides=tuple(_override_line(one) for one in overrides),
        broken=tuple(_broken_line(one) for one in broken),
        assistance_sentence=_("超期没有答复的 %(count)d 件。") % {"count": len(assistance)},
        assistance=tuple(
            assistance_line(one, is_asked=one.asked_department not in departments) for one in assistance
        ),
    )


def _overdue_line(one: OverdueLimit, departments: Collection[str]) -> OverdueLine:
    is_own = one.department in departments
    return OverdueLine(
        item=one.item_name,
        package=one.package_title if one.package_title != one.item_name else "",
        department=one.department_name,
        number=one.case_number if is_own else one.application_number,
        address=reverse("console:dossier", args=[one.case_number]) if is_own else "",
        limit=limit_words(one.kind),
        due=full_day(one.due_on),
        state=State(_("还没有办"), "bad", "circle-alert") if one.is_running else status_state(one.status),
    )


def _override_line(one: Override) -> OverrideLine:
    return OverrideLine(
        item=one.item_name,
        number=one.case_number,
        address=reverse("console:dossier", args=[one.case_number]),
        who=_("%(name)s，%(when)s") % {"name": one.officer_name, "when": moment(one.decided_at)},
        reason=one.reason,
    )


def _broken_line(one: BrokenPromise) -> BrokenLine:
    return BrokenLine(
        id=str(one.id),
        who=one.subject_name,
        number=one.case_number,
        address=reverse("console:dossier", args=[one.case_number]),
        reason=one.reason,
        when=moment(one.recorded_at),
        repair_action=reverse("console:repair", args=[one.id]),
    )
