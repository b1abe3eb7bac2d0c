"""How often a grant was used in the running minute, over all processes."""

import time
from uuid import UUID

from django.db import connection

_WINDOW_SECONDS = 60


def count_use(grant_id: UUID, calls: int) -> int:
    """Count calls and say how many there were in this minute; by the machine's clock, for a demo's business clock stands still.

    Each connection counts in its own row, so that no call waits for another's transaction; what others have not committed is not seen.
    """
    minute = int(time.time() // _WINDOW_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_grantuse AS u (grant_id, backend, minute, count)"
            " VALUES (%(grant)s, pg_backend_pid(), %(minute)s, %(calls)s)"
            " ON CONFLICT (grant_id, backend) DO UPDATE SET minute = EXCLUDED.minute,"
            " count = EXCLUDED.count + CASE WHEN u.minute = EXCLUDED.minute THEN u.count ELSE 0 END"
            " RETURNING count + (SELECT COALESCE(sum(o.count), 0) FROM exchange_grantuse o"
            " WHERE o.grant_id = %(grant)s AND o.minute = %(minute)s AND o.backend <> pg_backend_pid())",
            {"grant": grant_id, "minute": minute, "calls": calls},
        )
        (count,) = cursor.fetchone()
    return int(count)


def forget_past_minutes() -> int:
    """Delete the rows of connections that are gone; how many there were."""
    minute = int(time.time() // _WINDOW_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM exchange_grantuse WHERE minute < %s", [minute - 1])
        return int(cursor.rowcount)
