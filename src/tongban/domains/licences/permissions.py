"""Whose licences a person may use, and whose an officer keeps or decides about."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_noop

from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.kernel.errors import TongbanError

SCOPE = "LICENCES"
"""What a mandate's scope names so that the agent may show licences, report on them and consent to their use."""


class NotYours(TongbanError):
    """The licence is another department's, or the post does not allow it; to the asker it looks like not there."""

    code: ClassVar[str] = "LICENCE_NOT_YOURS"
    default_sentence: ClassVar[str] = gettext_noop("这张证照不归您的岗位管理。请联系发证部门的证照管理人员。")


def holders_for(actor: Actor, *, at: datetime) -> frozenset[UUID]:
    """Whose licences a citizen may open and show: her own, her children's until they are of age, her firms', and those of
    whoever gave her a mandate that names licences or everything.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.subject_id is None:
        return frozenset()
    return identity.authorised_principals(actor.subject_id, SCOPE, at)


def kept_departments(actor: Actor) -> frozenset[str]:
    """The issuers whose licences a keeper looks after: her departments and the district offices they guide."""
    offices = directory.offices_of(actor.departments)
    return actor.departments | {office.code for found in offices.values() for office in found}


def require_role(actor: Actor, role: Role, issuer: str) -> None:
    """Raises `NotYours` unless the actor holds the post for licences of this issuer; the platform's own jobs do."""
    if actor.kind is ActorKind.PLATFORM:
        return
    if actor.is_officer and actor.has_role(role) and issuer in kept_departments(actor):
        return
    raise NotYours(f"{actor.kind} {actor.account_id} is no {role} for {issuer}")
