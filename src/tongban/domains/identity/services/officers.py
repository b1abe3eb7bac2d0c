"""Officers: appointed to a post, covered for while absent."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.identity import models, rules, selectors
from tongban.domains.identity.querysets import in_term, post_in_force
from tongban.domains.identity.types import Officer
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor, Role
from tongban.kernel.errors import TongbanError


class NotAnOfficer(TongbanError):
    code: ClassVar[str] = "NOT_AN_OFFICER"
    default_sentence: ClassVar[str] = gettext_noop("对方目前没有任职。请先核对姓名，或由管理员登记任职。")


class FaultyCover(TongbanError):
    code: ClassVar[str] = "FAULTY_COVER"
    default_sentence: ClassVar[str] = gettext_noop("代班没有登记。请检查代班人和起止时间。")


@transaction.atomic
def appoint_officer(
    *, account_id: UUID, department: str, post: str, roles: Iterable[Role], actor: Actor, at: datetime
) -> Officer:
    """Put an account in a post from `at` on; the post it held ends at the same instant.

    Raises `directory.selectors.DepartmentNotFound`.
    """
    directory.get_department(department)
    _end(account_id, at)
    row = models.Appointment.objects.create(
        account_id=account_id,
        department_id=department,
        post=post,
        roles=sorted(role.value for role in set(roles)),
        valid_from=at,
    )
    _record(actor, "APPOINT_OFFICER", at, row.pk)
    officer = selectors.get_officer(account_id, at=at)
    assert officer is not None
    return officer


@transaction.atomic
def end_appointment(*, account_id: UUID, actor: Actor, at: datetime) -> None:
    """End the post an account holds, and the covers that rest on it; raises `NotAnOfficer`."""
    ended = _end(account_id, at)
    if not ended:
        raise NotAnOfficer(f"account {account_id} holds no post")
    for appointment_id in ended:
        _record(actor, "END_APPOINTMENT", at, appointment_id)


@transaction.atomic
def cover(
    *,
    absentee: UUID,
    deputy: UUID,
    valid_from: datetime,
    valid_to: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Let one officer act for an absent one within a term, both by account id.

    Raises `NotAnOfficer`, `FaultyCover`.
    """
    if absentee == deputy:
        raise FaultyCover(
            f"account {absentee} for itself", sentence=_("代班人不能是本人。请选择另一位同事。")
        )
    if valid_to <= valid_from or valid_to - valid_from > rules.LONGEST_COVER:
        raise FaultyCover(
            f"cover from {valid_from} to {valid_to}",
            sentence=_("代班的截止时间应晚于开始时间，一次最长%(days)d天。")
            % {"days": rules.LONGEST_COVER.days},
        )
    posts = {
        row.account_id: row
        for row in models.Appointment.objects.filter(post_in_force(at), account_id__in=[absentee, deputy])
    }
    if len(posts) != 2:
        raise NotAnOfficer(f"accounts {absentee}, {deputy}: {len(posts)} in post")
    row = models.Cover.objects.create(
        absentee=posts[absentee],
        deputy=posts[deputy],
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
    )
    audit.record(actor=actor, action="COVER", at=at, object_type="identity.Cover", object_id=str(row.pk))


def _end(account_id: UUID, at: datetime) -> list[UUID]:
    """End open posts at an instant; a post that began at that very instant never counted and is removed."""
    held = list(
        models.Appointment.objects.select_for_update().filter(post_in_force(at), account_id=account_id)
    )
    for row in held:
        row.valid_to = at
        models.Cover.objects.filter(in_term(at), absentee=row, valid_from__lt=at).update(valid_to=at)
        models.Cover.objects.filter(in_term(at), deputy=row, valid_from__lt=at).update(valid_to=at)
        if row.valid_from == at:
            row.delete()
        else:
            row.save(update_fields=["valid_to"])
    return [row.pk for row in held]


def _record(actor: Actor, action: str, at: datetime, appointment_id: UUID) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="identity.Appointment",
        object_id=str(appointment_id),
    )
