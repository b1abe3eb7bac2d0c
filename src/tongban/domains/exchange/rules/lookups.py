"""Who may look up what: decided before a provider is asked."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.domains.exchange.types import LookupRequest, Resource
from tongban.kernel.actors import Actor, ActorKind

UNCONDITIONAL, CONDITIONAL, NONE = "1", "2", "3"


def unknown_fields(resource: Resource, fields: Collection[str]) -> list[str]:
    return sorted(set(fields) - set(resource.fields))


def look_up_fault(
    request: LookupRequest,
    resource: Resource,
    actor: Actor,
    *,
    principals: Collection[UUID],
    granted: Collection[str],
    is_cause_live: bool,
) -> str:
    """Why a look-up is not allowed, as a sentence; empty when it is.

    `principals` are those in whose name a citizen may act for this purpose, `granted` the fields an officer's
    department may read. 政务数据共享条例: shared data are used within the duty for which they were asked.
    """
    if not request.cause.strip():
        return _("查询必须写明对应的办件或申请。请从办件中发起查询。")
    if resource.sharing == NONE:
        return _("%(name)s不对外共享。") % {"name": resource.name}
    if actor.kind is ActorKind.CITIZEN:
        if request.subject_id in principals:
            return ""
        return _("只能查询你本人和授权你办理的人的信息。")
    if not is_cause_live:
        return _("对应的办件已经办结或与当事人无关，不能再查询。")
    if actor.kind is ActorKind.PLATFORM or resource.sharing == UNCONDITIONAL:
        return ""
    if set(request.fields) <= set(granted):
        return ""
    return _("你的部门没有取得%(name)s的共享授权。请由本部门在数据目录中申请。") % {"name": resource.name}
