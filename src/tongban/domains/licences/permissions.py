"""Whose licences a person may use, and whose reports an office answers."""

from datetime import datetime
from uuid import UUID

from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor, ActorKind

SCOPE = "LICENCES"
"""What a mandate's scope names so that the agent may show licences, report on them and consent to their use."""


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
