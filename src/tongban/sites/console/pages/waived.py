"""What the applicant of a case need not bring, as its officer sees it: with what the registers said."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import Assistance, AssistanceOutcome, Dossier, WaivedMaterial, WaivedState
from tongban.domains.catalogue.types import Rule
from tongban.domains.standards import selectors as standards
from tongban.sites.console.words import State, value_words
from tongban.sites.shared.formats import full_day, moment
from tongban.sites.shared.guide_words import rule_reason
from tongban.sites.shared.waived import waived_line


@dataclass(frozen=True, slots=True)
class WaivedRow:
    name: str
    reason: str
    how: str
    licence_address: str
    values: tuple[tuple[str, str], ...]
    is_missing: bool


@dataclass(frozen=True, slots=True)
class AssistanceLine:
    id: str
    case_number: str
    item: str
    case_address: str
    """Empty for the department that is asked: the case is not its own."""
    who: str
    what: str
    due: str
    state: State
    answer: str
    answered: str
    document_address: str
    filename: str
    answer_action: str


def waived_rows(dossier: Dossier) -> tuple[WaivedRow, ...]:
    """What is missing first; what the form makes by itself is not worth a line here."""
    rows = [_row(one) for one in dossier.waived if one.rule is not Rule.FILLED_IN_FORM]
    return tuple(sorted(rows, key=lambda row: not row.is_missing))


def fetch_action(dossier: Dossier) -> str:
    """Where the registers are asked again at once; empty when nothing waits for them."""
    waits = any(one.state is WaivedState.WAITING for one in dossier.waived)
    return reverse("console:fetch", args=[dossier.number]) if waits else ""


def assistance_line(one: Assistance, *, is_asked: bool) -> AssistanceLine:
    """`is_asked`: as the asked department sees it."""
    told = {"by": one.asked_department_name, "to": one.to_department_name, "name": one.asked_by}
    return AssistanceLine(
        id=f"assistance-{one.id}",
        case_number=one.case_number,
        item=one.item_name,
        case_address="" if is_asked else reverse("console:dossier", args=[one.case_number]),
        who=_("%(by)s（%(name)s）请%(to)s协助") % told,
        what=one.what,
        due=full_day(one.due_on),
        state=_assistance_state(one),
        answer=one.answer,
        answered=_("%(name)s，%(when)s") % {"name": one.answered_by, "when": moment(one.answered_at)}
        if one.answered_at is not None
        else "",
        document_address=reverse("console:assistance_document", args=[one.id]) if one.filename else "",
        filename=one.filename,
        answer_action=reverse("console:answer_assistance", args=[one.id]) if is_asked else "",
    )


def _assistance_state(one: Assistance) -> State:
    if one.outcome is AssistanceOutcome.HELD:
        return State(_("已提供"), "done", "circle-check")
    if one.outcome is AssistanceOutcome.NOT_HELD:
        return State(_("没有查到"), "ended", "circle-x")
    if one.is_overdue:
        return State(_("超期未答复"), "bad", "circle-alert")
    return State(_("等答复"), "going", "hourglass")


def _row(one: WaivedMaterial) -> WaivedRow:
    line = waived_line(one)
    is_licence = one.rule is Rule.IN_LICENCE_LIBRARY and bool(one.reference)
    return WaivedRow(
        name=one.name,
        reason=rule_reason(one.rule),
        how=line.how,
        licence_address=reverse("portal:licence", args=[one.reference]) if is_licence else "",
        values=_values(one),
        is_missing=one.state in (WaivedState.WAITING, WaivedState.NOT_FOUND, WaivedState.FELL_BACK),
    )


def _values(one: WaivedMaterial) -> tuple[tuple[str, str], ...]:
    if one.state is WaivedState.ASSISTED:
        return ((_("答复"), str(one.values.get("answer", ""))),)
    elements = [element for element in standards.elements().values() if element.resource == one.resource]
    by_field = {element.resource_field: element for element in elements}
    return tuple(
        (
            by_field[name].label if name in by_field else name,
            value_words(by_field.get(name), value),
        )
        for name, value in one.values.items()
        if value not in (None, "")
    )
