"""Accounts: opened, bound to the person they belong to, closed; and the limit on wrong passwords."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop

from tongban.domains.identity import models, rules, selectors
from tongban.domains.identity.querysets import post_in_force
from tongban.domains.identity.services.subjects import AlreadyBound, register_person
from tongban.domains.identity.types import Assurance, Subject, SubjectKind
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError


class UsernameTaken(TongbanError):
    code: ClassVar[str] = "USERNAME_TAKEN"
    default_sentence: ClassVar[str] = gettext_noop("这个用户名已被使用。请换一个。")


@transaction.atomic
def open_account(
    *,
    username: str,
    password: str | None,
    actor: Actor,
    at: datetime,
    email: str = "",
    name: str = "",
    encoded_password: str = "",
) -> UUID:
    """Open an account whose e-mail address counts as verified; its id.

    People register through the portal instead; this is for imports, demos and counters. Without a password
    the account can only be entered by recovery; `encoded_password` is a hash that an import brings along.
    Raises `UsernameTaken`.
    """
    try:
        with transaction.atomic():
            account = models.Account.objects.create_user(username, password, email=email, name=name)
            if encoded_password:
                account.password = encoded_password
                account.save(update_fields=["password"])
    except IntegrityError as error:
        raise UsernameTaken("username is taken") from error
    if account.email:
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    _record(actor, "OPEN_ACCOUNT", at, account.pk)
    return account.pk


@transaction.atomic
def bind_subject(
    *,
    account_id: UUID,
    subject_id: UUID,
    actor: Actor,
    at: datetime,
    assurance: Assurance = Assurance.VERIFIED,
) -> None:
    """Record that the account belongs to the person (实名); repeating it raises the assurance, nothing else.

    Raises `AlreadyBound`, `selectors.SubjectNotFound`; an entity can't be bound, its people hold mandates.
    """
    subject = selectors.get_subject(subject_id)
    if subject.kind is not SubjectKind.PERSON:
        raise selectors.SubjectNotFound(f"subject {subject_id} is not a person")
    try:
        with transaction.atomic():
            row, _created = models.Binding.objects.get_or_create(
                account_id=account_id,
                defaults={"subject_id": subject_id, "assurance": assurance, "bound_at": at},
            )
    except IntegrityError as error:
        raise AlreadyBound(f"subject {subject_id} is bound to another account") from error
    if row.subject_id != subject_id:
        raise AlreadyBound(f"account {account_id} is bound to another subject")
    levels = list(Assurance)
    if levels.index(assurance) > levels.index(Assurance(row.assurance)):
        models.Binding.objects.filter(pk=row.pk).update(assurance=assurance, bound_at=at)
    _record(actor, "BIND_SUBJECT", at, account_id, subject_id)


@transaction.atomic
def claim_person(*, account_id: UUID, name: str, number: str, actor: Actor, at: datetime) -> Subject:
    """Bind an account to the person whose name and resident number its owner gives (实名, CLAIMED).

    A name that differs from the one on record is refused like a number that is bound elsewhere, so that
    nobody learns who is on record. Raises `FaultyNumber`, `AlreadyBound`.
    """
    subject = register_person(name=name, number=number, actor=actor, at=at)
    if subject.name != name:
        raise AlreadyBound(f"the name given for subject {subject.id} differs from the record")
    bind_subject(
        account_id=account_id, subject_id=subject.id, assurance=Assurance.CLAIMED, actor=actor, at=at
    )
    return subject


@transaction.atomic
def close_account(*, account_id: UUID, actor: Actor, at: datetime) -> None:
    """Close an account: it can't sign in any more and its post ends; what it did stays."""
    models.Account.objects.filter(pk=account_id).update(is_active=False)
    models.Appointment.objects.filter(post_in_force(at), account_id=account_id, valid_from__lt=at).update(
        valid_to=at
    )
    _record(actor, "CLOSE_ACCOUNT", at, account_id)


def note_failure(*, login: str, address: str, at: datetime) -> None:
    """Count a wrong password of this name from this address; the count starts anew after the lock period."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO identity_signinfailure (key_hash, failures, since) VALUES (%s, 1, %s)
            ON CONFLICT (key_hash) DO UPDATE SET
                failures = CASE WHEN identity_signinfailure.since <= %s THEN 1
                                ELSE least(identity_signinfailure.failures + 1, 1000) END,
                since = excluded.since
            """,
            [selectors.sign_in_key(login, address), at, at - rules.LOCK_PERIOD],
        )


def forgive_failures(*, login: str, address: str, at: datetime) -> None:
    """Forget the failures of this name from this address, and everybody's that have run out."""
    models.SignInFailure.objects.filter(key_hash=selectors.sign_in_key(login, address)).delete()
    models.SignInFailure.objects.filter(since__lte=at - rules.LOCK_PERIOD).delete()


def _record(
    actor: Actor, action: str, at: datetime, account_id: UUID, subject_id: UUID | None = None
) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="identity.Account",
        object_id=str(account_id),
        subject_id=subject_id,
    )
