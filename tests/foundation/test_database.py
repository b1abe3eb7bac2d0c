"""Whether a kept connection is still good: asked of the socket first, of the server when something waits there."""

import time

import pytest
from django.db import ProgrammingError, connection, connections
from django.db.backends.postgresql import base

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 10


def elsewhere(statement: str, values: list[object]) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute(statement, values)
    finally:
        other.close()


def test_a_quiet_connection_is_good_without_a_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda _self: pytest.fail("asked the server"))

    assert connection.is_usable()


def test_a_connection_that_the_server_closed_is_not() -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    elsewhere("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    until = time.monotonic() + PATIENCE_S
    while connection.is_usable():
        assert time.monotonic() < until
        time.sleep(0.01)

    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()


def test_a_connection_with_a_message_waiting_is_asked_and_good() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    elsewhere("NOTIFY news", [])
    time.sleep(0.1)

    assert connection.is_usable()


def test_a_connection_whose_transaction_was_aborted_is_not() -> None:
    connection.set_autocommit(False)
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing")

    assert not connection.is_usable()

    connection.close()


def test_a_closed_connection_is_not() -> None:
    connection.close()

    assert not connection.is_usable()
