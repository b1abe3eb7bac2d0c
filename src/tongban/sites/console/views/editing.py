"""Editors of the catalogue: draft, change, see what the checker says, submit; a second person publishes."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.cases import selectors as cases
from tongban.domains.catalogue import rules
from tongban.domains.catalogue import services as catalogue
from tongban.domains.catalogue.selectors import drafts as parts
from tongban.domains.catalogue.selectors.drafts import VersionView
from tongban.domains.catalogue.services.versions import Frozen, SamePerson
from tongban.domains.catalogue.states import IllegalMove
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.sites.console import editing
from tongban.sites.console.pages import editor
from tongban.sites.console.requests import read_revision
from tongban.sites.console.screen import EDITORS, show
from tongban.sites.shared.policies import ActorRequest, officer

Document = Mapping[str, Any]  # Any: parsed JSON
Save = Callable[..., object]
FIND = {editor.SUBSTANCE: parts.get_substance_version, editor.PROCEDURE: parts.get_procedure_version}
SAVE: Mapping[str, Save] = {
    editor.SUBSTANCE: catalogue.edit_substance,
    editor.PROCEDURE: catalogue.edit_procedure,
}


@officer(*EDITORS)
@require_safe
def list_items(request: ActorRequest) -> HttpResponse:
    departments = request.actor.departments
    page = editor.build_items(
        parts.list_substances(departments), parts.list_procedures(departments), actor=request.actor
    )
    return show(request, "console/items.html", page)


@officer(Role.EDITOR)
@require_POST
def draft(request: ActorRequest, kind: str, owner_id: UUID) -> HttpResponse:
    """Open the draft of an item, made from its latest version where there is none yet."""
    departments = request.actor.departments
    at = clock.now()
    if kind == editor.SUBSTANCE and _owns(parts.list_substances(departments), owner_id):
        version_id = catalogue.draft_substance(power_id=owner_id, actor=request.actor, at=at)
    elif kind == editor.PROCEDURE and _owns(parts.list_procedures(departments), owner_id):
        version_id = catalogue.draft_procedure(implementation_id=owner_id, actor=request.actor, at=at)
    else:
        raise Http404
    return redirect(f"console:{kind}", version_id)


@officer(*EDITORS)
def edit_substance(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, editor.SUBSTANCE, version_id)
    form = editing.BasicsForm(request.POST or None, document=version.document)
    return _edit(request, version, editor.SUBSTANCE, form)


@officer(*EDITORS)
def edit_procedure(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, editor.PROCEDURE, version_id)
    form = editing.ProcedureForm(request.POST or None, document=version.document)
    return _edit(request, version, editor.PROCEDURE, form)


@officer(Role.EDITOR)
def add_material(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, editor.SUBSTANCE, version_id)
    form = editing.MaterialEntry(request.POST or None, document=version.document, material=None)
    return _edit(request, version, editor.SUBSTANCE, form, part=_("新的材料"))


@officer(Role.EDITOR)
def edit_material(request: ActorRequest, version_id: UUID, code: str) -> HttpResponse:
    version = _find(request, editor.SUBSTANCE, version_id)
    material = _entry(version, "materials", code)
    form = editing.MaterialEntry(request.POST or None, document=version.document, material=material)
    return _edit(
        request, version, editor.SUBSTANCE, form, part=_("材料“%(name)s”") % {"name": material["name"]}
    )


@officer(Role.EDITOR)
def edit_situation(request: ActorRequest, version_id: UUID, code: str) -> HttpResponse:
    version = _find(request, editor.SUBSTANCE, version_id)
    situation = _entry(version, "situations", code)
    form = editing.SituationForm(request.POST or None, document=version.document, situation=situation)
    return _edit(
        request, version, editor.SUBSTANCE, form, part=_("情形“%(name)s”") % {"name": situation["name"]}
    )


@officer(Role.EDITOR)
@require_POST
def remove_material(request: ActorRequest, version_id: UUID, code: str) -> HttpResponse:
    """Take a material off the list; what refers to it stands among the findings until it is put right."""
    version = _find(request, editor.SUBSTANCE, version_id)
    gone = _entry(version, "materials", code)
    left = [one for one in version.document["materials"] if one is not gone]
    changed = {**version.document, "materials": left}
    try:
        _save(request, editor.SUBSTANCE, version, changed)
    except (catalogue.StaleVersion, Frozen) as refused:
        messages.error(request, _(refused.sentence))
    else:
        messages.success(request, _("已删除材料“%(name)s”。") % {"name": gone["name"]})
    return redirect("console:substance", version_id)


@officer(*EDITORS)
@require_safe
def preview(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, editor.SUBSTANCE, version_id)
    return show(request, "console/preview.html", editor.build_preview(version))


@officer(*EDITORS)
@require_POST
def take_step(request: ActorRequest, kind: str, version_id: UUID, step: str) -> HttpResponse:
    """Submit a draft, give it back, or publish it: who submitted it never publishes it."""
    version = _find(request, kind, version_id)
    publish_form = editing.PublishForm(request.POST)
    if step == "publish" and not publish_form.is_valid():
        return _show(request, version, kind, None, publish_form=publish_form, status=422)
    try:
        _take(request, kind, version_id, step, publish_form)
    except (catalogue.GateClosed, SamePerson, catalogue.NotYours) as refused:
        return _show(request, version, kind, None, refusal=_(refused.sentence), status=422)
    except IllegalMove:
        sentence = _("这个版本的状态刚刚变了，请看过最新情况再操作。")
        return _show(request, version, kind, None, refusal=sentence, status=409)
    done = {"submit": _("已提交，等另一位同事发布。"), "return": _("已退回修改。"), "publish": _("已发布。")}
    messages.success(request, done[step])
    return redirect("console:items")


def _take(request: ActorRequest, kind: str, version_id: UUID, step: str, form: Form) -> None:
    at, actor = clock.now(), request.actor
    is_substance = kind == editor.SUBSTANCE
    if step == "submit":
        submit = catalogue.submit_substance if is_substance else catalogue.submit_procedure
        submit(version_id=version_id, actor=actor, at=at)
    elif step == "publish":
        publish = catalogue.publish_substance if is_substance else catalogue.publish_procedure
        effective_from = form.cleaned_data["effective_from"]
        publish(version_id=version_id, effective_from=effective_from, actor=actor, at=at)
    elif step == "return" and is_substance:
        catalogue.return_substance(version_id=version_id, actor=actor, at=at)
    else:
        raise Http404


def _edit(request: ActorRequest, version: VersionView, kind: str, form: Any, part: str = "") -> HttpResponse:
    # Any: one of the editors' forms, each with its `changed` document
    if request.method != "POST":
        return _show(request, version, kind, form, part=part)
    if not form.is_valid():
        return _show(request, version, kind, form, part=part, status=422)
    try:
        _save(request, kind, version, form.changed())
    except (catalogue.StaleVersion, Frozen) as stale:
        return _show(request, version, kind, form, part=part, refusal=_(stale.sentence), status=409)
    except (catalogue.NotYours, rules.DocumentRefused) as refused:
        return _show(request, version, kind, form, part=part, refusal=_(refused.sentence), status=422)
    messages.success(request, _("已保存。"))
    return redirect(f"console:{kind}", version.version_id)


def _save(request: ActorRequest, kind: str, version: VersionView, document: Document) -> None:
    SAVE[kind](
        version_id=version.version_id,
        revision=read_revision(request.POST),
        document=document,
        actor=request.actor,
        at=clock.now(),
    )


def _show(
    request: ActorRequest,
    version: VersionView,
    kind: str,
    form: Form | None,
    *,
    publish_form: Form | None = None,
    refusal: str = "",
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    page = editor.build(
        version,
        kind,
        form,
        rules.check_guide(version.guide, catalogue.check_background()),
        actor=request.actor,
        open_cases=cases.count_open_by_version(version.published_ids),
        publish_form=publish_form or editing.PublishForm(),
        refusal=refusal,
        part=part,
        action=request.path if part else "",
    )
    return show(request, "console/editor.html", page, status=status)


def _find(request: ActorRequest, kind: str, version_id: UUID) -> VersionView:
    find = FIND.get(kind)
    if find is None:
        raise Http404
    return find(version_id, request.actor.departments)


def _entry(version: VersionView, name: str, code: str) -> Document:
    for entry in version.document[name]:
        if entry["code"] == code:
            found: Document = entry
            return found
    raise Http404


def _owns(kept: tuple[parts.KeptPart, ...], owner_id: UUID) -> bool:
    return any(one.owner_id == owner_id for one in kept)
