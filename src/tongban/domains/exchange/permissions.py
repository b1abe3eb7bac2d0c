"""Whose data a steward looks after: her own department's, the data bureau's steward the whole city's."""

from django.conf import settings

from tongban.domains.directory import selectors as directory
from tongban.kernel.actors import Actor, Role


def is_data_bureau(actor: Actor) -> bool:
    """Whether she speaks for the department that keeps the whole catalogue and settles disputes."""
    return (
        actor.is_officer and actor.has_role(Role.DATA_STEWARD) and settings.DATA_BUREAU in actor.departments
    )


def scope(actor: Actor) -> frozenset[str] | None:
    """The departments whose systems, resources, grants and demands she sees and acts for; None: every one."""
    return None if is_data_bureau(actor) else actor.departments


def departments(actor: Actor) -> frozenset[str]:
    """The same by name: for the data bureau the codes of every department."""
    own = scope(actor)
    return frozenset(one.code for one in directory.list_departments()) if own is None else own


def evidence_scope(actor: Actor) -> frozenset[str] | None:
    """The providers of whose resources she sees the records; None: every one, for the data bureau's stewards and supervisors."""
    return None if settings.DATA_BUREAU in actor.departments else actor.departments
