"""What happens to a licence after it was issued; one function writes a status, together with its history and event."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, permissions, rules, selectors, states
from tongban.domains.licences.events import LicenceChanged, LicenceUpdated
from tongban.domains.licences.services.signing import sign
from tongban.domains.licences.types import Ground, Licence, LicenceAction, LicenceStatus, LicenceType
from tongban.domains.messaging import services as messaging
from tongban.foundation import crypto, rows
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date

_BATCH = 500
_RECENT = timedelta(days=30)
# 行政许可法 §70 (1): the term is over and was not renewed.
_RUN_OUT = Ground("中华人民共和国行政许可法", "第五十条", "有效期届满")


class GroundMissing(TongbanError):
    """A licence changes only on a law, an article and a reason."""

    code: ClassVar[str] = "GROUND_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明依据的法律、条款和理由，三样都要有。")


class NotOnThisGround(TongbanError):
    """Neither the holder's wish, nor a case, nor a decided proceeding stands behind the change."""

    code: ClassVar[str] = "NOT_ON_THIS_GROUND"
    default_sentence: ClassVar[str] = gettext_noop(
        "注销有效的证照，要有持证人的申请，或者先告知、听取意见的程序。请先立案。"
    )


class FaultyIssue(TongbanError):
    """A licence can't be issued or corrected as asked: a field its type does not have, or one missing."""

    code: ClassVar[str] = "FAULTY_ISSUE"
    default_sentence: ClassVar[str] = gettext_noop("证照没有签发。请核对证照类型和内容。")


class OverlappingLicence(FaultyIssue):
    """The holder has a valid one of the type already, for the same premises or thing."""

    code: ClassVar[str] = "OVERLAPPING_LICENCE"
    default_sentence: ClassVar[str] = gettext_noop(
        "持证人已有一张同类的有效证照，有效期重叠，不能再发一张。请办理变更或者延续。"
    )


class NothingToCorrect(TongbanError):
    code: ClassVar[str] = "NOTHING_TO_CORRECT"
    default_sentence: ClassVar[str] = gettext_noop("更正后的内容和原来一样，没有改动。")


def cancel(number: str, *, ground: Ground, actor: Actor, at: datetime) -> Licence:
    """注销 (行政许可法 §70): at the holder's wish, by a case, or of what has run out; else a proceeding decides.

    Raises `states.IllegalTransition`, `selectors.LicenceNotFound`, `GroundMissing`, `NotOnThisGround`, `permissions.NotYours`.
    """
    with transaction.atomic():
        row = lock(number)
        _require_cause(row, ground, actor)
        apply(row, LicenceAction.CANCEL, ground, actor=actor, at=at)
        return selectors.as_licence(row)


def reinstate(number: str, *, ground: Ground, actor: Actor, at: datetime) -> Licence:
    """End a suspension; raises `states.IllegalTransition`, `selectors.LicenceNotFound`, `permissions.NotYours`."""
    with transaction.atomic():
        row = lock(number)
        permissions.require_role(actor, Role.LICENCE_KEEPER, row.issuer_id)
        apply(row, LicenceAction.REINSTATE, ground, actor=actor, at=at)
        return selectors.as_licence(row)


def update(
    number: str,
    changes: Mapping[str, str],
    *,
    ground: Ground,
    actor: Actor,
    at: datetime,
    holder_name: str | None = None,
) -> Licence:
    """Correct what a licence says; the right stays as it was. What it said before is kept, and the holder is told.

    Raises `FaultyIssue`, `NothingToCorrect`, `OverlappingLicence`, `states.IllegalTransition`, `selectors.LicenceNotFound`,
    `permissions.NotYours`.
    """
    with transaction.atomic():
        row = lock(number)
        permissions.require_role(actor, Role.LICENCE_KEEPER, row.issuer_id)
        _require_ground(ground)
        before = selectors.as_licence(row)
        contents = {**before.fields, **changes}
        changed = sorted(name for name in contents if contents[name] != before.fields.get(name))
        new_name = before.holder_name if holder_name is None else holder_name
        if not changed and new_name == before.holder_name:
            raise NothingToCorrect(f"licence {number}")
        _rewrite(row, contents, new_name, at)
        status = states.next_status(LicenceStatus(row.status), LicenceAction.UPDATE)
        entry = _entry(row, LicenceAction.UPDATE, status, ground, actor, at, None)
        entry.changed_fields = changed
        entry.former_fields_cipher = seal(before.fields)
        rows.insert(
            [entry],
            audit.rows_for([_audited(row, LicenceAction.UPDATE, ground, actor, at)]),
            outbox.rows_for([(_updated(row, changed, at), row.issuer_id)]),
        )
        licence_type = selectors.get_type_version(row.licence_type_id, row.type_version)
        names = rules.captions(licence_type, changed) or [_("持证主体名称")]
        messaging.send(
            "LICENCE_UPDATED",
            to_subject=row.holder_id,
            context={
                "licence_name": row.licence_type.name,
                "number": row.number,
                "fields": "、".join(names),
                "reason": ground.reason,
            },
            at=at,
        )
        return selectors.as_licence(row)


def expire_due(*, at: datetime) -> int:
    """Mark the licences whose term has run out; how many. Safe to run twice, or late."""
    return _in_batches(lambda: _expire_batch(shanghai_date(at), at))


def apply_planned(*, at: datetime) -> int:
    """Make the changes decided for a day that has come; how many were due. What is impossible by then is noted as such."""
    return _in_batches(lambda: _planned_batch(shanghai_date(at), at))


def apply(
    row: models.Licence,
    action: LicenceAction,
    ground: Ground,
    *,
    actor: Actor,
    at: datetime,
    successor: str = "",
    proceeding: UUID | None = None,
) -> None:
    """The one writer of a locked licence's status: consult the table, write, append history, announce.

    A day to come is planned instead, and the holder told. Raises `states.IllegalTransition`, `GroundMissing`.
    """
    _require_ground(ground)
    status = states.next_status(LicenceStatus(row.status), action)
    if ground.effective_on is not None and ground.effective_on > shanghai_date(at):
        _plan(row, action, status, ground, actor, at, proceeding)
        return
    row.status = status
    row.save(update_fields=["status"])
    rows.insert(
        [_entry(row, action, status, ground, actor, at, proceeding)],
        audit.rows_for([_audited(row, action, ground, actor, at)]),
        outbox.rows_for([(_changed(row, action, ground, at, successor), row.issuer_id)]),
    )
    if _is_news(row, action, at):
        _tell_holder(row, rules.STATUS_NAMES[status], ground, at)


def lock(number: str) -> models.Licence:
    """The licence's row under a lock; raises `selectors.LicenceNotFound`."""
    found = models.Licence.objects.select_for_update(of=("self",)).select_related("licence_type")
    row = found.filter(number=number).first()
    if row is None:
        raise selectors.LicenceNotFound(f"licence {number}")
    return row


def seal(fields: Mapping[str, str]) -> str:
    """Contents as they lie in the library."""
    return crypto.encrypt(json.dumps(dict(fields), ensure_ascii=False), selectors.FIELDS_CONTEXT)


def slot_of(text: str | None) -> str | None:
    """What tells licences of one holder apart, as the library keeps it."""
    return crypto.lookup_hash(text).hex() if text else text


def _is_news(row: models.Licence, action: LicenceAction, at: datetime) -> bool:
    """Of a successor she hears by its issue; of a term that ran out long before its licence was taken over, nothing."""
    if action is LicenceAction.EXPIRE and row.valid_to is not None:
        return shanghai_date(at) - row.valid_to <= _RECENT
    return action is not LicenceAction.SUPERSEDE


def _require_cause(row: models.Licence, ground: Ground, actor: Actor) -> None:
    if actor.kind is ActorKind.CITIZEN:
        if row.holder_id not in (actor.acting_for, actor.subject_id):
            raise selectors.LicenceNotFound(f"licence {row.number} is not this holder's")
        return
    if ground.case_number or actor.kind is ActorKind.PLATFORM:
        return
    permissions.require_role(actor, Role.LICENCE_KEEPER, row.issuer_id)
    if row.status != LicenceStatus.EXPIRED:
        raise NotOnThisGround(f"licence {row.number} is {row.status}, and nobody asked")


def _require_ground(ground: Ground) -> None:
    if not (ground.law.strip() and ground.article.strip() and ground.reason.strip()):
        raise GroundMissing("a change without law, article or reason")


def _rewrite(row: models.Licence, contents: Mapping[str, str], holder_name: str, at: datetime) -> None:
    licence_type = selectors.get_type_version(row.licence_type_id, row.type_version)
    require_fitting(licence_type, contents)
    row.fields_cipher = seal(contents)
    row.slot = slot_of(rules.slot_text(licence_type, contents)) if row.slot is not None else None
    row.holder_name = holder_name
    row.revision += 1
    sign([(row, contents)], at=at)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "licence_no_overlap" in str(error):
            raise OverlappingLicence(f"correction of {row.number} overlaps another") from error
        raise


def require_fitting(licence_type: LicenceType, fields: Mapping[str, str]) -> None:
    """Raises `FaultyIssue` when the contents do not fit the type, naming what is too much or missing."""
    unknown = rules.unknown_fields(licence_type, fields)
    if unknown:
        raise FaultyIssue(
            f"{licence_type.code} has no {unknown}",
            sentence=_("%(name)s没有这些内容项：%(fields)s。")
            % {"name": licence_type.name, "fields": "、".join(unknown)},
        )
    missing = rules.missing_fields(licence_type, fields)
    if missing:
        raise FaultyIssue(
            f"{licence_type.code} lacks {missing}",
            sentence=_("%(name)s还缺：%(fields)s。请补上再签发。")
            % {"name": licence_type.name, "fields": "、".join(rules.captions(licence_type, missing))},
        )


def _plan(
    row: models.Licence,
    action: LicenceAction,
    status: LicenceStatus,
    ground: Ground,
    actor: Actor,
    at: datetime,
    proceeding: UUID | None,
) -> None:
    assert ground.effective_on is not None, "it is what makes it a plan"
    models.PlannedChange.objects.create(
        licence=row,
        action=action,
        effective_on=ground.effective_on,
        basis=ground.basis,
        reason=ground.reason,
        proceeding_id=proceeding,
        account_id=actor.account_id,
        actor_kind=actor.kind.value,
        actor_name=actor.name,
        decided_at=at,
    )
    audit.record_many([_audited(row, action, ground, actor, at, planned=True)])
    told = _("%(status)s（自%(day)s起）") % {
        "status": rules.STATUS_NAMES[status],
        "day": rules.chinese_date(ground.effective_on),
    }
    _tell_holder(row, told, ground, at)


def _in_batches(take: Callable[[], int]) -> int:
    made = 0
    while True:
        batch = take()
        made += batch
        if batch < _BATCH:
            return made


@transaction.atomic
def _expire_batch(today: date, at: datetime) -> int:
    found = models.Licence.objects.select_for_update(of=("self",), skip_locked=True).filter(
        status__in=states.MAY_EXPIRE, valid_to__lte=today
    )
    due = list(found.select_related("licence_type").order_by("pk")[:_BATCH])
    for row in due:
        apply(row, LicenceAction.EXPIRE, _RUN_OUT, actor=PLATFORM, at=at)
    return len(due)


@transaction.atomic
def _planned_batch(today: date, at: datetime) -> int:
    found = models.PlannedChange.objects.select_for_update(of=("self",), skip_locked=True).filter(
        settled_at__isnull=True, effective_on__lte=today
    )
    due = list(found.select_related("licence").order_by("effective_on", "pk")[:_BATCH])
    for planned in due:
        row = lock(planned.licence.number)
        law, _mark, article = planned.basis.removeprefix("《").partition("》")
        ground = Ground(law, article, planned.reason, effective_on=planned.effective_on)
        actor = Actor(ActorKind(planned.actor_kind), planned.account_id, planned.actor_name)
        try:
            apply(
                row,
                LicenceAction(planned.action),
                ground,
                actor=actor,
                at=at,
                proceeding=planned.proceeding_id,
            )
        except states.IllegalTransition:
            planned.was_made = False
        else:
            planned.was_made = True
        planned.settled_at = at
        planned.save(update_fields=["settled_at", "was_made"])
    return len(due)


def _entry(
    row: models.Licence,
    action: LicenceAction,
    status: LicenceStatus,
    ground: Ground,
    actor: Actor,
    at: datetime,
    proceeding: UUID | None,
) -> models.StatusEntry:
    return models.StatusEntry(
        licence=row,
        action=action,
        to_status=status,
        at=at,
        account_id=actor.account_id,
        actor_name=actor.name,
        reason=ground.reason,
        basis=ground.basis,
        effective_on=ground.effective_on or shanghai_date(at),
        proceeding_id=proceeding,
    )


def _audited(
    row: models.Licence,
    action: LicenceAction,
    ground: Ground,
    actor: Actor,
    at: datetime,
    *,
    planned: bool = False,
) -> audit.Entry:
    return audit.Entry(
        actor=actor,
        action=f"{'PLAN_' if planned else ''}{action.value}_LICENCE",
        at=at,
        object_type="licences.Licence",
        object_id=row.number,
        subject_id=row.holder_id,
        case_number=ground.case_number or row.case_number or "",
        detail={"basis": ground.basis},
    )


def _changed(
    row: models.Licence, action: LicenceAction, ground: Ground, at: datetime, successor: str
) -> LicenceChanged:
    return LicenceChanged(
        licence_id=row.pk,
        number=row.number,
        licence_type=row.licence_type_id,
        holder_id=row.holder_id,
        issuer=row.issuer_id,
        at=at,
        status=str(row.status),
        successor=successor,
        action=action.value,
        reason=ground.reason,
    )


def _updated(row: models.Licence, changed: list[str], at: datetime) -> LicenceUpdated:
    return LicenceUpdated(
        licence_id=row.pk,
        number=row.number,
        licence_type=row.licence_type_id,
        holder_id=row.holder_id,
        issuer=row.issuer_id,
        at=at,
        revision=row.revision,
        fields=tuple(changed),
    )


def _tell_holder(row: models.Licence, status: str, ground: Ground, at: datetime) -> None:
    messaging.send(
        "LICENCE_CHANGED",
        to_subject=row.holder_id,
        context={
            "licence_name": row.licence_type.name,
            "number": row.number,
            "status": status,
            "reason": f"原因：{ground.reason}。依据：{ground.basis}。",
        },
        at=at,
    )
