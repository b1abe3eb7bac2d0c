"""Limits of allauth hold over all web processes, because they are counted in the database."""

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client


@pytest.mark.django_db
def test_what_one_process_counts_another_sees() -> None:
    caches["default"].set("counted", [1.0], 60)

    other_process = caches.create_connection("default")

    assert other_process is not caches["default"]
    assert other_process.get("counted") == [1.0]
    assert other_process.add("counted", [], 60) is False


@pytest.mark.django_db
def test_sign_ins_of_an_address_are_counted_there_and_limited(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    wrong = {"login": "nobody", "password": "wrong"}

    answers = [Client().post("/login/", wrong, REMOTE_ADDR="198.51.100.7").status_code for _ in range(3)]

    assert answers == [422, 422, 429]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shared_cache")
        assert cursor.fetchone()[0] >= 1
