"""Who outside the government checks licences: registered, given a new secret, closed (核验方登记)."""

import secrets
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.exchange.permissions import is_data_bureau
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.licences import models, selectors
from tongban.domains.licences.permissions import SCOPE
from tongban.domains.licences.types import NewVerifier, Verifier, VerifierKind
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.kernel.actors import Actor, ActorKind
from tongban.kernel.errors import TongbanError

NUMBERING_SCHEME = "licence-verifier"
_SECRET_BYTES = 15


class FaultyVerifier(TongbanError):
    code: ClassVar[str] = "FAULTY_VERIFIER"
    default_sentence: ClassVar[str] = gettext_noop("请填写核验方的名称和地址。")


class MayNotRegister(TongbanError):
    """Neither the firm's own account nor a steward of the data bureau."""

    code: ClassVar[str] = "MAY_NOT_REGISTER_VERIFIER"
    default_sentence: ClassVar[str] = gettext_noop(
        "核验方由企业的法定代表人或经办人登记，也可以请数据局登记。请先切换到以企业的名义办理。"
    )


@transaction.atomic
def register_verifier(
    *, name: str, kind: VerifierKind, address: str, phone: str, actor: Actor, at: datetime
) -> NewVerifier:
    """A place to which licences can be shown, of the firm the actor acts for, or entered by the data bureau.

    Raises `MayNotRegister`, `FaultyVerifier`.
    """
    owner = _owner(actor, at)
    if not name.strip() or not address.strip():
        raise FaultyVerifier("a verifier has a name and an address")
    secret = new_secret()
    row = models.Verifier.objects.create(
        code=f"V{numbering.next_serial(NUMBERING_SCHEME, ''):06}",
        name=name.strip(),
        kind=VerifierKind(kind).value,
        address=address.strip(),
        phone=phone.strip(),
        owner_id=owner,
        secret_sha256=selectors.hash_secret(secret),
        registered_at=at,
    )
    _record("REGISTER_VERIFIER", row, actor, at)
    return NewVerifier(selectors.as_verifier(row), secret)


@transaction.atomic
def renew_secret(code: str, *, actor: Actor, at: datetime) -> NewVerifier:
    """A new secret: phones and systems with the old one are no longer this verifier.

    Raises `selectors.VerifierNotFound`, for another's as for none.
    """
    row = _lock_own(code, actor, at)
    secret = new_secret()
    row.secret_sha256 = selectors.hash_secret(secret)
    row.save(update_fields=["secret_sha256"])
    _record("RENEW_VERIFIER_SECRET", row, actor, at)
    return NewVerifier(selectors.as_verifier(row), secret)


@transaction.atomic
def close_verifier(code: str, *, actor: Actor, at: datetime) -> Verifier:
    """Nothing can be shown to it any more; raises `selectors.VerifierNotFound`, for another's as for none."""
    row = _lock_own(code, actor, at)
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    _record("CLOSE_VERIFIER", row, actor, at)
    return selectors.as_verifier(row)


def actor_of(verifier: Verifier) -> Actor:
    """A verifier's phone or system acts for the firm that registered it."""
    return Actor(
        kind=ActorKind.CITIZEN, account_id=None, name=verifier.name[:64], acting_for=verifier.owner_id
    )


def new_secret() -> str:
    """24 characters that a person can type once."""
    return secrets.token_hex(_SECRET_BYTES)[:24]


def _owner(actor: Actor, at: datetime) -> UUID | None:
    if is_bureau(actor):
        return None
    firm = actor.acting_for
    if actor.kind is not ActorKind.CITIZEN or actor.subject_id is None or firm is None:
        raise MayNotRegister("nobody the platform knows")
    if identity.get_subject(firm).kind is not SubjectKind.ENTITY:
        raise MayNotRegister("a person is no verifier")
    if not identity.has_authorisation(firm, actor.subject_id, SCOPE, at):
        raise MayNotRegister("no mandate for the firm")
    return firm


def is_bureau(actor: Actor) -> bool:
    """The data bureau's stewards keep the register of verifiers; the platform does when it fills a city."""
    if actor.kind is ActorKind.PLATFORM:
        return True
    return is_data_bureau(actor)


def _lock_own(code: str, actor: Actor, at: datetime) -> models.Verifier:
    row = models.Verifier.objects.select_for_update().filter(code=code, closed_at__isnull=True).first()
    if row is None:
        raise selectors.VerifierNotFound(f"verifier {code}")
    if is_bureau(actor):
        return row
    agent, owner = actor.subject_id, row.owner_id
    if agent is None or owner is None or not identity.has_authorisation(owner, agent, SCOPE, at):
        raise selectors.VerifierNotFound(f"verifier {code} is not the actor's")
    return row


def _record(action: str, row: models.Verifier, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="licences.Verifier",
        object_id=row.code,
        subject_id=row.owner_id,
    )
