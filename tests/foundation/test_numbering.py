from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from tongban.foundation.numbering import services


@pytest.mark.django_db(transaction=True)
def test_parallel_processes_never_share_a_serial(monkeypatch):
    def take(_):
        try:
            return [services.next_serial("test", "scope") for _ in range(20)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        serials = [serial for part in pool.map(take, range(4)) for serial in part]

    assert sorted(serials) == list(range(1, 81))


@pytest.mark.django_db(transaction=True)
def test_a_serial_taken_in_a_transaction_that_rolls_back_is_not_given_again():
    first = services.next_serial("test", "rollback")
    with transaction.atomic():
        services.next_serial("test", "rollback")
        transaction.set_rollback(True)

    assert services.next_serial("test", "rollback") == first + 2


@pytest.mark.django_db(transaction=True)
def test_a_busy_scope_asks_less_and_less_often(monkeypatch):
    asked = []
    reserve = services._reserve
    monkeypatch.setattr(services, "_reserve", lambda *told: asked.append(told[2]) or reserve(*told))

    serials = [services.next_serial("test", "busy") for _ in range(600)]

    assert serials == list(range(1, 601))
    assert asked == [8, 16, 32, 64, 128, 256, 256]


@pytest.mark.django_db(transaction=True)
def test_over_one_connection_many_scopes_cost_one(monkeypatch):
    made = []
    create = connections.create_connection
    monkeypatch.setattr(connections, "create_connection", lambda alias: made.append(alias) or create(alias))

    with services.one_connection():
        serials = [services.next_serial("test", f"scope {number}") for number in range(20)]
    after = services.next_serial("test", "another scope")

    assert serials == [1] * 20
    assert after == 1
    assert len(made) == 2
