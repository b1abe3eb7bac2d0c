import json
import logging
from dataclasses import dataclass
from uuid import UUID

import pytest
import structlog
from django.db import IntegrityError, connection

from tongban.foundation import logs


@dataclass
class Person:
    number: str


@pytest.mark.parametrize(
    "value",
    [
        13800000000,
        Person("11010519491231002X"),
        {"11010519491231002X": 1},
        {"phones": ("13800000000",)},
        "来自 zhang.san@example.com 的邮件",
    ],
)
def test_numbers_and_addresses_are_masked_in_whatever_form_they_come(value):
    written = json.dumps(logs.redact(None, "info", {"event": "x", "value": {"nested": value}}))

    for personal in ("13800000000", "zhang.san@example.com"):
        assert personal not in written
    if not isinstance(value, dict):
        assert "11010519491231002X" not in written


@pytest.mark.parametrize(
    "key", ["password", "csrfmiddlewaretoken", "client_secret", "Authorization", "cookies"]
)
def test_what_is_called_a_secret_is_masked(key):
    assert logs.redact(None, "info", {key: "abc"}) == {key: "▇▇▇"}


def test_plain_data_stays_as_it_is():
    event = {"event": "x", "count": 12, "ratio": 0.5, "is_dead": True, "none": None, "many": [1, 2]}

    assert logs.redact(None, "info", dict(event)) == event
    assert logs.masked(UUID(int=5)) == "00000000-0000-0000-0000-000000000005"


@pytest.mark.django_db
def test_the_row_a_refused_statement_repeats_is_masked():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE held (name text NOT NULL, age int NOT NULL)")
        with pytest.raises(IntegrityError) as refused:
            cursor.execute("INSERT INTO held VALUES ('张三', NULL)")

    assert "张三" in str(refused.value)
    assert "张三" not in logs.masked(str(refused.value))


@pytest.fixture
def configured():
    root = logging.getLogger()
    before = root.handlers, root.level
    logs.configure_logs("INFO")
    yield
    root.handlers, root.level = before
    structlog.reset_defaults()


def test_an_exception_in_djangos_own_log_is_one_masked_line(configured, capsys):
    try:
        int("person 11010519491231002X")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/people/13800000000/")

    (line,) = capsys.readouterr().err.strip().splitlines()
    written = json.loads(line)
    assert written["event"] == "Internal Server Error: /people/▇▇▇/"
    assert "invalid literal for int() with base 10: 'person ▇▇▇'" in written["exception"]
