"""The editor: one part of an item, what the checker says, what changed, and what it touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.catalogue.rules import HARD, describe_changes
from tongban.domains.catalogue.selectors.drafts import KeptPart, VersionView
from tongban.domains.catalogue.types import Finding, Part, VersionStatus, ZeroHit
from tongban.kernel.actors import Actor, Role
from tongban.sites.console.controls import controls, problems
from tongban.sites.console.editing import PublishForm, ReturnForm
from tongban.sites.console.words import State, version_state
from tongban.sites.shared.fields import FieldView, Problem
from tongban.sites.shared.guide_page import GuidePage

SHOWN_CASES = 20
"""So many numbers of running cases are listed; the count says how many there are."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What stands on the version in force, or would stand on the next."""

    open_cases: int
    case_numbers: tuple[str, ...]
    drafts: int


@dataclass(frozen=True, slots=True)
class PartLine:
    name: str
    code: str
    state: State
    version: str
    open_address: str
    """The draft or submitted version; empty where the latest is published."""
    draft_action: str


@dataclass(frozen=True, slots=True)
class ItemsPage:
    substances: tuple[PartLine, ...]
    procedures: tuple[PartLine, ...]
    can_edit: bool


@dataclass(frozen=True, slots=True)
class NearLine:
    code: str
    words: str
    is_own: bool
    """The editor may write the word into it."""


@dataclass(frozen=True, slots=True)
class ZeroHitLine:
    query: str
    times: int
    near: tuple[NearLine, ...]


@dataclass(frozen=True, slots=True)
class FindingLine:
    sentence: str
    text: str
    source: str
    state: State


@dataclass(frozen=True, slots=True)
class PartLink:
    name: str
    note: str
    address: str
    remove_action: str


@dataclass(frozen=True, slots=True)
class EditorPage:
    title: str
    subtitle: str
    state: State
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    revision: int
    action: str
    materials: tuple[PartLink, ...]
    situations: tuple[PartLink, ...]
    add_address: str
    findings: tuple[FindingLine, ...]
    changes: tuple[str, ...]
    touched: tuple[str, ...]
    touched_numbers: tuple[str, ...]
    is_blocked: bool
    can_edit: bool
    submit_action: str
    return_action: str
    publish_action: str
    publish_fields: tuple[FieldView, ...]
    return_fields: tuple[FieldView, ...]
    return_reason: str
    preview: GuidePage
    """The public guide as this version makes it."""
    preview_address: str
    is_look: bool
    """Shown as it would be with what was typed; nothing of that is saved."""
    faults: tuple[str, ...]
    """What keeps the typed from being looked at, each with its field."""
    back_address: str


def route(part: Part) -> str:
    """Name of the editor's address for one part."""
    return f"console:{part.lower()}"


def build_items(substances: Sequence[KeptPart], procedures: Sequence[KeptPart], *, actor: Actor) -> ItemsPage:
    return ItemsPage(
        substances=tuple(_part(one) for one in substances),
        procedures=tuple(_part(one) for one in procedures),
        can_edit=actor.has_role(Role.EDITOR),
    )


def build_zero_hits(hits: Sequence[ZeroHit], kept: Sequence[KeptPart]) -> tuple[ZeroHitLine, ...]:
    """`kept` are the substances of the editor's own departments. What may be theirs comes first."""
    own = {one.basic_code for one in kept}
    lines = [
        ZeroHitLine(
            hit.query,
            hit.times,
            tuple(
                NearLine(
                    item.code,
                    _("%(title)s（%(department)s）")
                    % {"title": item.title, "department": item.department_name},
                    item.code in own,
                )
                for item in hit.near
            ),
        )
        for hit in hits
    ]
    return tuple(sorted(lines, key=lambda line: not any(item.is_own for item in line.near)))


def build(
    version: VersionView,
    form: Form | None,
    findings: Sequence[Finding],
    *,
    actor: Actor,
    touched: Touched,
    preview: GuidePage,
    step_form: Form | None = None,
    refusal: str = "",
    part: str = "",
    action: str = "",
    is_look: bool = False,
) -> EditorPage:
    """`part` names the material or situation edited; `form` is None where nobody edits.

    `step_form` is what the second person sent and the console refused; a look saves nothing.
    """
    is_draft = version.status is VersionStatus.DRAFT
    can_edit = is_draft and actor.has_role(Role.EDITOR)
    can_publish = version.status is VersionStatus.IN_REVIEW and actor.has_role(Role.PUBLISHER)
    is_substance = version.part is Part.SUBSTANCE
    publish_form = step_form if isinstance(step_form, PublishForm) else PublishForm()
    return_form = step_form if isinstance(step_form, ReturnForm) else ReturnForm()
    here = reverse(route(version.part), args=[version.version_id])
    lines: list[Problem] = [{"text": refusal}] if refusal else []
    for one in (form, step_form):
        lines += problems(one) if one is not None and one.is_bound else ()
    return EditorPage(
        title=version.name,
        subtitle=part or (_("实体性内容") if is_substance else _("程序性内容")),
        state=version_state(version.status),
        fields=controls(form) if form is not None and can_edit else (),
        problems=tuple(lines),
        revision=version.revision,
        action=action or here,
        materials=_materials(version, can_edit) if is_substance and not part else (),
        situations=_situations(version, can_edit) if is_substance and not part else (),
        add_address=reverse("console:new_material", args=[version.version_id])
        if is_substance and can_edit and not part
        else "",
        findings=tuple(_finding(one) for one in findings),
        changes=describe_changes(version.published or {}, version.document),
        touched=(
            _("%(count)d 件在办办件按现行版本办完，不受影响；新的申请按新版本。")
            % {"count": touched.open_cases},
            _("%(count)d 份没有提交的草稿用到这个事项；新版本生效后，草稿提交前会按新版本重新核对。")
            % {"count": touched.drafts},
        ),
        touched_numbers=touched.case_numbers,
        is_blocked=any(one.severity == HARD for one in findings),
        can_edit=can_edit,
        submit_action=_step(version, "submit") if can_edit and not part else "",
        return_action=_step(version, "return") if can_publish else "",
        publish_action=_step(version, "publish") if can_publish else "",
        publish_fields=controls(publish_form) if can_publish else (),
        return_fields=controls(return_form) if can_publish else (),
        return_reason=version.return_reason,
        preview=preview,
        preview_address=reverse("console:preview", args=[version.part.lower(), version.version_id]),
        is_look=is_look,
        faults=tuple(f"{bound.label}：{error}" for bound in form for error in bound.errors) if form else (),
        back_address=here if part else reverse("console:items"),
    )


@dataclass(frozen=True, slots=True)
class PreviewPage:
    guide: GuidePage
    back_address: str


def build_preview(version: VersionView, guide: GuidePage) -> PreviewPage:
    return PreviewPage(guide, reverse(route(version.part), args=[version.version_id]))


def _part(part: KeptPart) -> PartLine:
    is_open = part.status in (VersionStatus.DRAFT, VersionStatus.IN_REVIEW)
    return PartLine(
        name=part.name,
        code=part.basic_code,
        state=version_state(part.status),
        version=_("第%(number)d版") % {"number": part.number},
        open_address=reverse(route(part.part), args=[part.version_id]) if is_open else "",
        draft_action=reverse("console:draft", args=[part.part.lower(), part.owner_id]),
    )


def _materials(version: VersionView, can_edit: bool) -> tuple[PartLink, ...]:
    return tuple(
        PartLink(
            one["name"],
            one["sample"],
            reverse("console:material", args=[version.version_id, one["code"]]) if can_edit else "",
            reverse("console:remove_material", args=[version.version_id, one["code"]]) if can_edit else "",
        )
        for one in version.document["materials"]
    )


def _situations(version: VersionView, can_edit: bool) -> tuple[PartLink, ...]:
    rows: Any = version.document["situations"]  # Any: parsed JSON
    return tuple(
        PartLink(
            one["name"],
            one["description"],
            reverse("console:situation", args=[version.version_id, one["code"]]) if can_edit else "",
            "",
        )
        for one in rows
    )


def _finding(finding: Finding) -> FindingLine:
    state = (
        State(_("必须改"), "bad", "circle-x")
        if finding.severity == HARD
        else State(_("请核实"), "asked", "circle-alert")
    )
    return FindingLine(finding.sentence, finding.text, finding.source, state)


def _step(version: VersionView, step: str) -> str:
    return reverse("console:version_step", args=[version.part.lower(), version.version_id, step])
