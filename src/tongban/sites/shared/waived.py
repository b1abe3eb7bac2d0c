"""What an applicant need not bring, line by line: by which rule, and how it comes into the case instead."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.types import WaivedMaterial, WaivedState
from tongban.domains.catalogue.types import Rule
from tongban.sites.shared.formats import moment, plain_day
from tongban.sites.shared.guide_words import rule_reason


@dataclass(frozen=True, slots=True)
class WaivedLine:
    name: str
    reason: str
    """The rule in words."""
    how: str
    """From where it came or is to come, and when; empty when the rule has said it."""
    kind: str
    """How the state is shown: `done`, `going`, `asked`."""


def waived_lines(materials: Iterable[WaivedMaterial]) -> tuple[WaivedLine, ...]:
    """Each paper of a holder once, those still on their way first; what one case has counts for all."""
    by_slot: dict[str, WaivedMaterial] = {}
    for one in materials:
        before = by_slot.get(one.slot)
        if before is None or _ORDER[one.state] < _ORDER[before.state]:
            by_slot[one.slot] = one
    ordered = sorted(by_slot.values(), key=lambda one: (_ORDER[one.state], one.rule is Rule.FILLED_IN_FORM))
    return tuple(waived_line(one) for one in ordered)


def waived_line(one: WaivedMaterial) -> WaivedLine:
    return WaivedLine(one.name, rule_reason(one.rule), _how(one), _KINDS[one.state])


_ORDER = {
    WaivedState.FELL_BACK: 0,
    WaivedState.WAITING: 1,
    WaivedState.NOT_FOUND: 2,
    WaivedState.ASSISTED: 3,
    WaivedState.FETCHED: 4,
    WaivedState.SETTLED: 5,
}
_KINDS = {
    WaivedState.FELL_BACK: "asked",
    WaivedState.WAITING: "going",
    WaivedState.NOT_FOUND: "going",
    WaivedState.ASSISTED: "done",
    WaivedState.FETCHED: "done",
    WaivedState.SETTLED: "done",
}


def _how(one: WaivedMaterial) -> str:
    told = {"source": _source(one)}
    if one.state is WaivedState.WAITING:
        assert one.wait_until is not None
        day = plain_day(one.wait_until)
        words = (
            _("正在向%(source)s调取，最晚等到%(day)s，不用您做什么。")
            if one.tried_at is None
            else _("%(source)s暂时没有应答，系统会一直再取，最晚等到%(day)s。不用您做什么，办理照常。")
        )
        return words % {**told, "day": day}
    if one.state is WaivedState.FETCHED:
        assert one.got_at is not None
        return _("已从%(source)s调取，%(when)s") % {**told, "when": moment(one.got_at)}
    if one.state is WaivedState.NOT_FOUND:
        return _("%(source)s没有查到记录，由办理部门核实，不用您做什么。") % told
    if one.state is WaivedState.FELL_BACK:
        return _("很抱歉，没有从%(source)s取到，要请您补交。") % told
    if one.state is WaivedState.ASSISTED:
        assert one.got_at is not None
        return _("由其他部门核实后提供，%(when)s") % {"when": moment(one.got_at)}
    if one.reference:
        return _("%(source)s，编号 %(number)s") % {**told, "number": one.reference}
    # What no rule fetches is explained by the rule itself.
    return told["source"] if one.rule in (Rule.SHAREABLE, Rule.IN_LICENCE_LIBRARY) else ""


def _source(one: WaivedMaterial) -> str:
    return (
        _("电子证照库·%(name)s") % {"name": one.name} if one.rule is Rule.IN_LICENCE_LIBRARY else one.source
    )
