"""Reads of identity. None of them returns a full number but `get_number`, whose callers record the look."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.identity import models, rules
from tongban.domains.identity.querysets import in_term, mandate_in_force, post_in_force
from tongban.domains.identity.types import (
    Cover,
    Mandate,
    MandateKind,
    Officer,
    OfficerRecord,
    Subject,
    SubjectKind,
)
from tongban.foundation import clock, crypto
from tongban.foundation.prepared import prepared
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.kernel.errors import TongbanError

NUMBER_CONTEXT = "identity.subject.number"


class SubjectNotFound(TongbanError):
    code: ClassVar[str] = "SUBJECT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有找到这个人或单位。请核对姓名（名称）和证件号码。")


class NotAuthorised(TongbanError):
    """The account may not act for that subject: never authorised, run out or revoked."""

    code: ClassVar[str] = "NOT_AUTHORISED"
    default_sentence: ClassVar[str] = gettext_noop(
        "你现在不能代表对方办理：没有授权，或授权已到期、已撤销。请对方在“我的授权”中重新授权。"
    )


def actor_for(
    account: AbstractBaseUser | UUID, acting_for: UUID | None = None, *, at: datetime | None = None
) -> Actor:
    """Who acts when this account does, at the business clock's instant unless another is given.

    An officer in post acts as an officer unless `acting_for` says in whose name she applies as a citizen.
    Mandates are read afresh each time, so a revocation takes effect at the next request.
    Raises `NotAuthorised` when `acting_for` is neither the account's own subject nor a principal's.
    """
    moment = clock.now() if at is None else at
    account_id = account if isinstance(account, UUID) else account.pk
    row = account if isinstance(account, models.Account) else _with_subject(account_id)[0]
    own = row.binding.subject if hasattr(row, "binding") else None
    if acting_for is None:
        officer = _officer_actor(row, own, moment)
        if officer is not None:
            return officer
    elif own is None or not _may_act(own.pk, acting_for, moment):
        raise NotAuthorised(f"account {account_id} for subject {acting_for}")
    return Actor(
        kind=ActorKind.CITIZEN,
        account_id=account_id,
        name=own.name if own else row.name or row.username,
        subject_id=own.pk if own else None,
        acting_for=acting_for or (own.pk if own else None),
    )


def find_account(account_id: UUID) -> AbstractBaseUser | None:
    """An account with the subject it is bound to, as the session of a signed-in person needs it; one query."""
    return next(iter(_with_subject(account_id)), None)


def get_subject(subject_id: UUID) -> Subject:
    """One subject; raises `SubjectNotFound`."""
    return get_subjects([subject_id])[subject_id]


def get_subjects(subject_ids: Iterable[UUID]) -> Mapping[UUID, Subject]:
    """Several subjects in one query; raises `SubjectNotFound` when one is missing."""
    wanted = set(subject_ids)
    found = {row.pk: as_subject(row) for row in _subjects(list(wanted))}
    missing = wanted - found.keys()
    if missing:
        raise SubjectNotFound(f"subject {min(missing)}")
    return found


def get_number(subject_id: UUID) -> str:
    """The full number, decrypted, empty for a newborn who has none; the caller records the look.

    Raises `SubjectNotFound`.
    """
    return get_with_number(subject_id)[1]


def get_with_number(subject_id: UUID) -> tuple[Subject, str]:
    """One subject and the full number, as `get_number`; one query."""
    row = next(iter(_subjects([subject_id])), None)
    if row is None:
        raise SubjectNotFound(f"subject {subject_id}")
    return as_subject(row), crypto.decrypt(row.number_cipher, NUMBER_CONTEXT)


def get_numbers(subject_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The full numbers of several, as `get_number`; one query."""
    wanted = set(subject_ids)
    found = {row.pk: crypto.decrypt(row.number_cipher, NUMBER_CONTEXT) for row in _subjects(list(wanted))}
    missing = wanted - found.keys()
    if missing:
        raise SubjectNotFound(f"subject {min(missing)}")
    return found


def find_subject(kind: SubjectKind, number: str) -> Subject | None:
    """The subject with exactly this number, None when there is none."""
    row = models.Subject.objects.filter(kind=kind, number_hash=number_hash(kind, number)).first()
    return None if row is None else as_subject(row)


def find_by_numbers(numbers: Iterable[str]) -> Mapping[str, UUID]:
    """By number whom it belongs to, resident numbers and USCCs alike, for those known here; one query."""
    wanted = {number_hash(kind, number): number for number in set(numbers) for kind in SubjectKind}
    rows = models.Subject.objects.filter(number_hash__in=list(wanted)).values_list("number_hash", "id")
    return {wanted[bytes(found)]: subject for found, subject in rows}


def subjects_for(account: AbstractBaseUser | UUID, *, at: datetime | None = None) -> list[Subject]:
    """Everybody in whose name the account may act now: its own subject first, then principals by name."""
    moment = clock.now() if at is None else at
    account_id = account if isinstance(account, UUID) else account.pk
    binding = models.Binding.objects.select_related("subject").filter(account_id=account_id).first()
    if binding is None:
        return []
    mandates = models.Mandate.objects.filter(mandate_in_force(moment), agent_id=binding.subject_id)
    principals = models.Subject.objects.filter(pk__in=mandates.values("principal_id")).order_by("name", "id")
    return [as_subject(binding.subject), *(as_subject(row) for row in principals)]


def children_of(parent: UUID, *, at: datetime) -> frozenset[UUID]:
    """The minors whose guardian a person is as their parent (民法典 §27), as far as the platform knows."""
    rows = models.Mandate.objects.filter(mandate_in_force(at), agent_id=parent, kind=MandateKind.PARENT)
    return frozenset(rows.values_list("principal_id", flat=True))


def mandates_for(subject_id: UUID) -> list[Mandate]:
    """Every mandate given or held by a subject, ended ones too, newest first."""
    rows = models.Mandate.objects.filter(Q(principal_id=subject_id) | Q(agent_id=subject_id))
    return [
        as_mandate(row) for row in rows.select_related("principal", "agent").order_by("-valid_from", "-id")
    ]


def has_authorisation(principal: UUID, agent: UUID, scope: str, at: datetime) -> bool:
    """Whether the agent may act for the principal in an item or package at an instant; oneself always."""
    if principal == agent:
        return True
    return any(rules.covers_scope(tuple(given), scope) for given, *_ in _mandates(principal, agent, at))


def get_principal(principal: UUID, agent: UUID, scope: str, at: datetime) -> Subject:
    """The subject for whom the agent may act in an item or package at an instant, oneself always; one query.

    Raises `NotAuthorised`.
    """
    if principal == agent:
        return get_subject(principal)
    for given, kind, name, masked_number in _mandates(principal, agent, at):
        if rules.covers_scope(tuple(given), scope):
            return Subject(principal, SubjectKind(kind), name, masked_number)
    raise NotAuthorised(f"{agent} for {principal} in {scope}")


def authorised_principals(agent: UUID, scope: str, at: datetime) -> frozenset[UUID]:
    """For whom the agent may act in an item or package at an instant, herself included; one query."""
    rows = models.Mandate.objects.filter(mandate_in_force(at), agent_id=agent)
    return frozenset(
        {agent, *(row.principal_id for row in rows if rules.covers_scope(tuple(row.scope), scope))}
    )


def list_officers(department: str, *, at: datetime | None = None) -> list[Officer]:
    """The officers in post in a department, by name."""
    moment = clock.now() if at is None else at
    posts = models.Appointment.objects.filter(post_in_force(moment), department_id=department)
    return _officers(posts, "account__name", "account__username")


def find_officers(usernames: Collection[str], *, at: datetime) -> tuple[Officer, ...]:
    """The officers in post with these usernames, in whatever case they are written; one query."""
    posts = models.Appointment.objects.filter(
        post_in_force(at), account__username__in=[name.lower() for name in usernames]
    )
    return tuple(_officers(posts, "account__username"))


def officers_without_password(*, at: datetime) -> tuple[Officer, ...]:
    """The officers in post who have never chosen a password; one query."""
    posts = models.Appointment.objects.filter(
        post_in_force(at), account__password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    return tuple(_officers(posts, "account__username"))


def list_officer_records(
    *, at: datetime, usernames: Collection[str] | None = None
) -> tuple[OfficerRecord, ...]:
    """The officers in post at an instant as an import brings them, by department and username; one query."""
    rows = models.Appointment.objects.filter(post_in_force(at)).select_related("account")
    if usernames is not None:
        rows = rows.filter(account__username__in=usernames)
    return tuple(
        OfficerRecord(
            username=row.account.username,
            name=row.account.name,
            department=row.department_id,
            post=row.post,
            roles=tuple(Role(role) for role in sorted(row.roles)),
            email=row.account.email,
        )
        for row in rows.order_by("department_id", "account__username")
    )


def get_officer(account_id: UUID, *, at: datetime | None = None) -> Officer | None:
    """The post an account holds now, None when it holds none."""
    moment = clock.now() if at is None else at
    row = next(iter(_posts(account_id, moment)), None)
    return None if row is None else as_officer(row)


def list_covers(department: str, *, at: datetime) -> list[Cover]:
    """Who covers for whom in a department now."""
    related = ("absentee__account", "absentee__department", "deputy__account", "deputy__department")
    rows = models.Cover.objects.filter(in_term(at), absentee__department_id=department)
    return [
        Cover(row.pk, as_officer(row.absentee), as_officer(row.deputy), row.valid_from, row.valid_to)
        for row in rows.select_related(*related).order_by("valid_from", "id")
    ]


def email_addresses(subject_id: UUID, *, at: datetime) -> list[str]:
    """Where messages to a subject go: its own account, and those of an entity's legal representatives and a
    minor's parents.
    """
    return _emails(subject_id, at)


@prepared
def _emails(subject_id: UUID, at: datetime) -> QuerySet[models.Account, str]:
    legal = models.Mandate.objects.filter(
        mandate_in_force(at), principal_id=subject_id, kind__in=rules.POWERS_OF_LAW
    )
    accounts = models.Account.objects.filter(
        Q(binding__subject_id=subject_id) | Q(binding__subject_id__in=legal.values("agent_id")),
        is_active=True,
    )
    return accounts.exclude(email="").order_by("email").values_list("email", flat=True).distinct()


def officer_addresses(roles: Collection[Role], *, at: datetime) -> list[str]:
    """The e-mail addresses of the officers in post with one of the roles."""
    posts = models.Appointment.objects.filter(
        post_in_force(at), roles__overlap=sorted(roles), account__is_active=True
    )
    rows = posts.exclude(account__email="").order_by("account__email")
    return list(rows.values_list("account__email", flat=True).distinct())


def is_locked(login: str, address: str, *, at: datetime) -> bool:
    """Whether sign-in with this name from this address is closed for a while; other addresses are not."""
    row = models.SignInFailure.objects.filter(key_hash=sign_in_key(login, address)).first()
    return row is not None and rules.is_locked(row.failures, row.since, at)


def number_hash(kind: SubjectKind, number: str) -> bytes:
    """The keyed hash by which a number is found; the kind is part of it."""
    return crypto.lookup_hash(f"{kind.value}:{number}")


def newborn_hash(*, mother: UUID, birth_date: date, name: str) -> bytes:
    """The keyed hash by which a newborn is found who has no number yet."""
    return crypto.lookup_hash(f"newborn:{mother}:{birth_date.isoformat()}:{name}")


def sign_in_key(login: str, address: str) -> bytes:
    return crypto.lookup_hash(f"sign-in:{login.strip().lower()}:{address}")


def as_subject(row: models.Subject) -> Subject:
    return Subject(id=row.pk, kind=SubjectKind(row.kind), name=row.name, masked_number=row.masked_number)


def as_mandate(row: models.Mandate) -> Mandate:
    return Mandate(
        id=row.pk,
        kind=MandateKind(row.kind),
        principal=as_subject(row.principal),
        agent=as_subject(row.agent),
        scope=tuple(row.scope),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked_at=row.revoked_at,
        basis=row.basis,
    )


def as_officer(row: models.Appointment) -> Officer:
    return Officer(
        account_id=row.account_id,
        username=row.account.username,
        name=row.account.name or row.account.username,
        department=row.department_id,
        division=row.department.division_id,
        post=row.post,
        roles=frozenset(Role(role) for role in row.roles),
    )


def _officers(posts: QuerySet[models.Appointment], *order: str) -> list[Officer]:
    return [as_officer(row) for row in posts.select_related("account", "department").order_by(*order)]


@prepared
def _subjects(subject_ids: list[UUID]) -> QuerySet[models.Subject]:
    return models.Subject.objects.filter(pk__any_of=subject_ids)


@prepared
def _with_subject(account_id: UUID) -> QuerySet[models.Account]:
    return models.Account.objects.select_related("binding__subject").filter(pk=account_id)


@prepared
def _mandates(
    principal: UUID, agent: UUID, at: datetime
) -> QuerySet[models.Mandate, tuple[list[str], str, str, str]]:
    """In force between two at an instant: scope, then kind, name and masked number of the principal."""
    rows = models.Mandate.objects.filter(mandate_in_force(at), principal_id=principal, agent_id=agent)
    return rows.values_list("scope", "principal__kind", "principal__name", "principal__masked_number")


def _may_act(own: UUID, principal: UUID, at: datetime) -> bool:
    return own == principal or bool(_mandates(principal, own, at))


@prepared
def _posts(account_id: UUID, at: datetime) -> QuerySet[models.Appointment]:
    """What an account holds in an office at an instant: one post, or none."""
    rows = models.Appointment.objects.filter(post_in_force(at), account_id=account_id)
    return rows.select_related("account", "department").order_by("pk")


@prepared
def _covers(deputy: UUID, at: datetime) -> QuerySet[models.Cover]:
    """For whom a deputy stands in at an instant."""
    return models.Cover.objects.filter(in_term(at), deputy_id=deputy).select_related("absentee")


def _officer_actor(row: models.Account, own: models.Subject | None, at: datetime) -> Actor | None:
    post = next(iter(_posts(row.pk, at)), None)
    if post is None:
        return None
    officer = as_officer(post)
    departments = {officer.department}
    roles = set(officer.roles)
    for cover in _covers(post.pk, at):
        departments.add(cover.absentee.department_id)
        roles.update(Role(role) for role in cover.absentee.roles)
    return Actor(
        kind=ActorKind.OFFICER,
        account_id=row.pk,
        name=officer.name,
        subject_id=own.pk if own else None,
        department=officer.department,
        division=officer.division,
        departments=frozenset(departments),
        roles=frozenset(roles),
    )
