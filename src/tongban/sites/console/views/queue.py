"""The queue, bulk acceptance, saved views."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.types import QueueFilters, QueueView
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.foundation import clock
from tongban.kernel.actors import Actor, Role
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.pages import queue
from tongban.sites.console.requests import (
    COLUMNS_COOKIE,
    read_columns,
    read_filters,
    read_selected,
    read_view,
    write_columns,
)
from tongban.sites.console.requests import choose_columns as read_chosen
from tongban.sites.console.screen import READERS, show
from tongban.sites.shared.policies import ActorRequest, officer
from tongban.sites.shared.preferences import keep_preference


@officer()
def show_queue(request: ActorRequest) -> HttpResponseBase:
    """Where an officer begins: the cases of her departments, or what else her post does."""
    if not request.actor.has_role(*READERS):
        return redirect(_landing(request.actor))
    view, filters = read_view(request.GET, request.actor), read_filters(request.GET)
    cursor = request.GET.get("cursor", "")
    at = clock.now()
    try:
        found = cases.list_queue(actor=request.actor, view=view, filters=filters, cursor=cursor, at=at)
    except cases.BadCursor as bad:
        messages.error(request, _(bad.sentence))
        return redirect(queue.queue_address(view, filters))
    page = queue.build(
        found,
        cases.queue_counts(actor=request.actor, at=at),
        cases.list_saved_views(actor=request.actor),
        _choices(request.actor),
        actor=request.actor,
        view=view,
        filters=filters,
        cursor=cursor,
        columns=read_columns(request.COOKIES.get(COLUMNS_COOKIE)),
    )
    return show(request, "console/queue.html", page)


@officer(Role.ACCEPTOR)
@require_POST
def accept_selected(request: ActorRequest) -> HttpResponseBase:
    """Accept every ticked case in which each check passes; the others stay, with the reason said."""
    selected = read_selected(request.POST)
    if not selected:
        messages.error(request, _("请先勾选要受理的办件。"))
        return redirect(queue.queue_address(QueueView.TO_ACCEPT, read_filters(request.POST)))
    lines = handling.accept_many(cases=selected, actor=request.actor, at=clock.now())
    done = sum(line.is_done for line in lines)
    if done:
        messages.success(request, _("已受理 %(count)d 件，受理通知书已经发出。") % {"count": done})
    for line in lines:
        if not line.is_done:
            told = {"number": line.number, "reasons": _("；").join(line.reasons)}
            messages.error(request, _("%(number)s没有受理：%(reasons)s") % told)
    return redirect(queue.queue_address(QueueView.TO_ACCEPT, read_filters(request.POST)))


@officer()
@require_POST
def save_view(request: ActorRequest) -> HttpResponse:
    view, filters = read_view(request.POST, request.actor), read_filters(request.POST)
    name = request.POST.get("name", "")
    try:
        saved = handling.save_view(name=name, view=view, filters=filters, actor=request.actor)
    except handling.ViewNameMissing as refused:
        messages.error(request, _(refused.sentence))
    else:
        messages.success(request, _("视图“%(name)s”已保存。") % {"name": saved.name})
    return redirect(queue.queue_address(view, filters))


@officer()
@require_POST
def choose_columns(request: ActorRequest) -> HttpResponse:
    """Keep in the browser which columns the officer wants."""
    view, filters = read_view(request.POST, request.actor), read_filters(request.POST)
    response = redirect(queue.queue_address(view, filters))
    kept = write_columns(read_chosen(request.POST.getlist("column")))
    keep_preference(response, COLUMNS_COOKIE, kept)
    return response


@officer()
@require_POST
def delete_view(request: ActorRequest, view_id: UUID) -> HttpResponse:
    handling.delete_view(view_id=view_id, actor=request.actor)
    messages.success(request, _("视图已删除。"))
    return redirect(queue.queue_address(read_view(request.POST, request.actor), QueueFilters()))


def _choices(actor: Actor) -> queue.Choices:
    assert actor.department is not None
    office = directory.get_department(actor.department)
    return queue.Choices(
        items=catalogue.list_department_items(office.guided_by or office.code, shanghai_date(clock.now())),
        packages=lifeevents.list_packages(),
        officers=identity.list_officers(actor.department),
    )


def _landing(actor: Actor) -> str:
    if actor.has_role(Role.EDITOR, Role.PUBLISHER):
        return "console:items"
    if actor.has_role(Role.OPERATOR):
        return "console:dead_letters"
    return "console:calendar"
