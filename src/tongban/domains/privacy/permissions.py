"""Who answers complaints about looks, and who watches over them."""

from tongban.domains.directory import selectors as directory
from tongban.kernel.actors import Actor, Role

WATCHERS = (Role.PRIVACY_OFFICER,)
ANSWERERS = (Role.DATA_STEWARD, Role.SUPERVISOR)
"""In the department that looked."""


def scope(actor: Actor) -> frozenset[str] | None:
    """The departments whose complaints she sees; None: every one, for the privacy officer (个人信息保护法 §52)."""
    if actor.has_role(*WATCHERS):
        return None
    if not actor.has_role(*ANSWERERS):
        return frozenset()
    offices = directory.offices_of(actor.departments)
    return actor.departments | {office.code for found in offices.values() for office in found}
