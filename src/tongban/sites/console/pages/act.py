"""One act on a case: what it causes, what must be said, and what happened meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import Dossier
from tongban.sites.console.acts import ActForm, RequestSupplement
from tongban.sites.console.controls import control, controls, problems
from tongban.sites.console.pages.dossier import HistoryLine, history_line
from tongban.sites.console.words import State, status_state
from tongban.sites.shared.fields import FieldView, Problem

RECENT = 3


@dataclass(frozen=True, slots=True)
class TargetRow:
    label: str
    value: str
    problem: FieldView
    remedy: FieldView


@dataclass(frozen=True, slots=True)
class TargetGroup:
    title: str
    rows: tuple[TargetRow, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ActPage:
    title: str
    effect: str
    is_grave: bool
    number: str
    item: str
    applicant: str
    state: State
    revision: int
    fields: tuple[FieldView, ...]
    targets: tuple[TargetGroup, ...]
    not_offered: tuple[str, ...]
    """What may not be asked for, each with the rule that forbids it."""
    problems: tuple[Problem, ...]
    news: tuple[HistoryLine, ...]
    """What others did since the page was opened; shown when the page was stale."""
    action: str
    back_address: str
    can_do: bool


def build(form: ActForm, dossier: Dossier, *, refusal: str = "", is_stale: bool = False) -> ActPage:
    """`refusal` is why the law or the manual objects; it leads to the first field."""
    fields, targets = _fields(form)
    lines: list[Problem] = list(problems(form)) if form.is_bound else []
    if refusal:
        lines.insert(0, _leading(refusal, fields))
    return ActPage(
        title=str(form.title),
        effect=str(form.effect),
        is_grave=form.is_grave,
        number=dossier.number,
        item=dossier.item_name,
        applicant=dossier.applicant_name,
        state=status_state(dossier.status),
        revision=dossier.revision,
        fields=fields,
        targets=targets,
        not_offered=form.not_offered if isinstance(form, RequestSupplement) else (),
        problems=tuple(lines),
        news=tuple(history_line(one) for one in reversed(dossier.history[-RECENT:])) if is_stale else (),
        action=reverse("console:act", args=[dossier.number, form.slug]),
        back_address=reverse("console:dossier", args=[dossier.number]),
        can_do=form.action in dossier.allowed_actions,
    )


def _fields(form: ActForm) -> tuple[tuple[FieldView, ...], tuple[TargetGroup, ...]]:
    if not isinstance(form, RequestSupplement):
        return controls(form), ()
    rows: dict[str, list[TargetRow]] = {}
    for target in form.targets:
        row = TargetRow(
            target.label,
            target.value,
            control(form[f"problem:{target.key}"]),
            control(form[f"remedy:{target.key}"]),
        )
        rows.setdefault(target.group, []).append(row)
    groups = tuple(
        TargetGroup(title, tuple(of_group), _is_open(title, of_group)) for title, of_group in rows.items()
    )
    return (control(form["answer_by"]),), groups


def _is_open(title: str, rows: Sequence[TargetRow]) -> bool:
    return title == _("材料") or any(row.problem.value or row.remedy.error for row in rows)


def _leading(refusal: str, fields: Sequence[FieldView]) -> Problem:
    return {"text": refusal, "href": f"#{fields[0].id}"} if fields else {"text": refusal}
