"""The console's frame: every page with the navigation of the officer's post."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases import selectors as cases
from tongban.foundation import clock
from tongban.kernel.actors import Actor, Role

HANDLERS = (Role.ACCEPTOR, Role.EXAMINER, Role.DECIDER)
READERS = (*HANDLERS, Role.SUPERVISOR)
"""Whose posts have to do with a case: an editor of the office or the platform's operator has no business in it."""
HEADS = (Role.DECIDER, Role.SUPERVISOR)
"""Who answers for an office."""
EDITORS = (Role.EDITOR, Role.PUBLISHER)


def show(request: HttpRequest, template: str, page: object, *, status: int = 200) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    context = {"page": page, "console_nav": navigation(actor), "calendar_notice": _calendar_notice(actor)}
    return render(request, template, context, status=status)


def _calendar_notice(actor: Actor) -> str:
    """For whoever records holidays, on every page of theirs, until the next year's plan is there."""
    if not actor.has_role(Role.OPERATOR):
        return ""
    reach = cases.get_calendar_reach(clock.now())
    if not reach.is_ending:
        return ""
    return _("工作日历还有 %(days)d 天就用完了：请录入下一年的放假安排。") % {"days": reach.days_left}


def navigation(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Address and words of what the officer's post has to do with."""
    entries: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
        ("console:queue", _("办件"), READERS),
        ("console:checks", _("核查与电话"), HANDLERS),
        ("console:counter", _("证照免带"), HANDLERS),
        ("console:assistance", _("行政协助"), (*READERS, Role.DATA_STEWARD)),
        ("console:oversight", _("监督"), HEADS),
        ("console:manuals", _("业务手册"), (*READERS, *EDITORS)),
        ("console:items", _("事项编辑"), EDITORS),
        ("console:materials", _("材料三个一律"), (*EDITORS, Role.SUPERVISOR, Role.DATA_STEWARD)),
        ("console:zero_hits", _("没搜到的词"), EDITORS),
        ("console:licences", _("证照"), (Role.LICENCE_KEEPER,)),
        ("console:proceedings", _("证照程序"), (Role.DECIDER,)),
        ("console:data", _("总数据库"), (Role.DATA_STEWARD,)),
        (
            "console:privacy",
            _("个人信息保护"),
            (Role.PRIVACY_OFFICER, Role.DATA_STEWARD, Role.SUPERVISOR),
        ),
        ("console:dead_letters", _("未送达消息"), (Role.OPERATOR,)),
        ("console:calendar", _("工作日历"), ()),
        ("console:cover", _("代班"), ()),
    )
    return tuple(
        (reverse(name), words) for name, words, roles in entries if not roles or actor.has_role(*roles)
    )
