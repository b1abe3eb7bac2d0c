"""The backend's module that Django looks for."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; each request begins with the question whether the kept one is still good."""

    def is_usable(self) -> bool:
        """No round trip where nothing is waiting to be read: a server that has gone has closed its end."""
        connection = self.connection
        if connection is None:
            return False
        ours = connection.pgconn
        is_idle = ours.status == ConnStatus.OK and ours.transaction_status == TransactionStatus.IDLE
        if is_idle and not _has_something_to_read(connection.fileno()):
            return True
        return bool(super().is_usable())


def _has_something_to_read(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
