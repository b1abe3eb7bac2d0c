"""Sessions in the database, read with a prepared statement: every page of a signed-in person begins with one."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from tongban.foundation.prepared import prepared


class SessionStore(DatabaseStore):
    """Django's own in everything else."""

    def _get_session_from_db(self) -> Session | None:
        found = _unexpired(self.session_key or "", timezone.now())
        if not found:
            self._session_key = None
            return None
        return found[0]


@prepared
def _unexpired(key: str, at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=at)
