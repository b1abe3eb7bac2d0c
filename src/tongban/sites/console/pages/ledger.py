"""台账: systems with what they really do, and where the register and reality disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange.types import (
    Grade,
    Interface,
    LedgerLine,
    Reconciliation,
    System,
    SystemKind,
    SystemState,
)
from tongban.kernel.actors import Actor
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.words import State
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.formats import moment


def grade_words() -> dict[str, str]:
    return {
        Grade.RUNS_HERE: _("在平台上运行"),
        Grade.CONNECTED_BOTH_WAYS: _("双向接通"),
        Grade.LINKED_ONLY: _("只挂链接"),
    }


def kind_words() -> dict[str, str]:
    return {
        SystemKind.SYSTEM: _("信息系统"),
        SystemKind.DATA_SET: _("数据集"),
        SystemKind.APPLICATION: _("应用"),
    }


def _state(line: LedgerLine) -> State:
    if line.system.state is SystemState.STOPPED:
        return State(_("已停用"), "ended", "ban")
    if line.system.state is SystemState.PLANNED:
        return State(_("在建"), "going", "hourglass")
    if line.is_idle:
        return State(_("在用，近 30 天零调用"), "bad", "circle-alert")
    return State(_("在用"), "done", "circle-check")


@dataclass(frozen=True, slots=True)
class SystemLine:
    code: str
    name: str
    kind: str
    owner: str
    contact: str
    grade: str
    state: State
    resources: tuple[tuple[str, str], ...]
    calls: str
    stop_action: str
    """Empty where it is stopped already."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One kind of disagreement, in a sentence, and what it is about."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    tabs: tuple[Tab, ...]
    lines: tuple[SystemLine, ...]
    gaps: tuple[Gap, ...]
    """None for a department: the reconciliation is the city's."""
    is_whole_city: bool
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str


def build(
    ledger: Sequence[LedgerLine],
    reconciliation: Reconciliation | None,
    names: dict[str, str],
    form: Form,
    *,
    actor: Actor,
    refusal: str = "",
) -> LedgerPage:
    said: list[Problem] = [{"text": refusal, "href": "#f-code"}] if refusal else []
    return LedgerPage(
        tabs=tabs(actor, "console:data_ledger"),
        lines=tuple(_line(one) for one in ledger),
        gaps=_gaps(reconciliation, names) if reconciliation else (),
        is_whole_city=reconciliation is not None,
        fields=controls(form),
        problems=(*said, *(problems(form) if form.is_bound else ())),
        action=reverse("console:data_ledger"),
    )


def _line(one: LedgerLine) -> SystemLine:
    system = one.system
    calls = _("近 30 天 %(count)d 次") % {"count": one.calls}
    if one.last_call_at is not None:
        calls = _("近 30 天 %(count)d 次，最近 %(when)s") % {
            "count": one.calls,
            "when": moment(one.last_call_at),
        }
    return SystemLine(
        code=system.code,
        name=system.name,
        kind=kind_words()[system.kind],
        owner=system.owner_name,
        contact=system.contact,
        grade=grade_words()[system.grade],
        state=_state(one),
        resources=tuple((code, reverse("console:data_resource", args=[code])) for code in one.resources),
        calls=calls,
        stop_action=""
        if system.state is SystemState.STOPPED
        else reverse("console:data_stop_system", args=[system.code]),
    )


def _gaps(found: Reconciliation, names: dict[str, str]) -> tuple[Gap, ...]:
    def client(one: Interface) -> str:
        return _("%(name)s（%(department)s）") % {
            "name": one.name,
            "department": names.get(one.department, one.department),
        }

    def system(one: System) -> str:
        return _("%(name)s（%(department)s）") % {"name": one.name, "department": one.owner_name}

    gaps = (
        Gap(_("有接口凭据，台账里却没有系统"), tuple(map(client, found.clients_without_system))),
        Gap(_("有资源，没有写明来自哪个系统"), found.resources_without_system),
        Gap(_("登记为双向接通，却没有接口也没有资源"), tuple(map(system, found.systems_without_interface))),
        Gap(
            _("用自己的系统办件，台账里却没有那个系统"),
            tuple(names.get(code, code) for code in found.departments_without_system),
        ),
    )
    return tuple(gap for gap in gaps if gap.lines)
