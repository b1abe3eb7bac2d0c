"""Editors of the catalogue: draft, change, see what the checker says, submit; a second person publishes."""

from collections.abc import Mapping
from dataclasses import replace
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
from tongban.domains.catalogue import selectors as catalogue_reads
from tongban.domains.catalogue import services as catalogue
from tongban.domains.catalogue.selectors import drafts as parts
from tongban.domains.catalogue.selectors.drafts import VersionView
from tongban.domains.catalogue.states import IllegalMove
from tongban.domains.catalogue.types import Part
from tongban.domains.eforms import selectors as eforms
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.foundation import clock
from tongban.kernel.actors import Role
from tongban.sites.console import editing
from tongban.sites.console.pages import editor
from tongban.sites.console.requests import read_revision
from tongban.sites.console.screen import EDITORS, show
from tongban.sites.shared import guide_page
from tongban.sites.shared.guide_page import GuidePage
from tongban.sites.shared.policies import ActorRequest, officer

Document = Mapping[str, Any]  # Any: parsed JSON
FIND = {Part.SUBSTANCE: parts.get_substance_version, Part.PROCEDURE: parts.get_procedure_version}
LOOK = "look"
"""Sent with a form that is to be looked at, not saved."""
LIST = {Part.SUBSTANCE: parts.list_substances, Part.PROCEDURE: parts.list_procedures}


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
    part = _part(kind)
    kept = LIST[part](request.actor.departments)
    if all(one.owner_id != owner_id for one in kept):
        raise Http404
    version_id = catalogue.draft_version(part=part, owner_id=owner_id, actor=request.actor, at=clock.now())
    return redirect(f"console:{kind}", version_id)


@officer(*EDITORS)
def edit_substance(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, Part.SUBSTANCE, version_id)
    form = editing.BasicsForm(request.POST or None, document=version.document)
    return _edit(request, version, form)


@officer(*EDITORS)
def edit_procedure(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, Part.PROCEDURE, version_id)
    form = editing.ProcedureForm(request.POST or None, document=version.document)
    return _edit(request, version, form)


@officer(Role.EDITOR)
def add_material(request: ActorRequest, version_id: UUID) -> HttpResponse:
    version = _find(request, Part.SUBSTANCE, version_id)
    form = editing.MaterialEntry(request.POST or None, document=version.document, material=None)
    return _edit(request, version, form, part=_("新的材料"))


@officer(Role.EDITOR)
def edit_material(request: ActorRequest, version_id: UUID, code: str) -> HttpResponse:
    version = _find(request, Part.SUBSTANCE, version_id)
    material = _entry(version, "materials", code)
    form = editing.MaterialEntry(request.POST or None, document=version.document, material=material)
    return _edit(request, version, form, part=_("材料“%(name)s”") % {"name": material["name"]})


@officer(Role.EDITOR)
def edit_situation(request: ActorRequest, version_id: UUID, code: str) -> HttpResponse:
    version = _find(request, Part.SUBSTANCE, version_id)
    situation = _entry(version, "situations", code)
    form = editing.SituationForm(request.POST or None, document=version.document, situation=situation)
    return _edit(request, version, form, part=_("情形“%(name)s”") % {"name": situation["name"]})


@officer(Role.EDITOR)
@require_POST
def remove_material(request: ActorRequest, version_id: UUID, code: str) -> HttpResponse:
    """Take a material off the list; what refers to it stands among the findings until it is put right."""
    version = _find(request, Part.SUBSTANCE, version_id)
    gone = _entry(version, "materials", code)
    left = [one for one in version.document["materials"] if one is not gone]
    changed = {**version.document, "materials": left}
    try:
        _save(request, version, changed)
    except (catalogue.StaleVersion, catalogue.Frozen) as refused:
        messages.error(request, _(refused.sentence))
    else:
        messages.success(request, _("已删除材料“%(name)s”。") % {"name": gone["name"]})
    return redirect("console:substance", version_id)


@officer(*EDITORS)
@require_safe
def preview(request: ActorRequest, kind: str, version_id: UUID) -> HttpResponse:
    version = _find(request, _part(kind), version_id)
    return show(request, "console/preview.html", editor.build_preview(version, _guide_of(version)))


@officer(*EDITORS)
@require_safe
def list_zero_hits(request: ActorRequest) -> HttpResponse:
    """Searches that found nothing: words an item still lacks, or an item the list lacks."""
    kept = parts.list_substances(request.actor.departments) if request.actor.has_role(Role.EDITOR) else ()
    return show(request, "console/zero_hits.html", editor.build_zero_hits(catalogue_reads.zero_hits(), kept))


@officer(Role.EDITOR)
@require_POST
def adopt_word(request: ActorRequest) -> HttpResponse:
    """Put a word that found nothing into the draft of an item that the editor's department keeps."""
    word, code = request.POST.get("query", "").strip(), request.POST.get("code", "")
    kept = [one for one in parts.list_substances(request.actor.departments) if one.basic_code == code]
    if not word or not kept:
        raise Http404
    try:
        version_id = catalogue.add_alias(
            power_id=kept[0].owner_id, alias=word, actor=request.actor, at=clock.now()
        )
    except catalogue.UnderReview as refused:
        messages.error(request, _(refused.sentence))
        return redirect("console:zero_hits")
    messages.success(request, _("已把“%(word)s”写进草稿，发布以后就搜得到。") % {"word": word})
    return redirect("console:substance", version_id)


@officer(*EDITORS)
@require_POST
def take_step(request: ActorRequest, kind: str, version_id: UUID, step: str) -> HttpResponse:
    """Submit a draft, give it back, or publish it: who submitted it never publishes it."""
    version = _find(request, _part(kind), version_id)
    form = editing.STEP_FORMS[step](request.POST) if step in editing.STEP_FORMS else None
    if form is not None and not form.is_valid():
        return _show(request, version, None, step_form=form, status=422)
    try:
        _take(request, version, step, form)
    except (catalogue.GateClosed, catalogue.SamePerson, catalogue.TooEarly, catalogue.NotYours) as refused:
        return _show(request, version, None, step_form=form, refusal=_(refused.sentence), status=422)
    except IllegalMove as moved:
        return _show(request, version, None, refusal=_(moved.sentence), status=409)
    done = {"submit": _("已提交，等另一位同事发布。"), "return": _("已退回修改。"), "publish": _("已发布。")}
    messages.success(request, done[step])
    return redirect("console:items")


def _take(request: ActorRequest, version: VersionView, step: str, form: Form | None) -> None:
    part, version_id = version.part, version.version_id
    actor, at = request.actor, clock.now()
    given = form.cleaned_data if form is not None else {}
    if step == "submit":
        catalogue.submit_version(part=part, version_id=version_id, actor=actor, at=at)
    elif step == "publish":
        catalogue.publish_version(
            part=part, version_id=version_id, effective_from=given["effective_from"], actor=actor, at=at
        )
    elif step == "return":
        catalogue.return_version(part=part, version_id=version_id, reason=given["reason"], actor=actor, at=at)
    else:
        raise Http404


def _edit(request: ActorRequest, version: VersionView, form: Any, part: str = "") -> HttpResponse:
    # Any: one of the editors' forms, each with its `changed` document
    if request.method != "POST":
        return _show(request, version, form, part=part)
    if not form.is_valid():
        return _show(request, version, form, part=part, status=422)
    try:
        if LOOK in request.POST:
            return _show(request, _as_typed(version, form.changed()), form, part=part, is_look=True)
        _save(request, version, form.changed())
    except (catalogue.StaleVersion, catalogue.Frozen) as stale:
        return _show(request, version, form, part=part, refusal=_(stale.sentence), status=409)
    except (catalogue.NotYours, rules.DocumentRefused) as refused:
        return _show(request, version, form, part=part, refusal=_(refused.sentence), status=422)
    messages.success(request, _("已保存。"))
    return redirect(editor.route(version.part), version.version_id)


def _as_typed(version: VersionView, document: Document) -> VersionView:
    """The version as it would be; raises DocumentRefused."""
    if version.part is Part.SUBSTANCE:
        substance = rules.read_substance(document)
        guides = tuple(rules.join_guide(substance, one.procedure) for one in version.guides)
    else:
        guides = (rules.join_guide(version.guide, rules.read_procedure(document)),)
    return replace(version, document=document, guides=guides)


def _guide_of(version: VersionView) -> GuidePage:
    """The public page of the guide that the version would make."""
    guide = parts.preview(version)
    return guide_page.read_page(guide, place=guide.procedure.division)


def _save(request: ActorRequest, version: VersionView, document: Document) -> None:
    catalogue.edit_version(
        part=version.part,
        version_id=version.version_id,
        revision=read_revision(request.POST),
        document=document,
        actor=request.actor,
        at=clock.now(),
    )


def _show(
    request: ActorRequest,
    version: VersionView,
    form: Form | None,
    *,
    step_form: Form | None = None,
    refusal: str = "",
    part: str = "",
    is_look: bool = False,
    status: int = 200,
) -> HttpResponse:
    page = editor.build(
        version,
        form,
        rules.check_guides(version.guides, catalogue.check_background()),
        actor=request.actor,
        touched=_touched(version),
        preview=_guide_of(version),
        step_form=step_form,
        refusal=refusal,
        part=part,
        action=request.path if part else "",
        is_look=is_look,
    )
    return show(request, "console/editor.html", page, status=status)


def _touched(version: VersionView) -> editor.Touched:
    """What a new version meets: cases under way under the one in force, and drafts that would take this item up."""
    purposes = [
        package.code
        for package in lifeevents.list_packages()
        if any(item.basic_code == version.basic_code for item in package.items)
    ]
    return editor.Touched(
        open_cases=cases.count_open_by_version(version.published_ids),
        case_numbers=cases.list_open_by_version(version.published_ids, limit=editor.SHOWN_CASES),
        drafts=eforms.count_open_drafts([*purposes, version.basic_code]),
    )


def _part(kind: str) -> Part:
    try:
        return Part(kind.upper())
    except ValueError:
        raise Http404 from None


def _find(request: ActorRequest, part: Part, version_id: UUID) -> VersionView:
    return FIND[part](version_id, request.actor.departments)


def _entry(version: VersionView, name: str, code: str) -> Document:
    for entry in version.document[name]:
        if entry["code"] == code:
            found: Document = entry
            return found
    raise Http404
