"""Who may look up what: decided before a provider is asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.domains.exchange.types import Grant, LookupRequest, Refusal, Resource
from tongban.kernel.actors import Actor, ActorKind

UNCONDITIONAL, CONDITIONAL, NONE = "1", "2", "3"


@dataclass(frozen=True, slots=True)
class Permission:
    """What of a request may be asked: `fields` of it, under `grants`; or nothing, by which rule and why."""

    fields: tuple[str, ...]
    grants: tuple[Grant, ...] = ()
    refusal: Refusal | None = None
    sentence: str = ""


def unknown_fields(resource: Resource, fields: Collection[str]) -> list[str]:
    return sorted(set(fields) - set(resource.fields))


def judge_look_up(
    request: LookupRequest,
    resource: Resource,
    actor: Actor,
    *,
    principals: Collection[UUID],
    grants: Sequence[Grant],
    is_cause_live: bool,
    at: datetime,
) -> Permission:
    """What may be asked.

    `principals` are those in whose name a citizen may act for this purpose, `grants` all that the officer's department ever got for
    the resource. 政务数据共享条例: shared data are used within the duty for which they were asked.
    """
    if not request.cause.strip():
        return _refuse(Refusal.NO_CAUSE, _("查询必须写明对应的办件或申请。请从办件中发起查询。"))
    if resource.sharing == NONE:
        return _refuse(Refusal.NOT_SHARED, _("%(name)s不对外共享。") % {"name": resource.name})
    if actor.kind is ActorKind.CITIZEN:
        if request.subject_id in principals:
            return Permission(request.fields)
        return _refuse(Refusal.NO_AUTHORITY, _("只能查询你本人和授权你办理的人的信息。"))
    if not is_cause_live:
        return _refuse(Refusal.CAUSE_NOT_LIVE, _("对应的办件已经办结或与当事人无关，不能再查询。"))
    if actor.kind is ActorKind.PLATFORM or resource.sharing == UNCONDITIONAL:
        return Permission(request.fields)
    return _judge_grants(request, resource, grants, at)


def _judge_grants(
    request: LookupRequest, resource: Resource, grants: Sequence[Grant], at: datetime
) -> Permission:
    """By the grant that comes furthest: the rule that stopped it is the one to say."""
    faults = [(grant, _grant_fault(request, grant, at)) for grant in grants]
    fitting = [grant for grant, fault in faults if fault is None]
    if not fitting:
        return _refuse(*_furthest(resource, [fault for _grant, fault in faults if fault is not None]))
    granted = {field for grant in fitting for field in grant.fields}
    fields = tuple(field for field in request.fields if field in granted)
    if not fields:
        sentence = _("你的部门取得的%(name)s共享授权不含要查的内容。请由本部门在数据目录中申请。")
        return _refuse(Refusal.NO_FIELD, sentence % {"name": resource.name})
    return Permission(fields, tuple(grant for grant in fitting if not set(fields).isdisjoint(grant.fields)))


_ORDER = (
    Refusal.OTHER_ITEM,
    Refusal.OTHER_PURPOSE,
    Refusal.OTHER_SYSTEM,
    Refusal.ENDED,
    Refusal.NOT_YET,
)


def _grant_fault(request: LookupRequest, grant: Grant, at: datetime) -> Refusal | None:
    """The first rule that a grant fails; the term is a half-open interval."""
    if at < grant.valid_from:
        return Refusal.NOT_YET
    if grant.valid_to is not None and at >= grant.valid_to:
        return Refusal.ENDED
    if grant.system and grant.system != request.system:
        return Refusal.OTHER_SYSTEM
    if request.purpose != grant.purpose and request.purpose not in grant.items:
        return Refusal.OTHER_PURPOSE
    if request.item and grant.items and request.item not in grant.items:
        return Refusal.OTHER_ITEM
    return None


def _furthest(resource: Resource, faults: Iterable[Refusal]) -> tuple[Refusal, str]:
    found = set(faults)
    refusal = next((one for one in _ORDER if one in found), Refusal.NO_GRANT)
    sentences = {
        Refusal.OTHER_ITEM: _("%(name)s的共享授权不含这个事项。请由本部门在数据目录中为这个事项申请。"),
        Refusal.OTHER_PURPOSE: _("%(name)s的共享授权不含这个用途。请由本部门在数据目录中为这个用途申请。"),
        Refusal.OTHER_SYSTEM: _("%(name)s的共享授权只给了本部门的另一个系统。"),
        Refusal.ENDED: _("%(name)s的共享授权已经到期。请由本部门在数据目录中续期。"),
        Refusal.NOT_YET: _("%(name)s的共享授权还没有到开始的时间。"),
        Refusal.NO_GRANT: _("你的部门没有取得%(name)s的共享授权。请由本部门在数据目录中申请。"),
    }
    return refusal, sentences[refusal] % {"name": resource.name}


def _refuse(refusal: Refusal, sentence: str) -> Permission:
    return Permission((), (), refusal, sentence)
