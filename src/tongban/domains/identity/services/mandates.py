"""Mandates: granted by the principal, revoked by either side (民法典 §161 ff., §173)."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.identity import models, rules, selectors
from tongban.domains.identity.events import MandateGranted, MandateRevoked
from tongban.domains.identity.querysets import mandate_in_force
from tongban.domains.identity.types import Mandate, MandateKind
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError

QUEUE = "identity"


class FaultyMandate(TongbanError):
    code: ClassVar[str] = "FAULTY_MANDATE"
    default_sentence: ClassVar[str] = gettext_noop("授权没有保存。请检查被授权人、办理事项和期限。")


class MandateNotFound(TongbanError):
    """There is no such mandate, or it is not the actor's to see; both look the same."""

    code: ClassVar[str] = "MANDATE_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这份授权。请在“我的授权”中查看现有授权。")


@transaction.atomic
def grant_mandate(
    *,
    kind: MandateKind,
    principal: UUID,
    agent: UUID,
    basis: str,
    actor: Actor,
    at: datetime,
    scope: Iterable[str] = (),
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Mandate:
    """Let the agent act for the principal from `valid_from` (or at once) until `valid_to`.

    A citizen grants in her own name, or for an entity whose legal representative she is; officers and the
    platform record what a register or a counter established. Raises `FaultyMandate`, `MandateNotFound`
    (a stranger tries), `selectors.SubjectNotFound`.
    """
    subjects = selectors.get_subjects({principal, agent})
    _require_power_over(principal, actor, at)
    starts_at = at if valid_from is None else valid_from
    fault = rules.mandate_fault(kind, subjects[principal].kind, starts_at, valid_to)
    if fault or principal == agent:
        raise FaultyMandate(f"{kind} of {principal} to {agent}", sentence=fault or None)
    row = models.Mandate.objects.create(
        kind=kind,
        principal_id=principal,
        agent_id=agent,
        scope=sorted(set(scope)),
        valid_from=starts_at,
        valid_to=valid_to,
        basis=basis,
    )
    _record(actor, "GRANT_MANDATE", at, row)
    mandate = selectors.as_mandate(row)
    outbox.publish(
        MandateGranted(
            mandate_id=mandate.id,
            principal_id=principal,
            agent_id=agent,
            at=at,
            scope=mandate.scope,
            valid_to=valid_to,
        ),
        queue=QUEUE,
    )
    return mandate


@transaction.atomic
def revoke_mandate(*, mandate_id: UUID, actor: Actor, at: datetime) -> Mandate:
    """End a mandate at once, for principal (撤回) or agent (辞去); a second time changes nothing.

    Raises `MandateNotFound`, for strangers as for unknown ids, and `FaultyMandate` to a citizen for a power that
    the law gives: nobody resigns from being a parent.
    """
    rows = models.Mandate.objects.select_for_update(of=("self",)).select_related("principal", "agent")
    row = rows.filter(pk=mandate_id).first()
    if row is None or not _is_party(row, actor, at):
        raise MandateNotFound(f"mandate {mandate_id}")
    if actor.kind is ActorKind.CITIZEN and row.kind in rules.POWERS_OF_LAW:
        raise FaultyMandate(
            f"mandate {mandate_id} is a {row.kind}",
            sentence=_("法定代表人和监护人的身份由法律规定，不能在这里撤销。"),
        )
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        _record(actor, "REVOKE_MANDATE", at, row)
        outbox.publish(
            MandateRevoked(
                mandate_id=row.pk,
                principal_id=row.principal_id,
                agent_id=row.agent_id,
                at=at,
            ),
            queue=QUEUE,
        )
    return selectors.as_mandate(row)


def _is_party(row: models.Mandate, actor: Actor, at: datetime) -> bool:
    if actor.kind is not ActorKind.CITIZEN:
        return True
    if actor.subject_id is None:
        return False
    return actor.subject_id in (row.principal_id, row.agent_id) or _represents(
        row.principal_id, actor.subject_id, at
    )


def _require_power_over(principal: UUID, actor: Actor, at: datetime) -> None:
    if actor.kind is not ActorKind.CITIZEN or actor.subject_id == principal:
        return
    if actor.subject_id is None or not _represents(principal, actor.subject_id, at):
        raise MandateNotFound(f"subject {actor.subject_id} does not represent {principal}")


def _represents(principal: UUID, agent: UUID, at: datetime) -> bool:
    """Whether the agent holds a power that includes authorising others: the law's, not an agent's own."""
    rows = models.Mandate.objects.filter(
        mandate_in_force(at), principal_id=principal, agent_id=agent, kind__in=rules.POWERS_OF_LAW
    )
    return rows.exists()


def _record(actor: Actor, action: str, at: datetime, row: models.Mandate) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="identity.Mandate",
        object_id=str(row.pk),
        subject_id=row.principal_id,
    )
