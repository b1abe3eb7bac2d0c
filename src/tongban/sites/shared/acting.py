"""Who acts in a request: a visitor, a person (perhaps for somebody else), or an officer."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from tongban.domains.identity import selectors as identity
from tongban.kernel.actors import Actor, ActorKind

VISITOR = Actor(kind=ActorKind.CITIZEN, account_id=None, name="访客")
ACTING_FOR = "acting_for"
CONSOLE = "/console/"


def actor_of(request: HttpRequest) -> Actor:
    """In the console an officer acts as one; in the portal everybody who is somebody is a citizen."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return VISITOR
    chosen = request.session.get(ACTING_FOR)
    try:
        actor = identity.actor_for(request.user, UUID(chosen) if chosen else None)
    except identity.NotAuthorised:
        # The mandate was revoked or ran out since it was chosen: from now on she acts for herself.
        del request.session[ACTING_FOR]
        actor = identity.actor_for(request.user)
    if request.path.startswith(CONSOLE):
        return actor if actor.is_officer or not chosen else identity.actor_for(request.user)
    if actor.is_officer and actor.subject_id:
        return identity.actor_for(request.user, actor.subject_id)
    return actor
