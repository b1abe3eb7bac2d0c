"""证照库 for those who keep licences: search, one licence, its proceedings, types, collections."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tongban.domains.identity import selectors as identity
from tongban.domains.licences import permissions, selectors, states
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import Ground, LibraryFilters, Licence, LicenceStatus, SignalKind
from tongban.foundation import clock
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Role
from tongban.sites.console.pages import licences as pages
from tongban.sites.console.pages import proceedings as proceeding_pages
from tongban.sites.console.screen import show
from tongban.sites.shared.policies import ActorRequest, officer

SIGNALS = (SignalKind.INSPECTION, SignalKind.COMPLAINT, SignalKind.ADDRESS_LOST, SignalKind.OTHER)
REFUSALS = (
    licences.GroundMissing,
    licences.NothingToProceedOn,
    licences.WordsMissing,
    states.IllegalTransition,
)


class OpenForm(forms.Form):
    signal = forms.ChoiceField(
        label=gettext_lazy("什么线索"), error_messages={"required": gettext_lazy("请选择是什么线索。")}
    )
    text = forms.CharField(
        label=gettext_lazy("发现了什么"),
        widget=forms.Textarea,
        max_length=500,
        help_text=gettext_lazy("立案不改变证照的状态，持证人这时不会收到消息。"),
        error_messages={"required": gettext_lazy("请写明发现了什么。")},
    )

    def __init__(self, data: Any = None) -> None:  # Any: Django's own type of form data
        super().__init__(data)
        field = self.fields["signal"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("请选择")),
            *((one.value, proceeding_pages.signal_words(one)) for one in SIGNALS),
        ]


class GroundForm(forms.Form):
    law = forms.CharField(
        label=gettext_lazy("依据的法律、法规"),
        max_length=80,
        error_messages={"required": gettext_lazy("请写明依据的法律、法规。")},
    )
    article = forms.CharField(
        label=gettext_lazy("哪一条"),
        max_length=40,
        error_messages={"required": gettext_lazy("请写明是哪一条。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        widget=forms.Textarea,
        max_length=400,
        error_messages={"required": gettext_lazy("请写明理由。")},
    )


@officer(Role.LICENCE_KEEPER)
@require_safe
def search(request: ActorRequest) -> HttpResponse:
    asked = request.GET
    filters = LibraryFilters(
        asked.get("q", "").strip(),
        asked.get("type", ""),
        asked.get("status", "") if asked.get("status") in LicenceStatus.__members__ else "",
        asked.get("after", ""),
    )
    found = selectors.find_licences(permissions.kept_departments(request.actor), filters)
    holders = identity.get_subjects({one.holder_id for one in found.licences})
    page = pages.build_library(found, filters, holders, selectors.licence_types(), actor=request.actor)
    return show(request, "console/licences.html", page)


@officer(Role.LICENCE_KEEPER)
@require_safe
def show_licence(request: ActorRequest, number: str) -> HttpResponse:
    return _licence_page(request, _kept(request, number))


@officer(Role.LICENCE_KEEPER)
@require_safe
def open_file(request: ActorRequest, number: str) -> HttpResponse:
    """The licence's signed file; the look is kept."""
    licence = _kept(request, number)
    _note_look(request, licence, "OPEN_LICENCE_FILE")
    file = licences.sign_file(licence.number, actor=request.actor, at=clock.now())
    return HttpResponse(file.pdf, content_type="application/pdf")


@officer(Role.LICENCE_KEEPER)
@require_POST
def open_proceeding(request: ActorRequest, number: str) -> HttpResponse:
    licence, form = _kept(request, number), OpenForm(request.POST)
    if not form.is_valid():
        return _licence_page(request, licence, opening=form, faulty=form)
    try:
        opened = licences.open_proceeding(
            number,
            signal=SignalKind(form.cleaned_data["signal"]),
            text=form.cleaned_data["text"],
            actor=request.actor,
            at=clock.now(),
        )
    except REFUSALS as refused:
        return _licence_page(request, licence, opening=form, refusal=_(refused.sentence))
    messages.success(request, _("已立案，编号%(number)s。证照的状态没有变化。") % {"number": opened.number})
    return redirect("console:proceeding", opened.id)


@officer(Role.LICENCE_KEEPER)
@require_POST
def reinstate(request: ActorRequest, number: str) -> HttpResponse:
    licence, form = _kept(request, number), GroundForm(request.POST)
    if not form.is_valid():
        return _licence_page(request, licence, reinstating=form, faulty=form)
    data = form.cleaned_data
    ground = Ground(data["law"], data["article"], data["reason"])
    try:
        licences.reinstate(number, ground=ground, actor=request.actor, at=clock.now())
    except REFUSALS as refused:
        return _licence_page(request, licence, reinstating=form, refusal=_(refused.sentence))
    messages.success(request, _("证照已经恢复有效，持证人会收到消息。"))
    return redirect("console:licence", number)


@officer(Role.LICENCE_KEEPER)
@require_safe
def list_types(request: ActorRequest) -> HttpResponse:
    counts = selectors.count_by_type(permissions.kept_departments(request.actor))
    page = pages.build_types(selectors.licence_types(), counts, actor=request.actor)
    return show(request, "console/licence_types.html", page)


@officer(Role.LICENCE_KEEPER)
@require_safe
def list_collections(request: ActorRequest) -> HttpResponse:
    found = selectors.list_collections(permissions.kept_departments(request.actor))
    return show(request, "console/collections.html", pages.build_collections(found, actor=request.actor))


@officer(Role.LICENCE_KEEPER)
@require_safe
def show_collection(request: ActorRequest, collection_id: UUID) -> HttpResponse:
    report = selectors.get_collection(collection_id)
    if report.issuer not in permissions.kept_departments(request.actor):
        raise Http404
    return show(request, "console/collection.html", pages.build_collection(report, actor=request.actor))


def _kept(request: ActorRequest, number: str) -> Licence:
    licence = selectors.get_by_number(number)
    if licence.issuer not in permissions.kept_departments(request.actor):
        raise Http404
    return licence


def _licence_page(
    request: ActorRequest,
    licence: Licence,
    *,
    opening: forms.Form | None = None,
    reinstating: forms.Form | None = None,
    faulty: forms.Form | None = None,
    refusal: str = "",
) -> HttpResponse:
    is_over = licence.status in states.FINAL
    is_suspended = licence.status is LicenceStatus.SUSPENDED
    _note_look(request, licence, "LOOK_AT_LICENCE")
    page = pages.build_licence(
        licence,
        selectors.get_type_version(licence.licence_type, licence.type_version),
        identity.get_subject(licence.holder_id),
        history=selectors.history(licence.number),
        planned=selectors.list_planned(licence.number),
        uses=selectors.list_uses_of(licence.number),
        proceedings=[proceeding_pages.link(one) for one in selectors.proceedings_of(licence.number)],
        opening=None if is_over else opening or OpenForm(),
        reinstating=(reinstating or GroundForm()) if is_suspended else None,
        faulty=faulty,
        refusal=refusal,
        actor=request.actor,
    )
    return show(request, "console/licence.html", page, status=422 if page.problems else 200)


def _note_look(request: ActorRequest, licence: Licence, action: str) -> None:
    audit.record(
        actor=request.actor,
        action=action,
        at=clock.now(),
        object_type="licences.Licence",
        object_id=licence.number,
        subject_id=licence.holder_id,
        case_number=licence.case_number or "",
    )
